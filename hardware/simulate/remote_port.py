"""A serial port behind a network: pyserial's server of RFC 2217, before a serial line of this machine."""

import contextlib
import select
import termios
import threading
from pathlib import Path

import serial
from serial.rfc2217 import PortManager

from hardware.simulate.peer import SimulatedPeer
from hardware.simulate.terminal import PATIENCE, Unplugged
from hardware.transport.halt import Halt

CHUNK = 4096  # bytes


class _Line(serial.Serial):
    """A pseudo terminal has no modem lines to set or to look at, always eight bits, and no parity."""

    cts = dsr = ri = cd = False  # pyright: ignore[reportAssignmentType]

    def _reconfigure_port(self, force_update: bool = False) -> None:
        with contextlib.suppress(termios.error):
            super()._reconfigure_port(force_update)  # pyright: ignore[reportAttributeAccessIssue] - its stubs lack it

    def _update_rts_state(self) -> None:
        """There is none."""

    def _update_dtr_state(self) -> None:
        """There is none."""


class SimulatedRemotePort(SimulatedPeer):
    """Serves the serial line at `line`, with the settings that the station asks for."""

    def __init__(self, line: Path | str, port: int = 0) -> None:
        """Open the line and listen at `port`, or at a free one; raises OSError when either cannot be had."""
        self.line = _Line(str(line), timeout=0)
        self._manager: PortManager | None = None
        self._stop = Halt()
        self._reader = threading.Thread(target=self._read, name="simulated-line", daemon=True)
        super().__init__(port)
        self._reader.start()

    @property
    def url(self) -> str:
        """What the station's file calls it."""
        return f"rfc2217://127.0.0.1:{self.port}"

    def connected(self) -> None:
        """A station has connected: what the protocol says first."""
        self._manager = PortManager(self.line, self)  # pyright: ignore[reportArgumentType] - its stubs ask for a port on both sides

    def write(self, data: bytes) -> None:
        """What the protocol itself says."""
        with contextlib.suppress(Unplugged, TimeoutError):
            super().send(data)

    def send(self, data: bytes) -> None:
        """Put bytes on the wire as if the line had said them."""
        assert self._manager is not None, "nobody is connected"
        super().send(b"".join(self._manager.escape(data)))

    def heard(self, data: bytes) -> None:
        """The station has said something: to the line, or about it."""
        assert self._manager is not None
        said = b"".join(self._manager.filter(data))
        if said:
            self.line.write(said)

    def close(self) -> None:
        """Switch it off for good."""
        self._stop.ring()
        self._reader.join(PATIENCE)
        self._stop.close()
        super().close()
        self.line.close()

    def _read(self) -> None:
        """What the line says goes to the station, as far as there is one; a line that is gone ends the connection."""
        ear = select.poll()
        ear.register(self.line.fileno(), select.POLLIN)
        ear.register(self._stop.fileno(), select.POLLIN)
        while not self._stop.rung:
            ear.poll()
            try:
                data = b"" if self._stop.rung else self.line.read(CHUNK)
            except (OSError, serial.SerialException):
                self.hang_up()
                return
            if data and self._manager is not None:
                with contextlib.suppress(Unplugged, TimeoutError):
                    self.send(data)
