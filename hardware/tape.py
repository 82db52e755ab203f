"""A recording of what went over a station's lines: one JSON object a line, to be looked at and played again.

What a line carries is written down as its device's end could give it once more: bytes and messages as they went over;
of Modbus each request and its answer, from the function code on, where the answer is news; of OPC UA the nodes'
values; of a keyboard its keys; of a camera the pictures that were used or showed something new, by their digest, each
in a file of the folder beside the recording.
"""

import base64
import hashlib
import json
import logging
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Protocol

from hardware.readings import tick_now

log = logging.getLogger(__name__)

VERSION = 2  # 1: no pictures, and Modbus, OPC UA and keyboards in a way that only people can read
LARGEST_CHUNK = 1024 * 1024  # bytes; a picture of a camera is the largest thing that is taped
MOST_PICTURES = 2000  # files beside one recording; a shift of a few gigabytes helps nobody
PICTURES = ".pictures"  # ends the name of their folder


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
    picture: str = ""  # the digest of a camera's picture; `data` is its file


class Tape(Protocol):
    """Where the lines note what goes over them. Called on their threads; must not block for long."""

    def note(self, device: str, way: Way, data: bytes, *, topic: str = "", retained: bool = False) -> None:
        """`data` went over the line of `device`."""
        ...

    def picture(self, device: str, file: bytes) -> None:
        """The camera `device` gave this picture, a JPEG file."""
        ...


class NoTape:
    """Nothing is recorded."""

    def note(self, device: str, way: Way, data: bytes, *, topic: str = "", retained: bool = False) -> None:
        """Forget it."""

    def picture(self, device: str, file: bytes) -> None:
        """Forget it."""


class FileTape:
    """Writes a recording; each piece is on its way to the disk when `note` returns."""

    def __init__(self, path: Path) -> None:
        """Begin a recording at `path`; raises OSError when it cannot be written, FileExistsError when it is there."""
        self._file: IO[str] = path.open("x", encoding="utf-8")
        self._lock = threading.Lock()
        self._pictures = path.with_suffix(PICTURES)
        self._kept: set[str] = set()
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

    def picture(self, device: str, file: bytes) -> None:
        """Keep a picture beside the recording, the same one once; what no longer fits is left out."""
        digest = hashlib.sha256(file).hexdigest()
        try:
            if not self._keep(digest, file):
                return
        except OSError as problem:
            log.warning("a picture of %s is not in the recording: %s", device, problem)
            return
        self._write({"at": tick_now() - self._began, "device": device, "way": Way.IN, "picture": digest})

    def _keep(self, digest: str, file: bytes) -> bool:
        with self._lock:
            if digest in self._kept:
                return True
            if len(self._kept) >= MOST_PICTURES:
                return False
            self._pictures.mkdir(exist_ok=True)
            (self._pictures / f"{digest}.jpg").write_bytes(file)
            self._kept.add(digest)
            return True

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


def version(path: Path) -> int:
    """The version in which a recording was written; raises TapeWrong, OSError."""
    with path.open(encoding="utf-8", errors="strict") as file:
        first = next(_lines(file, path), "{}")
    try:
        return _head(json.loads(first))
    except (ValueError, KeyError, TypeError) as problem:
        raise TapeWrong(f"{path}: {problem}") from None


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
                    yield _pictured(path, said) if "picture" in said else _piece(said)
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


def _head(said: Any) -> int:
    if not isinstance(said, dict) or "stepline-recording" not in said:
        raise TapeWrong("this is no recording of `stepline device record`")
    if said["stepline-recording"] not in range(1, VERSION + 1):
        raise TapeWrong("the recording was made by a later version of Stepline")
    return said["stepline-recording"]


def _pictured(path: Path, said: dict[str, Any]) -> Piece:
    digest = str(said["picture"])
    file = path.with_suffix(PICTURES) / f"{digest}.jpg"
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise ValueError("no digest")
    try:
        data = file.read_bytes()
    except OSError:
        raise TapeWrong(f"the picture {file.name} is missing in {file.parent}") from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise TapeWrong(f"the picture {file} is not the one that was recorded")
    return Piece(at=_at(said), device=str(said["device"]), way=Way(said["way"]), data=data, picture=digest)


def _at(said: dict[str, Any]) -> int:
    at = said["at"]
    if not isinstance(at, int) or at < 0:
        raise ValueError("no time")
    return at


def _piece(said: dict[str, Any]) -> Piece:
    data = said["text"].encode("ascii") if "text" in said else base64.b64decode(said["base64"], validate=True)
    return Piece(
        at=_at(said),
        device=str(said["device"]),
        way=Way(said["way"]),
        data=data,
        topic=str(said.get("topic", "")),
        retained=bool(said.get("retained", False)),
    )
