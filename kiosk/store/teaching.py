"""Pictures that a technician took at the station to teach a camera from: they wait here until the server has them.

They are no records: each is one file, whose name says of which camera it is, what it shows, and when it was taken.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote

from content.disk import write_whole
from kiosk.store.errors import StoreFull, translated

MOST = 200  # that wait: some 60 MB
SIDES = {True: "good", False: "bad"}
MOMENT = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class TeachingPicture:
    """A JPEG of what a camera saw, and whether that is as it has to be."""

    file: Path
    device: str
    good: bool
    at: datetime  # UTC


class TeachingFolder:
    """The pictures that wait, the oldest first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, device: str, at: datetime, jpeg: bytes, *, good: bool) -> TeachingPicture:
        """Keep a picture; raises StoreFull when too many wait, and StoreError."""
        if len(self.waiting()) >= MOST:
            raise StoreFull("too many pictures wait already: connect the kiosk to its server first")
        file = self._folder / f"{at.astimezone(UTC):{MOMENT}}_{SIDES[good]}_{quote(device, safe='')}.jpg"
        with translated():
            self._folder.mkdir(exist_ok=True)
            write_whole(file, jpeg)
        return TeachingPicture(file=file, device=device, good=good, at=at)

    def waiting(self) -> list[TeachingPicture]:
        """What the server does not have yet."""
        return [found for file in sorted(self._folder.glob("*.jpg")) if (found := _told(file)) is not None]

    def read(self, picture: TeachingPicture) -> bytes:
        """The JPEG; raises StoreError."""
        with translated():
            return picture.file.read_bytes()

    def forget(self, picture: TeachingPicture) -> None:
        """The server has it; raises StoreError."""
        with translated():
            picture.file.unlink(missing_ok=True)


def _told(file: Path) -> TeachingPicture | None:
    moment, _, rest = file.stem.partition("_")
    side, _, device = rest.partition("_")
    try:
        at = datetime.strptime(moment, MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None  # somebody else put it there
    if side not in SIDES.values() or not device:
        return None
    return TeachingPicture(file=file, device=unquote(device), good=side == SIDES[True], at=at)
