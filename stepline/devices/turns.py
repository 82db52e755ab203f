"""Who said what after what in a recording: so that a station that says something again is answered as it was then.

A device's pieces are of two sorts. What it said by itself is played when its time has come; what it answered is said
when the station says again what it was an answer to. So a conversation stands before the first piece is played, and
goes on at the pace of the station that is there now.
"""

import threading
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

from hardware.tape import Piece, Way

ANSWER = 500_000_000  # ns within which what a device says is an answer
SAME = 20_000_000  # ns within which more of it belongs to the answer
Key = Callable[[Piece], Hashable]


@dataclass(slots=True)
class _Saying:
    """What the station said once, and what came of it."""

    at: int
    answer: list[Piece] = field(default_factory=list)


def _whole(piece: Piece) -> Hashable:
    return piece.data


class Turns:
    """The conversation of one device. Any thread may ask; one plays."""

    def __init__(
        self,
        pieces: Sequence[Piece],
        small_talk: Callable[[bytes], bool] = lambda _: False,
        *,
        key: Key = _whole,
        answer: int = ANSWER,
        same: int = SAME,
    ) -> None:
        self._small_talk = small_talk
        self._key = key
        self._answer, self._same = answer, same
        self._sayings: dict[Hashable, list[_Saying]] = {}
        self._answers: set[int] = set()  # ids of pieces
        self._told: Counter[Hashable] = Counter()  # in this replay
        self._played: Counter[Hashable] = Counter()
        self._head = 0  # ns, how far it was played
        self._heard = threading.Condition()
        self._sort(pieces)

    def _sort(self, pieces: Sequence[Piece]) -> None:
        saying: _Saying | None = None
        for piece in pieces:
            if piece.way is Way.OUT:
                saying = _Saying(piece.at)
                self._sayings.setdefault(self._key(piece), []).append(saying)
            elif saying is not None and not piece.retained and self._belongs(piece, saying):
                saying.answer.append(piece)
                self._answers.add(id(piece))
            else:
                saying = None

    def _belongs(self, piece: Piece, saying: _Saying) -> bool:
        if saying.answer:
            return piece.at - saying.answer[-1].at <= self._same
        return piece.at - saying.at <= self._answer

    def is_answer(self, piece: Piece) -> bool:
        """Whether the device said it because it was asked: it is not played."""
        return id(piece) in self._answers

    def known(self) -> Sequence[Hashable]:
        """Everything that the station said."""
        return tuple(self._sayings)

    def reach(self, at: int) -> None:
        """The recording is played up to there."""
        self._head = at

    def said(self, key: Hashable, told: bytes = b"") -> Sequence[Piece]:
        """The station says this now: what it is answered.

        Small talk gets the answer of the time that is played, all else the answer that it got that many times ago.
        """
        with self._heard:
            self._told[key] += 1
            self._heard.notify_all()
            count = self._told[key]
        sayings = self._sayings.get(key)
        if not sayings:
            return ()
        if self._small_talk(told):
            place = bisect_right(sayings, self._head, key=lambda saying: saying.at)
        else:
            place = min(count, len(sayings))
        return sayings[max(0, place - 1)].answer

    def await_said(self, piece: Piece, patience: float) -> None:
        """The station said it in the recording: wait until it has said it as often now, but not for small talk."""
        key = self._key(piece)
        if self._small_talk(piece.data):
            return
        self._played[key] += 1
        with self._heard:
            self._heard.wait_for(lambda: self._told[key] >= self._played[key], patience)


class Cutter:
    """Cuts what a station says on a line into what it said in the recording."""

    def __init__(self, known: Sequence[Hashable]) -> None:
        self._known = sorted((each for each in known if isinstance(each, bytes)), key=len, reverse=True)
        self._held = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """What `chunk` completes; what was never said in the recording is passed over up to something that was."""
        self._held += chunk
        said: list[bytes] = []
        while self._held:
            whole = next((each for each in self._known if self._held.startswith(each)), None)
            longer = any(len(each) > len(self._held) and each.startswith(self._held) for each in self._known)
            if whole is not None:
                said.append(whole)
                self._held = self._held[len(whole) :]
            elif longer:
                break  # it may still become something known
            else:
                self._held = self._held[self._next() :]
        return said

    def _next(self) -> int:
        """Where something known may begin again."""
        for place in range(1, len(self._held)):
            rest = self._held[place:]
            if any(rest.startswith(each) or each.startswith(rest) for each in self._known):
                return place
        return len(self._held)
