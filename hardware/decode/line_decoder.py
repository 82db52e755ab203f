"""What every decoder of lines does alike, around the one function that knows what the line means."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from hardware.decode.excerpt import refused
from hardware.decode.lines import Broken, LineCutter, Tail
from hardware.readings import Reading, Stamp

ReadLine = Callable[[bytes], "Reading | str | None"]


class LineDecoder:
    """Feeds each line to `read_line`: it gives a reading, a reason to refuse it, or None for nothing.

    `start` is how a frame of the protocol begins: with it, a whole frame is found behind rubbish on the same line.
    """

    def __init__(
        self, read_line: ReadLine, *, stamp: Stamp, ceiling: int, start: re.Pattern[bytes] | None = None
    ) -> None:
        self._read_line = read_line
        self._start = start
        self._stamp = stamp
        self._lines = LineCutter(ceiling)

    @property
    def pending(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._lines.pending

    def feed(self, chunk: bytes) -> Iterator[Reading]:
        """Yield a reading, or a refusal, for each line that `chunk` completes; keep the rest."""
        for line in self._lines.feed(chunk):
            yield from self._told(line)

    def give_up(self, reason: str) -> Iterator[Reading]:
        """The line went quiet or away: refuse the half frame that is held, if there is one."""
        for broken in self._lines.give_up(reason):
            yield from self._told(broken)

    def _told(self, line: bytes | Broken | Tail) -> Iterator[Reading]:
        if isinstance(line, Broken):
            yield refused(self._stamp, line.reason, line.data)
            return
        if isinstance(line, Tail):
            _, told = self._behind_rubbish(line.data)
            if told is not None:
                yield told
            return
        told = self._read_line(line)
        if isinstance(told, str):
            rubbish, behind = self._behind_rubbish(line)
            if behind is None:
                yield refused(self._stamp, told, line)
                return
            yield refused(self._stamp, "rubbish before a whole frame", rubbish)
            yield behind
        elif told is not None:
            yield replace(told, raw=line)

    def _behind_rubbish(self, line: bytes) -> tuple[bytes, Reading | None]:
        """The rubbish, and the reading of the frame behind it; None when there is none."""
        for begin in () if self._start is None else self._start.finditer(line, 1):
            frame = line[begin.start() :]
            told = self._read_line(frame)
            if told is not None and not isinstance(told, str):
                return line[: begin.start()], replace(told, raw=frame)
        return line, None
