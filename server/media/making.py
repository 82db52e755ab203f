"""What is made of an upload, as the child that makes it tells its parent."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

LONGEST_KIOSK = 1920  # pixels; a kiosk's screen has no more
LONGEST_FILM = 1280  # pixels
LONGEST_THUMBNAIL = 480  # pixels
MOST_PIXELS = 40_000_000


class Role(StrEnum):
    """What a file of a medium is for."""

    KIOSK = "kiosk"
    THUMBNAIL = "thumbnail"
    FILM = "film"
    POSTER = "poster"
    FRAME = "frame"
    DRAWING = "drawing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One file in the child's folder, with its size in pixels."""

    role: Role
    file: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeMedium:
    """One thing that a step can show: a picture, a page, a view, a film."""

    what: str
    files: tuple[Made, ...]
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """Everything that was made of one upload, and what its sender should know."""

    media: tuple[MadeMedium, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


def read(values: dict[str, Any]) -> Making:
    """What `plain` wrote; raises KeyError, TypeError or ValueError when it is anything else."""
    media = tuple(
        MadeMedium(
            what=str(each["what"])[:80],
            files=tuple(
                Made(
                    role=Role(one["role"]),
                    file=str(one["file"]),
                    width=int(one["width"]),
                    height=int(one["height"]),
                )
                for one in each["files"]
            ),
            seconds=None if each["seconds"] is None else float(each["seconds"]),
        )
        for each in values["media"]
    )
    return Making(media=media, notes=tuple(str(note)[:300] for note in values["notes"][:10]))
