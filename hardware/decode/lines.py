"""Cut a byte stream into lines. No port, no clock, no thread."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

STX, ETX = 0x02, 0x03
_MARKS = re.compile(rb"[\x02\x03\r\n]")


@dataclass(frozen=True, slots=True)
class Broken:
    """Bytes that never became a line: too long, or left without an end."""

    reason: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Tail:
    """The last bytes of a line that was too long: what is whole may stand at its end, behind rubbish."""

    data: bytes


class LineCutter:
    """Lines that end with CR, LF, CRLF or ETX; STX begins one anew. Empty lines are nothing.

    At most `ceiling` bytes are held. A longer line is reported once, by its beginning; its end comes as a `Tail`.
    """

    def __init__(self, ceiling: int) -> None:
        self._ceiling = ceiling
        self._pending = bytearray()
        self._overlong = False

    @property
    def pending(self) -> bool:
        """Whether a line has begun and not ended."""
        return bool(self._pending) or self._overlong

    def feed(self, chunk: bytes) -> Iterator[bytes | Broken | Tail]:
        """Yield each line that `chunk` completes, without its ending; keep the rest."""
        begin = 0
        for mark in _MARKS.finditer(chunk):
            yield from self._hold(chunk[begin : mark.start()])
            begin = mark.end()
            if mark[0][0] == STX:
                yield from self.give_up("half a frame: a new one began before it ended")
            elif self._pending or self._overlong:
                line, overlong = bytes(self._pending), self._overlong
                self._forget()
                yield Tail(line) if overlong else line
        yield from self._hold(chunk[begin:])

    def give_up(self, reason: str) -> Iterator[Broken]:
        """Drop the line that has begun, and say so with `reason`."""
        if self._pending and not self._overlong:
            yield Broken(reason, bytes(self._pending))
        self._forget()

    def _hold(self, piece: bytes) -> Iterator[Broken]:
        if self._overlong:
            self._pending = (self._pending + piece[-self._ceiling :])[-self._ceiling :]
            return
        room = self._ceiling - len(self._pending)
        self._pending += piece[:room]
        if len(piece) > room:
            self._overlong = True
            yield Broken(f"no line end within {self._ceiling} bytes", bytes(self._pending))
            self._pending = (self._pending + piece[room:][-self._ceiling :])[-self._ceiling :]

    def _forget(self) -> None:
        self._pending.clear()
        self._overlong = False
