"""Lines whose carrier speaks the protocol itself: a table from transport to the thread that keeps it."""

from collections.abc import Callable
from typing import Protocol

from hardware.address import CameraSource, ModbusServer, OpcUaServer, Transport
from hardware.device import Device
from hardware.tape import Tape
from hardware.transport.halt import Halt
from hardware.transport.mailbox import Letter


class OwnLine(Protocol):
    """A thread that keeps one device, and takes letters for it."""

    name: str

    def post(self, letter: Letter) -> bool:
        """Have `letter` carried out by the device's own thread; False when too many wait."""
        ...

    def start(self) -> None:
        """Begin."""
        ...

    def hang_up(self) -> None:
        """Wake it out of its waiting; the bell has rung."""
        ...

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end."""
        ...

    def is_alive(self) -> bool:
        """Whether it still runs."""
        ...


Make = Callable[[Device, Halt, Tape], OwnLine]


def own_line(device: Device, halt: Halt, tape: Tape) -> OwnLine:
    """The line of a device whose carrier needs a library of its own, imported only when a station has one."""
    return _maker(device.settings.transport)(device, halt, tape)


def _maker(transport: Transport) -> Make:
    match transport:
        case CameraSource():
            from hardware.transport.camera import CameraLine  # noqa: PLC0415 - OpenCV takes half a second

            return CameraLine
        case ModbusServer():
            from hardware.transport.modbus import ModbusLine  # noqa: PLC0415 - so does pymodbus

            return ModbusLine
        case OpcUaServer():
            from hardware.transport.opc_ua import OpcUaLine  # noqa: PLC0415 - asyncua takes a whole one

            return OpcUaLine
        case _:
            raise TypeError(f"{transport} has no line")
