"""A recording of what went over a station's lines: one JSON object a line, to be looked at and played again."""

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Protocol

from hardware.readings import tick_now

VERSION = 1
LARGEST_CHUNK = 1024 * 1024  # bytes; a picture of a camera is the largest thing that is taped


class TapeWrong(ValueError):
    """The file is no recording, or a damaged one; the text says where."""


class Way(StrEnum):
    """From the device, or to it."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What went over a device's line at once, `at` nanoseconds after the recording began."""

    at: int
    device: str
    way: Way
    data: bytes
    topic: str = ""  # of a message
    retained: bool = False


class Tape(Protocol):
    """Where the lines note what goes over them. Called on their threads; must not block for long."""

    def note(self, device: str, way: Way, data: bytes, *, topic: str = "", retained: bool = False) -> None:
        """`data` went over the line of `device`."""
        ...


class NoTape:
    """Nothing is recorded."""

    def note(self, device: str, way: Way, data: bytes, *, topic: str = "", retained: bool = False) -> None:
        """Forget it."""


class FileTape:
    """Writes a recording; each piece is on its way to the disk when `note` returns."""

    def __init__(self, path: Path) -> None:
        """Begin a recording at `path`; raises OSError when it cannot be written, FileExistsError when it is there."""
        self._file: IO[str] = path.open("x", encoding="utf-8")
        self._lock = threading.Lock()
        self._began = tick_now()
        self.count = 0
        self._write({"stepline-recording": VERSION, "began": datetime.now(UTC).isoformat()})

    def note(self, device: str, way: Way, data: bytes, *, topic: str = "", retained: bool = False) -> None:
        """Write one piece down."""
        piece: dict[str, Any] = {
            "at": tick_now() - self._began,
            "device": device,
            "way": way,
            **_spelled(data),
        }
        if topic:
            piece |= {"topic": topic, "retained": retained}
        self._write(piece)

    def _write(self, piece: dict[str, Any]) -> None:
        line = json.dumps(piece, ensure_ascii=True, separators=(",", ":"))
        with self._lock:
            if not self._file.closed:
                self._file.write(line + "\n")
                self._file.flush()
                self.count += 1

    def close(self) -> None:
        """End it."""
        with self._lock:
            self._file.close()


def _spelled(data: bytes) -> dict[str, str]:
    """Printable bytes as text, so that a recording reads well; others in base64."""
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}
    return {"text": text}


def pieces(path: Path) -> Iterator[Piece]:
    """The pieces of a recording, in order.

    Raises:
        TapeWrong: no recording, of a later version, or damaged; OSError when it cannot be read.
    """
    with path.open(encoding="utf-8", errors="strict") as file:
        for place, line in enumerate(_lines(file, path), start=1):
            try:
                said = json.loads(line)
                if place == 1:
                    _head(said)
                else:
                    yield _piece(said)
            except (ValueError, KeyError, TypeError) as problem:
                if isinstance(problem, TapeWrong):
                    raise TapeWrong(f"{path}: {problem}") from None
                raise TapeWrong(f"{path}: line {place} is no piece of a recording") from None


def _lines(file: IO[str], path: Path) -> Iterator[str]:
    try:
        while line := file.readline(2 * LARGEST_CHUNK):
            yield line
    except UnicodeDecodeError:
        raise TapeWrong(f"{path}: this is no recording: it is not text") from None


def _head(said: Any) -> None:
    if not isinstance(said, dict) or "stepline-recording" not in said:
        raise TapeWrong("this is no recording of `stepline device record`")
    if said["stepline-recording"] != VERSION:
        raise TapeWrong("the recording was made by a later version of Stepline")


def _piece(said: dict[str, Any]) -> Piece:
    data = said["text"].encode("ascii") if "text" in said else base64.b64decode(said["base64"], validate=True)
    at = said["at"]
    if not isinstance(at, int) or at < 0:
        raise ValueError("no time")
    return Piece(
        at=at,
        device=str(said["device"]),
        way=Way(said["way"]),
        data=data,
        topic=str(said.get("topic", "")),
        retained=bool(said.get("retained", False)),
    )
