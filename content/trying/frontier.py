"""How far each path is, and which of them is walked next."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from content.run import Run
from content.trying.effort import Effort
from content.values import StepId

MOST_WAITING = 5_000  # walkers that are kept waiting, before the widest way is no longer taken


@dataclass(frozen=True, slots=True)
class Walker:
    """How far one path is."""

    run: Run
    order: str
    tick: int = 0
    steps: tuple[StepId, ...] = ()
    choices: tuple[str, ...] = ()
    branch: str = ""  # what led here from the last place with more than one way on
    effort: Effort = field(default_factory=Effort)
    ruled: frozenset[str] = field(default_factory=frozenset[str])  # failures that were tried again
    left: frozenset[str] = field(default_factory=frozenset[str])  # optional checks that are left open


class Frontier:
    """Where the walk goes on: each path to its end, first what was never tried, then in turn deep, wide and anew."""

    def __init__(self, starts: Iterator[Walker], count: int) -> None:
        self._starts, self._unstarted = starts, count
        self._now: Walker | None = None
        self._fresh: list[Walker] = []
        self._rest: deque[Walker] = deque()
        self._seen: set[str] = set()
        self._turn = 0

    def add(self, branches: list[Walker]) -> None:
        """Take the ways on from where the walk is; one of them is walked next."""
        untried = [walker for walker in branches if walker.branch not in self._seen]
        self._now = next(iter(untried or branches), None)
        for walker in reversed(branches):
            if walker is not self._now:
                fresh = walker.branch not in self._seen
                (self._fresh if fresh else self._rest).append(walker)
        self._seen.update(walker.branch for walker in branches)

    def next(self) -> Walker | None:
        """The one to go on; None when everything was walked."""
        now, self._now = self._now, None
        if now is not None or self._fresh:
            return now or self._fresh.pop()
        self._turn = (self._turn + 1) % 3
        if self._unstarted and (self._turn == 0 or not self._rest):
            self._unstarted -= 1
            return next(self._starts)
        if not self._rest:
            return None
        wide = self._turn == 1 and len(self._rest) < MOST_WAITING
        return self._rest.popleft() if wide else self._rest.pop()

    @property
    def left(self) -> int:
        """How many are not walked to their end, each of which may branch; far more than a list can hold, maybe."""
        return (self._now is not None) + self._unstarted + len(self._fresh) + len(self._rest)
