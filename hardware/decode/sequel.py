"""Things that are numbered one after another: each is told once and in order, and those that are missing are known."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

REMEMBERED = 256  # things that were told, to know one that comes again
MOST_MISSED = 200  # that are asked for one by one; of a longer gap only the latest are

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class News(Generic[T]):
    """What follows from a thing that came: those to be told now, and the numbers to be asked for."""

    told: tuple[T, ...] = ()
    missing: tuple[int, ...] = ()
    given_up: int = 0  # so many of a very long gap are not asked for


@dataclass(slots=True)
class Sequel(Generic[T]):
    """Remembers over lost lines what was told. `last` is the highest number told, or there before we came.

    Things are equal when they are the same thing told twice; another thing under a number that was told comes from a
    teller that counts anew.
    """

    last: int | None = None
    _empty: bool = False  # there was nothing yet when we came
    _told: dict[int, T] = field(default_factory=dict[int, T])
    _waiting: dict[int, T | None] = field(default_factory=dict[int, T | None])  # None: it is gone
    _asked: set[int] = field(default_factory=set[int])

    def reopened(self) -> None:
        """The line is new: what was held back or asked for is asked for again."""
        self._waiting.clear()
        self._asked.clear()

    def go_back(self, after: int) -> None:
        """What came after that number was not kept: it is to be told again."""
        self.reopened()
        self._told.clear()
        self.last = after

    def nothing(self) -> None:
        """There is nothing yet: all that comes is ours."""
        self._empty = self.last is None

    def found(self, number: int) -> None:
        """The newest number there is, before anything was told: what was there before we came is not our business."""
        if self.last is None and self._empty:
            # a teller that was made to forget everything does not count from 1
            self.last = 0 if number <= MOST_MISSED else number - 1
        elif self.last is None or (number < self.last and number not in self._told):
            self.last = number

    def came(self, number: int, thing: T) -> News[T]:
        """A thing came; one that came before brings nothing, one that comes too early is held back."""
        if number in self._waiting and self._waiting[number] is not None:
            return News()
        if self._told.get(number) == thing or (number == self.last and number not in self._told):
            return News()
        if self.last is None or number <= self.last:  # the first, or its teller counts anew
            self._told.clear()
            self.last = number - 1
        self._waiting[number] = thing
        given_up = self._skip(number)
        assert self.last is not None
        wanted = [each for each in range(self.last + 1, number) if each not in self._waiting]
        missing = tuple(each for each in wanted if each not in self._asked)
        self._asked.update(missing)
        return News(self._ready(), missing, given_up)

    def gone(self, number: int) -> News[T]:
        """A number that was asked for is not to be had: those behind it need not wait for it."""
        if self.last is not None and number > self.last:
            self._waiting.setdefault(number, None)
        return News(self._ready())

    def _skip(self, number: int) -> int:
        assert self.last is not None
        given_up = max(0, number - self.last - 1 - MOST_MISSED)
        if given_up:
            self.last += given_up
        return given_up

    def _ready(self) -> tuple[T, ...]:
        ready: list[T] = []
        while self.last is not None and self.last + 1 in self._waiting:
            self.last += 1
            self._asked.discard(self.last)
            thing = self._waiting.pop(self.last)
            if thing is not None:
                self._told[self.last] = thing
                ready.append(thing)
        while len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        return tuple(ready)
