"""What one kind of look finds in one region: a score, or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from content.vision.verdict import Reason


@dataclass(frozen=True, slots=True)
class Scored:
    """A score (0 bad .. 1 good) with what was found; `doubt` says why a person must look whatever the score."""

    score: float
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    good: Reason = Reason.AS_TAUGHT
    bad: Reason = Reason.NOT_AS_TAUGHT
    doubt: Reason | None = None
