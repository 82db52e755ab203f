"""When a regular task is to be done again."""

from collections.abc import Callable
from datetime import datetime, timedelta


class Rhythm:
    """At once, then a `period` after each time; also when the clock was set back meanwhile."""

    def __init__(self, now: Callable[[], datetime], period: timedelta) -> None:
        self._now, self._period = now, period
        self._next: datetime | None = None

    def is_due(self) -> bool:
        """Whether it is time; the next time is counted from now on."""
        now = self._now()
        if self._next is not None and self._next - self._period <= now < self._next:
            return False
        self._next = now + self._period
        return True
