"""What every decoder of lines does alike, around the one function that knows what the line means."""

from collections.abc import Callable, Iterator

from hardware.decode.excerpt import refused
from hardware.decode.lines import Broken, LineCutter
from hardware.readings import Reading, Stamp

ReadLine = Callable[[bytes], "Reading | str | None"]


class LineDecoder:
    """Feeds each line to `read_line`: it gives a reading, a reason to refuse it, or None for nothing."""

    def __init__(self, read_line: ReadLine, *, stamp: Stamp, ceiling: int) -> None:
        self._read_line = read_line
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

    def _told(self, line: bytes | Broken) -> Iterator[Reading]:
        if isinstance(line, Broken):
            yield refused(self._stamp, line.reason, line.data)
            return
        told = self._read_line(line)
        if isinstance(told, str):
            yield refused(self._stamp, told, line)
        elif told is not None:
            yield told
