"""What the panel shows, as frozen values, and how they travel between the demonstration and its window."""

import json
import os
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

LIST = "codes"  # the move that opens the list of codes; the window does it by itself
LONGEST = 1024 * 1024  # bytes of a message; a whole view takes some ten thousand


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A button: `name` comes back when it is pressed; a `bad` one is what goes wrong; without a word it is small."""

    name: str
    word: str
    under: str = ""  # a few small words below it
    icon: str = ""
    wanted: bool = False  # the kiosk waits for this
    bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One device and what can be done with it."""

    name: str
    icon: str
    title: str
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Labels that lie together in the list of everything that can be scanned."""

    title: str
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelView:
    """All of it. `told` is what the last press did, `driven` what the kiosk has its outputs do."""

    waits: str
    detail: str = ""
    told: str = ""
    driven: str = ""
    rows: tuple[Row, ...] = ()
    codes: tuple[Codes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """The part of the display that windows may take, in pixels."""

    left: int
    top: int
    width: int
    height: int


VIEW: TypeAdapter[PanelView] = TypeAdapter(PanelView)


class Line:
    """One end of the line between the demonstration and the panel: a JSON object a line each way."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._rest = b""

    def say(self, **words: Any) -> None:
        """Send a message; nothing when the other end is gone."""
        try:
            self._end.sendall(json.dumps(words).encode() + b"\n")
        except OSError:
            return

    def heard(self, seconds: float | None) -> Sequence[dict[str, Any]]:
        """The messages that came, waited for at most so long; raises EOFError when the other end is gone."""
        self._end.settimeout(seconds)
        try:
            piece = self._end.recv(LONGEST)
        except TimeoutError:
            return ()
        except OSError:
            raise EOFError from None
        finally:
            self._end.settimeout(None)
        if not piece:
            raise EOFError
        *lines, self._rest = (self._rest + piece).split(b"\n")
        return list(_read(lines))

    def close(self) -> None:
        """Hang up."""
        self._end.close()


def _read(lines: Sequence[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        yield json.loads(line)


def line_from(number: int) -> Line:
    """The line that was handed down as a file descriptor."""
    os.set_inheritable(number, False)
    return Line(socket.socket(fileno=number))
