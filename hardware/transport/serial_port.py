"""A serial port, opened for us alone."""

import os
from types import TracebackType
from typing import Self

import serial

from hardware.address import SerialPort
from hardware.transport.halt import Ear, Halt, LinkLost
from hardware.transport.mailbox import Mailbox

CHUNK = 4096  # bytes; what the kernel holds for a terminal
WRITE_PATIENCE = 2.0  # s; a device that holds us up by flow control for longer is not there


class SerialLink:
    """Bytes from a serial device or a pseudo terminal; the port stays locked against other programs."""

    def __init__(self, port: SerialPort, halt: Halt, mailbox: Mailbox) -> None:
        """Open `port`; raises LinkLost with the reason when that cannot be done."""
        try:
            self._port = serial.serial_for_url(
                port.path,
                baudrate=port.baud,
                bytesize=port.bits,
                parity=port.parity,
                stopbits=port.stop,
                exclusive=True,
                write_timeout=WRITE_PATIENCE,
            )
        except (OSError, ValueError) as error:  # SerialException is an OSError
            raise LinkLost(_why(port.path, error)) from error
        self._path = port.path
        self._descriptor = self._port.fileno()
        self._ear = Ear(self._descriptor, halt, mailbox)

    def read(self, seconds: float | None) -> bytes:
        """What has come; empty after `seconds` (None: never), for a letter, or when called off.

        Raises LinkLost when the device is gone.
        """
        if not self._ear.listen(seconds):
            return b""
        try:
            chunk = os.read(self._descriptor, CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise LinkLost(f"{self._path} was unplugged ({os.strerror(error.errno or 0)})") from error
        if not chunk:
            raise LinkLost(f"{self._path} was unplugged")
        return chunk

    def write(self, data: bytes) -> None:
        """Send `data` to the device; raises LinkLost when it is gone."""
        try:
            self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise LinkLost(f"{self._path} takes no bytes: look at its flow control") from error
        except OSError as error:
            raise LinkLost(f"{self._path} was unplugged") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._port.close()


def _why(path: str, error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number == 2:
        return f"{path} is not there: plug the device in, or mend the path in the station's file"
    if number == 13:
        return f"{path} may not be opened: add the kiosk's account to the group `dialout`"
    if number == 11:
        return f"{path} is in use by another program, or by another device of this station"
    return f"{path} cannot be opened: {error}"
