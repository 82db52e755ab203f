"""How a device's readings flow: how many a second, when the last one came, how long each took to be handed over."""

from collections import deque
from dataclasses import dataclass

WINDOW = 10  # s over which readings a second are counted
KEPT = 512  # latest delays of which the percentiles are told
SECOND = 1_000_000_000  # ns


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """`rate` in readings/s over the last ten seconds; `age` in s since the last reading; delays in ms."""

    rate: float = 0.0
    age: float | None = None
    delay: float | None = (
        None  # at the median: from the frame's last byte until whoever listens had the reading
    )
    delay_99: float | None = None  # at the 99th percentile


class Meter:
    """Counts one device's readings. Not safe from several threads: its device guards it."""

    def __init__(self) -> None:
        self._began: int | None = None
        self._last: int | None = None
        self._seconds: deque[list[int]] = deque()  # [second, readings in it], oldest first
        self._delays: deque[int] = deque(maxlen=KEPT)

    def took(self, made: int, told: int) -> None:
        """A reading that was complete at tick `made` was handed over at tick `told`; both in ns."""
        second = told // SECOND
        if self._began is None:
            self._began = told
        self._last = told
        if self._seconds and self._seconds[-1][0] == second:
            self._seconds[-1][1] += 1
        else:
            self._seconds.append([second, 1])
        while self._seconds[0][0] <= second - WINDOW:
            self._seconds.popleft()
        self._delays.append(max(0, told - made))

    def metrics(self, now: int) -> Metrics:
        """As it stands at tick `now`."""
        if self._began is None or self._last is None:
            return Metrics()
        second = now // SECOND
        count = sum(count for at, count in self._seconds if at > second - WINDOW)
        passed = min(float(WINDOW), max(1.0, (now - self._began) / SECOND))
        ordered = sorted(self._delays)
        return Metrics(
            rate=count / passed,
            age=max(0, now - self._last) / SECOND,
            delay=_at(ordered, 0.5) / 1e6,
            delay_99=_at(ordered, 0.99) / 1e6,
        )


def _at(ordered: list[int], share: float) -> int:
    """The nearest rank."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
