"""When something happened: an instant for people and a tick for durations."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Stamp:
    """`at` is aware, UTC; `tick` counts microseconds and never goes back."""

    at: datetime
    tick: int
