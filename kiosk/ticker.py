"""The kiosk's own count of microseconds, which never goes back, also over restarts, and the time of day."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kiosk.words import say

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while the kiosk is suspended
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
TOLERATED = timedelta(minutes=2)  # further off than this, a person should set the clock
REANCHOR = timedelta(seconds=1)  # smaller differences are the network's, not the clock's


def boot_nanoseconds() -> int:
    """Nanoseconds since the machine started; the clock of the readings' ticks."""
    return time.clock_gettime_ns(_CLOCK)


def boot_id() -> str:
    """A name of this start of the machine; empty where the system tells none."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def wall() -> datetime:
    """The time of day as this machine has it."""
    return datetime.now(UTC)


class Ticker:
    """Ticks (µs) for durations, instants (UTC) for people. Safe from any thread."""

    def __init__(
        self,
        offset: int = 0,
        *,
        last: int = 0,
        nanoseconds: Callable[[], int] = boot_nanoseconds,
        wall: Callable[[], datetime] = wall,
    ) -> None:
        """`offset` is added to the boot clock's microseconds; no tick will be below `last`."""
        self._offset = offset
        self._last = last
        self._nanoseconds = nanoseconds
        self._wall = wall
        self._anchor: datetime | None = None  # the server's time at boot, once it was measured
        self._floor: datetime | None = None  # tick 0 was not before this
        self._lock = threading.Lock()

    @classmethod
    def resume(
        cls,
        last: int,
        kept: str | None,
        *,
        boot: str | None = None,
        nanoseconds: Callable[[], int] = boot_nanoseconds,
        wall: Callable[[], datetime] = wall,
    ) -> "Ticker":
        """Go on counting after a restart of the kiosk.

        `last` is the latest tick on disk, `kept` what `mark` gave before. In the same boot the count has gone
        on meanwhile; after a new boot nobody knows for how long it stood still, so it goes on from `last`.
        """
        boot = boot_id() if boot is None else boot
        was, _, offset = (kept or "").rpartition(" ")
        if boot and was == boot:
            return cls(int(offset), last=last, nanoseconds=nanoseconds, wall=wall)
        return cls(last + 1 - nanoseconds() // 1000, last=last, nanoseconds=nanoseconds, wall=wall)

    def mark(self, boot: str | None = None) -> str:
        """What `resume` needs to know of this count."""
        return f"{boot_id() if boot is None else boot} {self._offset}"

    def tick(self, at_nanoseconds: int | None = None) -> int:
        """The count now, or when the boot clock stood at `at_nanoseconds`; never below one given before."""
        nanoseconds = self._nanoseconds() if at_nanoseconds is None else at_nanoseconds
        with self._lock:
            self._last = max(self._last, nanoseconds // 1000 + self._offset)
            return self._last

    def was(self, at_nanoseconds: int) -> int:
        """The count when the boot clock stood there, also long ago."""
        return at_nanoseconds // 1000 + self._offset

    def now(self) -> datetime:
        """The time of day, aware, UTC: the server's where it was measured, else this machine's."""
        anchor = self._anchor
        if anchor is None:
            return self._wall()
        return anchor + timedelta(microseconds=self._nanoseconds() // 1000)

    def prove(self, instant: datetime, tick: int | None = None) -> None:
        """It was `instant` or later at `tick` (None: now): somebody who knows has signed that."""
        floor = instant - timedelta(microseconds=self.tick() if tick is None else min(tick, self.tick()))
        if self._floor is None or floor > self._floor:
            self._floor = floor

    def proof(self) -> tuple[datetime, int] | None:
        """The latest instant that is proven, and its tick: what `prove` has to be told after a restart."""
        tick = self.tick()
        return None if self._floor is None else (self._floor + timedelta(microseconds=tick), tick)

    def best(self) -> datetime:
        """The time of day by all that is known here; a clock that is set back does not bring it back."""
        proof = self.proof()
        return self.now() if proof is None else max(self.now(), proof[0])

    def measured(self, server: datetime) -> timedelta:
        """The server says that it is now `server`; how far this machine's own clock is ahead of it."""
        anchor = server - timedelta(microseconds=self._nanoseconds() // 1000)
        if self._anchor is None or abs(anchor - self._anchor) > REANCHOR:
            self._anchor = anchor
        return self._wall() - server


def what_is_wrong(ahead: timedelta, language: str) -> str:
    """A sentence about a clock that is `ahead` of the server's (negative: behind); empty when near enough."""
    if abs(ahead) <= TOLERATED:
        return ""
    minutes = round(abs(ahead).total_seconds() / 60)
    amount = f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
    return say("clock_fast" if ahead > timedelta() else "clock_slow", language, amount=amount)
