"""What becomes of a device's readings before anybody hears of them: switches that bounce, values that swing. Pure."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

from hardware.readings import Measured, Quality, Reading, SwitchChanged
from hardware.settings import Rules

MOST_SAMPLES = 4096  # of one device within its settling time; more are thinned out by dropping the oldest


class Rule(Protocol):
    """Passes readings on, holds them back or changes them."""

    def pass_on(self, reading: Reading) -> Iterator[Reading]:
        """What becomes of `reading` now."""
        ...

    def due(self) -> int | None:
        """The tick at which something that is held back may be told."""
        ...

    def rang(self, tick: int) -> Iterator[Reading]:
        """It is that late now."""
        ...


class Debounced:
    """A switch counts once it has stood for so long; one that falls back in that time never moved."""

    def __init__(self, stands: float) -> None:
        """`stands` in seconds."""
        self._stands = int(stands * 1e9)
        self._told: dict[str, tuple[bool, Quality]] = {}
        self._held: dict[str, SwitchChanged] = {}

    def pass_on(self, reading: Reading) -> Iterator[Reading]:
        """Hold a switch back; everything else passes."""
        if not isinstance(reading, SwitchChanged):
            yield reading
            return
        held, stands = self._held.get(reading.signal), (reading.on, reading.quality)
        if reading.quality is not Quality.GOOD:  # that it is doubted need not stand: it is told at once
            self._held.pop(reading.signal, None)
            self._told[reading.signal] = stands
            yield reading
        elif self._told.get(reading.signal) == stands:
            self._held.pop(reading.signal, None)
        elif (
            held is None or held.on is not reading.on
        ):  # before anything was told, it may fall back to either
            self._held[reading.signal] = reading

    def due(self) -> int | None:
        """When the first that is held back has stood long enough."""
        return min((held.tick + self._stands for held in self._held.values()), default=None)

    def rang(self, tick: int) -> Iterator[Reading]:
        """Tell those that have stood long enough."""
        for signal, held in list(self._held.items()):
            if tick - held.tick >= self._stands:
                del self._held[signal]
                self._told[signal] = held.on, held.quality
                yield held


class Settled:
    """A value is stable when for so long none left a band; for devices that do not say so themselves."""

    def __init__(self, within: float, settle: float) -> None:
        """`within` in the device's unit, from the smallest to the largest; `settle` in seconds."""
        self._within = Decimal(str(within))
        self._settle = int(settle * 1e9)
        self._seen: dict[tuple[str | None, str], deque[tuple[int, Decimal]]] = {}

    def pass_on(self, reading: Reading) -> Iterator[Reading]:
        """Pass every value on, marked as stable or not."""
        if not isinstance(reading, Measured):
            yield reading
            return
        seen = self._seen.setdefault((reading.quantity, reading.unit), deque(maxlen=MOST_SAMPLES))
        seen.append((reading.tick, reading.value))
        while len(seen) > 1 and reading.tick - seen[1][0] >= self._settle:
            seen.popleft()  # the oldest kept one is at least as old as the band must have held
        values = [value for _, value in seen]
        long_enough = reading.tick - seen[0][0] >= self._settle
        yield replace(
            reading, stable=reading.stable and long_enough and max(values) - min(values) <= self._within
        )

    def due(self) -> int | None:
        """Nothing is held back."""
        return None

    def rang(self, tick: int) -> Iterator[Reading]:  # noqa: ARG002
        """Nothing is held back."""
        yield from ()


def rules_of(rules: Rules) -> tuple[Rule, ...]:
    """The rules that a device's table asks for."""
    asked: list[Rule] = []
    if rules.debounce:
        asked.append(Debounced(rules.debounce))
    if rules.settle:
        asked.append(Settled(rules.settle_within, rules.settle))
    return tuple(asked)
