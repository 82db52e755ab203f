"""A serial port behind a network that takes its settings too (RFC 2217)."""

from types import TracebackType
from typing import Any, Self

import serial

from hardware.address import RemotePort
from hardware.transport.halt import Halt, LinkLost
from hardware.transport.mailbox import Mailbox

CHUNK = 4096  # bytes
LOOK = 0.02  # s between two looks at the bell and at letters: pyserial's thread for the network has no descriptor


class RemoteLink:
    """Bytes from a serial device at the far end of an RFC 2217 server."""

    def __init__(self, port: RemotePort, halt: Halt, mailbox: Mailbox) -> None:
        """Open `port`; raises LinkLost with the reason when that cannot be done."""
        self._name = str(port)
        self._port: Any = None
        try:
            self._port = serial.serial_for_url(
                f"rfc2217://{port.host}:{port.port}",
                baudrate=port.baud,
                bytesize=port.bits,
                parity=port.parity,
                stopbits=port.stop,
                timeout=LOOK,
                do_not_open=True,
            )
            self._port.open()
        except (OSError, ValueError) as error:  # SerialException is an OSError
            self._close()
            raise LinkLost(f"{self._name} cannot be opened as a remote serial port: {error}") from error
        self._halt = halt
        self._mailbox = mailbox

    def read(self, seconds: float | None) -> bytes:
        """What has come; empty after `seconds` (None: never), for a letter, or when called off.

        Raises LinkLost when the device is gone.
        """
        left = seconds
        while not self._halt.rung and not self._mailbox.waits and (left is None or left > 0):
            try:
                first = self._port.read(1)
                if first:
                    return first + self._port.read(min(self._port.in_waiting, CHUNK))
            except OSError as error:
                raise LinkLost(f"{self._name} is gone: {error}") from error
            left = None if left is None else left - LOOK
        return b""

    def write(self, data: bytes) -> None:
        """Send `data` to the device; raises LinkLost when it is gone."""
        try:
            self._port.write(data)
        except OSError as error:
            raise LinkLost(f"{self._name} is gone: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        """Hang up; pyserial leaves its socket open when the other end, or the opening, failed."""
        if self._port is None:
            return
        wire = getattr(self._port, "_socket", None)
        self._port.close()
        if wire is not None:
            wire.close()
