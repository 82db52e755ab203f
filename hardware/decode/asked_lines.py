"""What decoders of lines do alike whose device may have to be asked: once, again and again, or to talk all the time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hardware.decode.line_decoder import LineDecoder, ReadLine
from hardware.driver import HangUp, Ready, Send, Told
from hardware.readings import Stamp

PATIENCE = 3_000_000_000  # ns for a first word of a device that is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How a device is asked. Neither: it talks by itself, and is there as soon as its line is."""

    once: bytes = b""  # said again every `every_ms`
    always: bytes = b""  # said once, and it goes on talking
    every_ms: int = 250
    silent: str = "the device does not answer: are protocol, baud rate and parity right?"


class AskedLineDecoder(LineDecoder):
    """A `LineDecoder` that asks. `read_line` calls `understood` for whatever only the right device says."""

    def __init__(
        self,
        read_line: ReadLine,
        *,
        stamp: Stamp,
        ceiling: int,
        asking: Asking,
        start: re.Pattern[bytes] | None = None,
    ) -> None:
        super().__init__(read_line, stamp=stamp, ceiling=ceiling, start=start)
        self._asking = asking
        self._asks = bool(asking.once or asking.always)
        self._asked_at: int | None = None
        self._heard_at = 0
        self._there = self._told_ready = False

    def now(self) -> int:
        """The tick of now."""
        return self._stamp()["tick"]

    def understood(self) -> None:
        """It said something that makes sense: it is there."""
        self._there, self._heard_at = True, self.now()

    def opened(self) -> Iterator[Told]:
        """Ask; a device that talks by itself is ready with its line."""
        self._there, self._told_ready = not self._asks, False
        self._asked_at, self._heard_at = None, self.now()
        if self._asking.always:
            yield Send(self._asking.always)
        elif self._asking.once:
            yield from self.ask_once()
        yield from self._ready()

    def ask_once(self) -> Iterator[Told]:
        """Ask for one value, and for the next when it is time."""
        self._asked_at = self.now()
        yield Send(self._asking.once)

    def feed(self, chunk: bytes) -> Iterator[Told]:
        """Yield a reading, or a refusal, for each line that `chunk` completes; keep the rest."""
        for told in super().feed(chunk):
            yield from self._ready()
            yield told
        yield from self._ready()

    def due(self) -> int | None:
        """When to ask again, and when a device that says nothing counts as gone."""
        waits = [] if self._asked_at is None else [self._asked_at + self._asking.every_ms * 1_000_000]
        if self._asks:
            waits.append(self._heard_at + PATIENCE)
        return min(waits, default=None)

    def rang(self) -> Iterator[Told]:
        """Ask again, or give it up."""
        if self._asks and self.now() - self._heard_at >= PATIENCE:
            yield HangUp(self._asking.silent)
        elif self._asked_at is not None and self.now() - self._asked_at >= self._asking.every_ms * 1_000_000:
            yield from self.ask_once()

    def _ready(self) -> Iterator[Told]:
        if self._there and not self._told_ready:
            self._told_ready = True
            yield Ready()
