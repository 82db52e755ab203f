"""What the dry run tells: each path with what it costs the operator, and whether there are more."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from content.values import StepId

MANY = 1_000_000
End = Literal["completed", "stopped", "stuck", "cut short"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One way through the instruction.

    `expected` is the standard time of its steps, a dwell that takes longer included. `why` says what a stuck one waits
    for in vain; one that is `cut short` was not followed to its end, for it is too long.
    """

    order: str  # what the work order and the unit say, where it matters
    steps: tuple[StepId, ...]
    choices: tuple[str, ...]  # the answers, readings and failures that led this way
    end: End
    expected: timedelta
    taps: int
    typed: int  # numbers and words that somebody types
    scans: int
    waits: int  # readings, signals and dwells that somebody waits for
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The paths that were walked; there are `more` at least that were not, and steps that none of them came to."""

    paths: tuple[Path, ...]
    more: int = 0
    missed: tuple[StepId, ...] = ()

    @property
    def all_walked(self) -> bool:
        """Whether these are all paths there are."""
        return not self.more

    @property
    def stuck(self) -> tuple[Path, ...]:
        """The paths that cannot be finished."""
        return tuple(path for path in self.paths if path.end == "stuck")


def spelled_count(count: int) -> str:
    """A count of paths as a person reads it: nobody reads twenty digits."""
    return f"{count:,}" if count < MANY else "more than a million"
