"""The table of device kinds and their decoders: a new kind is a decoder, a simulator and a line here."""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from hardware.decode.json_sensor import SensorDecoder
from hardware.decode.json_switch import SwitchDecoder
from hardware.decode.scale import ScaleDecoder
from hardware.decode.scanner import ScannerDecoder
from hardware.decode.torque import TorqueDecoder
from hardware.readings import Reading, Stamp
from hardware.settings import DeviceKind, DeviceSettings


class Decoder(Protocol):
    """Knows what the bytes of one device mean. Pure: it is fed, and never reads, waits or raises."""

    @property
    def pending(self) -> bool:
        """Whether a frame has begun and not ended."""
        ...

    def feed(self, chunk: bytes) -> Iterator[Reading]:
        """Yield the readings and refusals that `chunk` completes."""
        ...

    def give_up(self, reason: str) -> Iterator[Reading]:
        """Refuse the half frame that is held, if any."""
        ...


DECODERS: Mapping[DeviceKind, Callable[[DeviceSettings, Stamp], Decoder]] = {
    DeviceKind.SCANNER: lambda it, stamp: ScannerDecoder(stamp=stamp, encoding=it.encoding),
    DeviceKind.SCALE: lambda it, stamp: ScaleDecoder(stamp=stamp, quantity=it.quantity),
    DeviceKind.TORQUE: lambda _, stamp: TorqueDecoder(stamp=stamp),
    DeviceKind.SENSOR: lambda it, stamp: SensorDecoder(
        stamp=stamp, field=it.field or "", unit=it.unit or "", quantity=it.quantity
    ),
    DeviceKind.SWITCH: lambda it, stamp: SwitchDecoder(
        stamp=stamp, field=it.field or "", signal=it.signal or it.name
    ),
}
