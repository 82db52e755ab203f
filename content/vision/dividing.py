"""A threshold and an undecided band from the scores of good and of bad pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

LEAST_BAND = 0.02  # half of it: two pictures of one thing differ by as much
SHARE = 0.25  # of the gap between good and bad that each side keeps for pictures not seen yet
BELOW = 0.15  # where there is no bad picture: so far below the worst good one
LEAST_GAP = 0.08  # scores that lie nearer than that do not separate for certain


@dataclass(frozen=True, slots=True)
class Cut:
    """Where good and bad are parted; `separate`: whether the pictures leave a gap to part them in."""

    threshold: float
    low: float
    high: float
    separate: bool


def divide(good: Sequence[float], bad: Sequence[float]) -> Cut:
    """The cut between the scores; where they overlap, all that overlaps is undecided."""
    worst = min(good, default=1.0)
    if not bad:
        threshold = max(0.05, worst - BELOW)
        return _cut(threshold, threshold - BELOW / 3, threshold + BELOW / 3, separate=True)
    best = max(bad)
    gap = worst - best
    middle = (worst + best) / 2
    if gap >= LEAST_GAP:
        return _cut(middle, best + SHARE * gap, worst - SHARE * gap, separate=True)
    low, high = min(worst, best), max(worst, best)
    return _cut(middle, low - LEAST_BAND, high + LEAST_BAND, separate=False)


def _cut(threshold: float, low: float, high: float, *, separate: bool) -> Cut:
    middle = round(min(0.98, max(0.02, threshold)), 4)
    low = round(max(0.0, min(low, middle - LEAST_BAND)), 4)
    high = round(min(1.0, max(high, middle + LEAST_BAND)), 4)
    return Cut(middle, low, high, separate)
