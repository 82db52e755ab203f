"""Pictures and videos of a step, and the annotations drawn over them."""

import contextlib
import math
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    PlainSerializer,
    Tag,
    WithJsonSchema,
    model_validator,
)

from content.refusing import refusal, short
from content.values import Duration, Line, Piece, Text

LONGEST_PATH = 240  # bytes; 255 is what file systems keep of a name
SHARE = "give a share of the picture's width or height, from 0 to 1"


def _share(value: object) -> float:
    """A coordinate as a share of the picture's width or height."""
    share = math.nan
    if isinstance(value, str | int | float | Decimal) and not isinstance(value, bool):
        with contextlib.suppress(ValueError, OverflowError):
            share = float(value)
    if math.isnan(share):
        raise refusal(f"{short(value)} is not a coordinate", mend=SHARE)
    if not 0.0 <= share <= 1.0:
        raise refusal(f"{short(value)} lies outside the picture", mend=SHARE)
    return float(f"{share:.6g}")  # as it is written; a millionth of a picture is less than anybody draws


def _inside(path: str) -> str:
    if len(path.encode()) > LONGEST_PATH:
        raise refusal("the file's name is too long", mend=f"at most {LONGEST_PATH} bytes")
    if not is_file_name(path):
        raise refusal(f"{short(path)} leaves the document's folder", mend="name a file inside it")
    return path


def is_file_name(path: str) -> bool:
    """Whether a file of that name can lie in the folder that names it."""
    parts = PurePosixPath(path).parts
    outside = path.startswith("/") or ".." in parts or "\\" in path or not parts
    return not outside and len(path.encode()) <= LONGEST_PATH


# Spelled as text on the wire: canonical JSON knows no floating-point numbers
Share = Annotated[
    float,
    BeforeValidator(_share),
    PlainSerializer(lambda share: f"{share:.6g}", return_type=str),
    WithJsonSchema({"type": ["number", "string"], "minimum": 0, "maximum": 1}),
]
Point = tuple[Share, Share]
InnerPath = Annotated[str, AfterValidator(_inside)]


class Box(Piece):
    """A rectangle; `x`, `y` are its top left corner, shares of the picture."""

    shape: Literal["box"]
    x: Share
    y: Share
    width: Share
    height: Share
    text: Line | None = None


class Ellipse(Piece):
    """An ellipse about its centre."""

    shape: Literal["ellipse"]
    x: Share
    y: Share
    rx: Share
    ry: Share
    text: Line | None = None


class Arrow(Piece):
    """An arrow whose head is at `to`."""

    shape: Literal["arrow"]
    start: Annotated[Point, Field(alias="from")]
    to: Point
    text: Line | None = None


class Polygon(Piece):
    """A closed outline."""

    shape: Literal["polygon"]
    points: Annotated[tuple[Point, ...], Field(min_length=3)]
    text: Line | None = None


class Badge(Piece):
    """A number in a circle."""

    shape: Literal["badge"]
    at: Point
    number: Annotated[int, Field(ge=0, le=99)]
    text: Line | None = None


class Caption(Piece):
    """A text that stands on the picture by itself."""

    shape: Literal["text"]
    at: Point
    text: Line


class Blur(Piece):
    """A rectangle of which nothing may be recognised: a face, a customer's name; burnt into what is published."""

    shape: Literal["blur"]
    x: Share
    y: Share
    width: Annotated[Share, Field(gt=0)]
    height: Annotated[Share, Field(gt=0)]


Annotation = Annotated[Box | Ellipse | Arrow | Polygon | Badge | Caption | Blur, Field(discriminator="shape")]


class Picture(Piece):
    """A still picture; the draft's file stays untouched, the annotations lie over it."""

    picture: InnerPath
    alt: Line
    annotations: tuple[Annotation, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """The files it needs, relative to the document's folder."""
        return (self.picture,)


class Subtitle(Piece):
    """A text shown while a video plays from `start` to `end`."""

    start: Duration
    end: Duration
    text: Text


class Video(Piece):
    """A short film with a poster picture that is shown before it plays."""

    video: InnerPath
    alt: Line
    poster: InnerPath
    start: Duration | None = None
    end: Duration | None = None
    captions: tuple[Subtitle, ...] = ()

    @model_validator(mode="after")
    def _ends_after_start(self) -> "Video":
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise refusal(
                "the video's end lies before its start",
                mend="make `end` later than `start`, or leave one out",
                at=("end",),
            )
        return self

    @property
    def files(self) -> tuple[str, ...]:
        """The files it needs, relative to the document's folder."""
        return (self.video, self.poster)


def _kind_of(value: Any) -> str:
    named = "video" in value if isinstance(value, dict) else isinstance(value, Video)
    return "film" if named else "still"


Medium = Annotated[Annotated[Picture, Tag("still")] | Annotated[Video, Tag("film")], Discriminator(_kind_of)]
