"""An upload becomes media that every kiosk and browser shows, or is refused with a sentence and its mend."""

import hashlib
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from content import picture
from server.errors import Invalid
from server.media import limits
from server.media.kinds import Kind, plain_name, suits, tell
from server.media.limits import MEGABYTE, Limits
from server.media.making import Making, Role, read

LIMITS = {
    Kind.PICTURE: Limits(seconds=40, output=256 * MEGABYTE),
    Kind.DRAWING: Limits(seconds=20),
    Kind.PAGES: Limits(seconds=90),
    Kind.FILM: Limits(seconds=600, memory=3072 * MEGABYTE, output=210 * MEGABYTE),
    Kind.MODEL: Limits(seconds=180, memory=6144 * MEGABYTE, output=210 * MEGABYTE),
}
BLURRING = Limits(seconds=60)
SENT = "sent"  # how the upload is called in the child's folder, before its format's own ending
NAME = re.compile(r"[a-z][a-z0-9-]*(?: \d+)?(?:\.(?:webp|mp4|svg))?")
Region = tuple[float, float, float, float]  # x, y, width, height as shares of the picture
MOST_FILES = 400  # of one upload
SVG_TYPE = "image/svg+xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which part of an upload is wanted: pages of a PDF from 1 (none: all), start and end of a film in s."""

    pages: tuple[int, ...] = ()
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """One file that was made: what it is for, where it is, its digest, bytes, media type and pixels."""

    role: Role
    path: Path
    digest: str
    size: int
    type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """One thing that a step can show, with all its renditions; the first is what the step names."""

    what: str
    renditions: tuple[Rendition, ...]
    seconds: float | None

    def rendition(self, role: Role) -> Rendition | None:
        """The first file for that purpose."""
        return next((each for each in self.renditions if each.role is role), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """What became of an upload; its files lie in the folder it was made in."""

    name: str
    kind: Kind
    format: str
    media: tuple[Medium, ...]
    notes: tuple[str, ...]


def normalise(sent: Path, name: str, wish: Wish | None = None) -> Normalised:
    """Make media of the file `sent`, which its sender calls `name`, in the folder it lies in.

    Raises Invalid, TooLarge or Busy with a sentence and its mend.
    """
    wish, folder, called = wish or Wish(), sent.parent, plain_name(name)
    found = tell(sent)
    source = sent.rename(folder / f"{SENT}{found.suffixes[0]}")
    options: dict[str, Any] = {"file": source.name, "format": found.name}
    if found.kind is Kind.PAGES:
        options["pages"] = list(wish.pages)
    if found.kind is Kind.FILM:
        options |= {"start": wish.start, "end": wish.end}
    making = _read(limits.run(found.kind.value, options, folder, LIMITS[found.kind]))
    notes = making.notes
    if not suits(called, found):
        notes = (f"the name {called!r} does not suit: the file is {found.name}", *notes)
    media = tuple(_media(making, folder))
    return Normalised(name=called, kind=found.kind, format=found.name, media=media, notes=notes)


def _read(values: dict[str, Any]) -> Making:
    try:
        return read(values)
    except (KeyError, TypeError, ValueError):
        raise Invalid("the file made its reader say nonsense", "send another one") from None


def _media(making: Making, folder: Path) -> Iterator[Medium]:
    """The files that the child made; none is believed before it was looked at."""
    if not making.media or sum(len(medium.files) for medium in making.media) > MOST_FILES:
        raise Invalid("nothing that can be shown came out of the file", "send another one")
    for medium in making.media:
        renditions = tuple(
            rendition(folder, made.file, made.role, made.width, made.height) for made in medium.files
        )
        yield Medium(what=medium.what, renditions=renditions, seconds=medium.seconds)


def rendition(folder: Path, name: str, role: Role, width: int, height: int) -> Rendition:
    """A file of the child's folder, told by its content; raises Invalid when it is not what it should be."""
    path = folder / name
    if not NAME.fullmatch(name) or not _is_plain(path):
        raise Invalid("nothing that can be shown came out of the file", "send another one")
    data = path.read_bytes()
    kind = SVG_TYPE if role is Role.DRAWING else picture.media_type(data[: picture.HEAD])
    if kind is None:
        raise Invalid("nothing that can be shown came out of the file", "send another one")
    digest = hashlib.sha256(data).hexdigest()
    return Rendition(
        role=role, path=path, digest=digest, size=len(data), type=kind, width=width, height=height
    )


def _is_plain(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def burnt(source: Path, regions: tuple[Region, ...], folder: Path) -> Rendition:
    """The picture with those regions made unrecognisable, as a file of `folder`; raises Invalid or TooLarge."""
    found = tell(source)
    copy = folder / f"{SENT}{found.suffixes[0]}"
    copy.write_bytes(source.read_bytes())
    options = {"file": copy.name, "format": found.name, "regions": [list(each) for each in regions]}
    making = _read(limits.run("blur", options, folder, BLURRING))
    made = making.media[0].files[0]
    return rendition(folder, made.file, made.role, made.width, made.height)
