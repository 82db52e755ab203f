"""The file of a taught check: one JSON file that says all that a look needs, and from which pictures it was taught."""

import base64
import binascii
import json
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from content.refusing import refusal
from content.values import Line, Piece, Slug
from content.vision.errors import NotTaught

FORMAT = 1  # a program refuses a newer one
MOST_BYTES = 12_000_000  # of the file
MOST_REGIONS = 12
MOST_PICTURE = 4_000_000  # characters of one picture inside the file
DIGEST = r"^[0-9a-f]{64}$"
KINDS = ("presence", "colour", "count", "orientation", "code", "text", "screws")
Kind = Literal["presence", "colour", "count", "orientation", "code", "text", "screws"]
Align = Literal["markers", "features", "fixed"]
Suffix = Literal[".jpg", ".png", ".webp", ".bmp"]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Finite = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]


def _base64(text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise refusal("the picture inside is not base64", mend="teach the check again") from None
    return text


Embedded = Annotated[str, Field(min_length=1, max_length=MOST_PICTURE), AfterValidator(_base64)]


class Region(Piece):
    """Where to look: shares of the taught picture; `x`, `y` are the top left corner."""

    x: Share
    y: Share
    width: Annotated[Share, Field(gt=0.004)]
    height: Annotated[Share, Field(gt=0.004)]
    name: Line | None = None

    @model_validator(mode="after")
    def _inside(self) -> "Region":
        if self.x + self.width > 1.0001 or self.y + self.height > 1.0001:
            raise refusal("the region leaves the picture", mend="x + width and y + height are at most 1")
        return self


class Appearance(Piece):
    """What one region looks like: patches of good pictures, and of bad ones."""

    good: Annotated[tuple[Embedded, ...], Field(min_length=1, max_length=6)]
    bad: Annotated[tuple[Embedded, ...], Field(max_length=6)] = ()


class Presence(Piece):
    """The region looks as on the good pictures (or, taught so, is empty as on them)."""

    kind: Literal["presence"]
    looks: Annotated[tuple[Appearance, ...], Field(min_length=1, max_length=MOST_REGIONS)]


class Lab(Piece):
    """A colour in CIELAB and how far (weighted ΔE*ab) the region's pixels lay from it."""

    lightness: Annotated[float, Field(ge=0, le=100)]
    a: Finite
    b: Finite
    tolerance: Annotated[float, Field(gt=0, le=200)]


class Colour(Piece):
    """The region has the taught colour."""

    kind: Literal["colour"]
    colours: Annotated[tuple[Lab, ...], Field(min_length=1, max_length=MOST_REGIONS)]


class Count(Piece):
    """So many parts lie in the region; areas are shares of the region."""

    kind: Literal["count"]
    expected: Annotated[int, Field(ge=0, le=200)]
    ground: Lab
    contrast: Annotated[float, Field(gt=0, le=200)]  # ΔE that tells a part from the ground
    area: Annotated[Share, Field(gt=0)]  # of one part


class Orientation(Piece):
    """The marker, or the pattern of the region, is turned no more than `tolerance` degrees from the taught angle."""

    kind: Literal["orientation"]
    by: Literal["marker", "features"]
    marker: Annotated[int, Field(ge=0, le=49)] | None = None  # ArUco, dictionary 4X4_50
    tolerance: Annotated[float, Field(gt=0, le=90)]

    @model_validator(mode="after")
    def _names_its_marker(self) -> "Orientation":
        if (self.by == "marker") != (self.marker is not None):
            raise refusal(
                "a marker is named exactly when the orientation is told by one", mend="give `marker`"
            )
        return self


class Code(Piece):
    """The region holds a code that reads so."""

    kind: Literal["code"]
    expected: Line


class Glyph(Piece):
    """How one character looks: small pictures of it."""

    character: Annotated[str, Field(min_length=1, max_length=1)]
    looks: Annotated[tuple[Embedded, ...], Field(min_length=1, max_length=8)]


class Text(Piece):
    """The region holds one printed line that reads so; only characters that were taught can be told."""

    kind: Literal["text"]
    expected: Annotated[str, Field(min_length=1, max_length=40)]
    dark: bool  # dark letters on a light ground
    glyphs: Annotated[tuple[Glyph, ...], Field(min_length=1, max_length=100)]


Profile = Annotated[tuple[Finite, ...], Field(min_length=4, max_length=64)]


class Screws(Piece):
    """In every region sits a screw; what a screw and an empty hole look like at each distance from the middle."""

    kind: Literal["screws"]
    good: Annotated[tuple[Profile, ...], Field(min_length=1, max_length=200)]
    bad: Annotated[tuple[Profile, ...], Field(max_length=200)] = ()
    spread: Annotated[float, Field(gt=0, le=1000)]  # how far good ones lie from one another

    @model_validator(mode="after")
    def _of_one_length(self) -> "Screws":
        if len({len(profile) for profile in self.good + self.bad}) > 1:
            raise refusal("the profiles differ in length", mend="teach the check again")
        return self


Model = Annotated[Presence | Colour | Count | Orientation | Code | Text | Screws, Field(discriminator="kind")]
ONE_REGION = {"count", "orientation", "code", "text"}


class Source(Piece):
    """A picture it was taught from, by its SHA-256; the file lies beside under that name."""

    sha256: Annotated[str, Field(pattern=DIGEST)]
    good: bool
    suffix: Suffix = ".jpg"

    @property
    def file(self) -> str:
        """Its name beside the taught check."""
        return f"{self.sha256}{self.suffix}"


class Light(Piece):
    """How bright (0..255) and how sharp the taught pictures were; a picture far below is not judged."""

    brightness: Annotated[float, Field(ge=0, le=255)]
    sharpness: Annotated[float, Field(ge=0, le=1000)]


class Undecided(Piece):
    """Scores from `low` to `high` are not decided."""

    low: Share
    high: Share


class TaughtCheck(Piece):
    """All that a look needs."""

    format: Annotated[
        int, Field(ge=1, alias="vision")
    ]  # stands first: by it the file is known for what it is
    name: Slug
    note: Annotated[str, Field(max_length=500)] = ""
    regions: Annotated[tuple[Region, ...], Field(min_length=1, max_length=MOST_REGIONS)]
    align: Align
    threshold: Share
    undecided: Undecided
    ask: Literal["operator", "supervisor"] = "operator"  # who decides where it cannot
    light: Light
    frame: Embedded  # the taught scene, a JPEG
    model: Model
    taught_from: Annotated[tuple[Source, ...], Field(max_length=200)] = ()

    @property
    def kind(self) -> Kind:
        """What it looks for."""
        return self.model.kind

    @model_validator(mode="after")
    def _fits_together(self) -> "TaughtCheck":
        if not self.undecided.low <= self.threshold <= self.undecided.high:
            raise refusal("the threshold lies outside the undecided band", mend="low ≤ threshold ≤ high")
        if self.kind in ONE_REGION and len(self.regions) != 1:
            raise refusal(
                f"a check of kind {self.kind} has one region", mend="teach one check for each region"
            )
        per_region = {"presence": "looks", "colour": "colours"}.get(self.kind)
        if per_region is not None and len(getattr(self.model, per_region)) != len(self.regions):
            raise refusal("not every region was taught", mend="teach the check again")
        return self


def read_taught(data: bytes) -> TaughtCheck:
    """A taught check from its file; raises NotTaught with what is wrong, where and how to mend it."""
    if len(data) > MOST_BYTES:
        raise NotTaught(f"the taught check has {len(data):,} bytes; at most {MOST_BYTES:,}")
    try:
        values: Any = json.loads(data)
    except (ValueError, RecursionError):
        raise NotTaught("it is no taught check: the file is not JSON") from None
    form = cast("dict[str, Any]", values).get("vision") if isinstance(values, dict) else None
    if not isinstance(form, int):
        raise NotTaught("it is no taught check: it does not begin with `vision` and its format")
    if form > FORMAT:
        raise NotTaught(f"the taught check has format {form}; this program reads up to {FORMAT}: update it")
    try:
        return TaughtCheck.model_validate(values)
    except ValidationError as problem:
        raise NotTaught("; ".join(_told(error) for error in problem.errors()[:5])) from None
    except RecursionError:
        raise NotTaught("it is no taught check: it is nested too deep") from None


def write_taught(taught: TaughtCheck) -> bytes:
    """The file of a taught check: the same values always give the same bytes."""
    values = {"vision": taught.format, **taught.model_dump(mode="json", by_alias=True, exclude_defaults=True)}
    return (json.dumps(values, indent=1, ensure_ascii=False) + "\n").encode()


def _told(error: ErrorDetails) -> str:
    where = ".".join(str(part) for part in error["loc"] if not str(part).startswith("function-"))
    mend = error.get("ctx", {}).get("mend", "")
    message = f"{where}: {error['msg']}" if where else str(error["msg"])
    return f"{message} ({mend})" if mend else message
