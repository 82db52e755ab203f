"""Devices that come and go, and the rubbish they send: what of it becomes facts, and when."""

from dataclasses import dataclass, field

from content.record import DeviceChanged, GarbageRefused
from content.values import PersonId
from hardware import readings
from hardware.readings import DeviceState
from kiosk.stamp import Stamp

CALM = 2_000_000  # µs between two facts about one device; a loose plug must not fill the record
TOLD = 60_000_000  # µs between two facts about one device's rubbish


@dataclass(slots=True)
class _Seen:
    state: DeviceState = DeviceState.CONNECTING
    reason: str = ""
    recorded: DeviceState = DeviceState.CONNECTING
    at: int | None = None  # tick of the latest fact


@dataclass(slots=True)
class _Rubbish:
    count: int = 0
    reason: str = ""
    at: int | None = None


@dataclass(slots=True)
class Watch:
    """Remembers each device's state and what it sent that was refused."""

    _devices: dict[str, _Seen] = field(default_factory=dict[str, _Seen])
    _rubbish: dict[str, _Rubbish] = field(default_factory=dict[str, _Rubbish])

    def changed(self, reading: readings.DeviceChanged) -> None:
        """A device is in another state."""
        seen = self._devices.setdefault(reading.device, _Seen())
        seen.state, seen.reason = reading.state, reading.reason

    def refused(self, reading: readings.ReadingRefused | readings.ReadingsDropped) -> None:
        """A device sent something that is no reading, or more than can be taken."""
        rubbish = self._rubbish.setdefault(reading.device, _Rubbish())
        rubbish.count += reading.count
        excerpt = reading.excerpt if isinstance(reading, readings.ReadingRefused) else ""
        rubbish.reason = f"{reading.reason}: {excerpt}" if excerpt else reading.reason

    @property
    def lost(self) -> dict[str, str]:
        """The devices that are not there now, and why."""
        return {name: seen.reason for name, seen in self._devices.items() if seen.state is DeviceState.LOST}

    def facts(self, stamp: Stamp, by: PersonId | None) -> list[DeviceChanged | GarbageRefused]:
        """What is due to be told now; call `told` once it is kept."""
        facts: list[DeviceChanged | GarbageRefused] = []
        for name, seen in self._devices.items():
            if self._is_news(seen) and _past(seen.at, CALM, stamp.tick):
                facts.append(
                    DeviceChanged(
                        device=name, state=seen.state, reason=seen.reason, at=stamp.at, tick=stamp.tick, by=by
                    )
                )
        for name, rubbish in self._rubbish.items():
            if rubbish.count and _past(rubbish.at, TOLD, stamp.tick):
                facts.append(
                    GarbageRefused(
                        device=name,
                        count=rubbish.count,
                        reason=rubbish.reason,
                        at=stamp.at,
                        tick=stamp.tick,
                        by=by,
                    )
                )
        return facts

    def told(self, facts: list[DeviceChanged | GarbageRefused]) -> None:
        """These facts are kept."""
        for fact in facts:
            if isinstance(fact, DeviceChanged):
                seen = self._devices[fact.device]
                seen.recorded, seen.at = DeviceState(fact.state), fact.tick
            else:
                rubbish = self._rubbish[fact.device]
                rubbish.count, rubbish.at = rubbish.count - fact.count, fact.tick

    def due(self) -> int | None:
        """The tick at which something that is held back may be told."""
        waiting = [(seen.at or 0) + CALM for seen in self._devices.values() if self._is_news(seen)] + [
            (rubbish.at or 0) + TOLD for rubbish in self._rubbish.values() if rubbish.count
        ]
        return min(waiting, default=None)

    @staticmethod
    def _is_news(seen: _Seen) -> bool:
        """That a device is lost, or is back after that was told; being there from the start is no news."""
        if seen.state is DeviceState.LOST:
            return seen.recorded is not DeviceState.LOST
        return seen.state is DeviceState.READY and seen.recorded is DeviceState.LOST


def _past(at: int | None, pause: int, tick: int) -> bool:
    return at is None or tick - at >= pause
