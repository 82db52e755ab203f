"""A measured value's attempts on a line, with the band that is allowed: coordinates for a small drawing."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.reports.runs import Value

WIDTH = 400  # units of the drawing
EDGE = 8  # kept free at both ends, so that a mark is never cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """The band from `low` to `high` and each attempt's place, left to right in units of the drawing."""

    width: int
    low: float
    high: float
    points: tuple[tuple[float, bool], ...]


def strip(values: Sequence[Value]) -> Strip:
    """The drawing for the attempts at one check; at least one is needed."""
    numbers = [value.value for value in values]
    low, high = values[0].low, values[0].high
    known = [*numbers, *(limit for limit in (low, high) if limit is not None)]
    smallest, largest = min(known), max(known)
    room = (largest - smallest) * 0.18 or abs(largest) * 0.1 or 1.0
    left, right = smallest - room, largest + room

    def place(value: float) -> float:
        return round(EDGE + (value - left) / (right - left) * (WIDTH - 2 * EDGE), 1)

    return Strip(
        width=WIDTH,
        low=0 if low is None else place(low),
        high=WIDTH if high is None else place(high),
        points=tuple((place(value.value), value.good) for value in values),
    )
