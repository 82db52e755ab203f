"""A measured figure beside its yardstick, and how a list of times is summed up."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One promise: what was measured, what the yardstick took in the same run, and the goal for the ratio or value."""

    name: str
    value: float
    unit: str
    yardstick_name: str = ""
    yardstick: float | None = None
    goal: str = ""
    met: bool | None = None

    @property
    def ratio(self) -> float | None:
        """Value over yardstick; None without one."""
        return None if not self.yardstick else self.value / self.yardstick

    def as_json(self) -> dict[str, object]:
        """For the report's file."""
        return {
            "name": self.name,
            "value": round(self.value, 4),
            "unit": self.unit,
            "yardstick_name": self.yardstick_name,
            "yardstick": None if self.yardstick is None else round(self.yardstick, 4),
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "goal": self.goal,
            "met": self.met,
        }


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; NaN when there is nothing."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
