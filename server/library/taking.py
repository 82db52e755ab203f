"""Taking in a file that somebody uploads: normalised, kept with its renditions, its untouched original kept apart."""

import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from server.audit import note
from server.errors import Invalid, TooLarge
from server.house import House
from server.library.drafts import keep_medium
from server.library.teaching_files import forget
from server.media import MediaStore
from server.media.kinds import LARGEST, Kind
from server.media.making import Role
from server.media.normalising import Medium, Normalised, Wish, normalise
from server.store.engine import writing

RANGE = re.compile(r"^(\d{1,5})(?:-(\d{1,5}))?$")
MOST_NAMED = 2_000  # pages
ORIGINALS = "originals"  # the folder beside the media; nothing of it is ever served
LARGEST_UPLOAD = max(LARGEST.values())  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file that is held: what it is for, its digest, bytes, media type and pixels."""

    role: Role
    digest: str
    size: int
    type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that a step can show; the first file is what the step names, `poster` is a film's picture."""

    what: str
    files: tuple[File, ...]
    seconds: float | None = None

    def file(self, role: Role) -> File | None:
        """The first file for that purpose."""
        return next((each for each in self.files if each.role is role), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was taken in: digest and pixels of the first thing, and everything that was made."""

    digest: str
    width: int
    height: int
    name: str = ""
    kind: Kind = Kind.PICTURE
    format: str = ""
    original: str = ""
    items: tuple[Item, ...] = ()
    notes: tuple[str, ...] = ()


def take(
    house: House, data: bytes | BinaryIO, name: str = "", by: str = "", wish: Wish | None = None
) -> Taken:
    """Make of an upload what steps can show, and keep it.

    Raises Invalid, TooLarge, Busy or NoSpace with a sentence and its mend; nothing is kept then.
    """
    with tempfile.TemporaryDirectory(dir=house.settings.data, prefix=".taking-") as place:
        sent = Path(place) / "upload"
        original = Path(place) / "original"
        _write(data, sent)
        original.hardlink_to(sent)
        made = normalise(sent, name, wish)
        return _keep(house, made, original, by)


def pages_of(text: str) -> tuple[int, ...]:
    """Page numbers of a text like `1,3-5`; raises Invalid."""
    found: list[int] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = RANGE.match(part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if last < first or last - first + len(found) >= MOST_NAMED:
            raise Invalid(f"{part[:20]!r} names no pages", "write them like 1,3-5")
        found += range(first, last + 1)
    return tuple(found)


def _write(data: bytes | BinaryIO, target: Path) -> None:
    stream = BytesIO(data) if isinstance(data, bytes) else data
    with target.open("wb") as out:
        shutil.copyfileobj(stream, out, 1024 * 1024)
        if out.tell() > LARGEST_UPLOAD:
            raise TooLarge(f"the file has {out.tell():,} bytes", f"at most {LARGEST_UPLOAD:,}")


def _keep(house: House, made: Normalised, original: Path, by: str) -> Taken:
    items = tuple(_item(house, medium) for medium in made.media)
    digest = MediaStore(house.settings.data / ORIGINALS).keep_file(original)
    with writing(house.engine) as tx:
        for file in _files(items):
            keep_medium(tx, file.digest, file.size, file.type)
        forget(tx, [*(file.digest for file in _files(items)), digest])  # it is wanted for more now
        note(tx, house.now(), by, "took in", items[0].files[0].digest, f"{made.name}, original {digest}")
    first = items[0].files[0]
    return Taken(
        digest=first.digest,
        width=first.width,
        height=first.height,
        name=made.name,
        kind=made.kind,
        format=made.format,
        original=digest,
        items=items,
        notes=made.notes,
    )


def _item(house: House, medium: Medium) -> Item:
    files = tuple(
        File(
            role=each.role,
            digest=house.media.keep_file(each.path),
            size=each.size,
            type=each.type,
            width=each.width,
            height=each.height,
        )
        for each in medium.renditions
    )
    return Item(what=medium.what, files=files, seconds=medium.seconds)


def _files(items: Sequence[Item]) -> list[File]:
    return [file for item in items for file in item.files]
