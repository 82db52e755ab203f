"""What a step may ask for before it is done.

Devices and time prove `scan`, `measure`, `torque`, `signal` and `timer`; a person answers `confirm`, `choice`,
`checklist`, `number`, `text` and `photo`.
"""

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from content import units
from content.values import CheckId, Duration, Exact, Line, PartNumber, Piece, Slug

MOST_OPTIONS = 6  # of a choice; more do not fit beside a picture in sizes for gloves
MOST_ITEMS = 12


class _Named(Piece):
    id: Annotated[CheckId, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
    not_applicable: bool = False  # the operator may say that it does not apply to this unit


class _Asked(_Named):
    prompt: Line | None = None


class _Question(_Named):
    prompt: Line


class Confirm(_Asked):
    """The operator says that it is so, by tapping or by scanning the "done" card."""

    kind: Literal["confirm"]

    @model_validator(mode="after")
    def _says_what(self) -> "Confirm":
        if self.prompt is None:
            message = "a confirm needs a `prompt`: what the operator says is so"
            raise ValueError(message)
        return self


class Scan(_Asked):
    """A code that carries a part number, equals a text, or matches a pattern; exactly one of the three."""

    kind: Literal["scan"]
    part: PartNumber | None = None
    exact: Line | None = None
    pattern: Line | None = None

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        return _compiled(pattern)

    @model_validator(mode="after")
    def _asks_one_thing(self) -> "Scan":
        if sum(ask is not None for ask in (self.part, self.exact, self.pattern)) != 1:
            message = "a scan asks for exactly one of `part`, `exact` and `pattern`"
            raise ValueError(message)
        return self


class _Banded(Piece):
    unit: Line
    low: Exact | None = None
    high: Exact | None = None
    target: Exact | None = None

    @field_validator("unit")
    @classmethod
    def _known(cls, unit: str) -> str:
        if unit not in units.UNITS:
            message = f"unit {unit!r} is not known; known: {', '.join(units.UNITS)}"
            raise ValueError(message)
        return unit

    @model_validator(mode="after")
    def _ordered(self) -> "_Banded":
        given = [number for number in (self.low, self.target, self.high) if number is not None]
        if given != sorted(given):
            message = "limits are out of order; low ≤ target ≤ high"
            raise ValueError(message)
        return self


class _Limited(_Asked, _Banded):
    device: Slug | None = None

    @model_validator(mode="after")
    def _limits_something(self) -> "_Limited":
        if self.low is None and self.high is None:
            message = "it has no limit; give `low`, `high` or both"
            raise ValueError(message)
        return self


class Measure(_Limited):
    """A value with its unit, between limits; with `until_in_limits` a streaming sensor is waited for."""

    kind: Literal["measure"]
    quantity: Line
    decimals: Annotated[int, Field(ge=0, le=6)] = 1
    until_in_limits: bool = False


class Torque(_Limited):
    """A number of tightenings, each with torque (and angle, in degrees) between limits."""

    kind: Literal["torque"]
    fastenings: Annotated[int, Field(ge=1, le=200)] = 1
    angle_low: Exact | None = None
    angle_high: Exact | None = None


class Signal(_Asked):
    """A switch or output of a machine that must be on (or off)."""

    kind: Literal["signal"]
    signal: Slug
    expect: bool = True
    device: Slug | None = None


class Timer(_Asked):
    """A dwell that must pass before the step is done, a longest time that it should take, or both."""

    kind: Literal["timer"]
    minimum: Duration | None = None
    maximum: Duration | None = None

    @model_validator(mode="after")
    def _bounds(self) -> "Timer":
        if self.minimum is None and self.maximum is None:
            message = "a timer needs `minimum`, `maximum` or both"
            raise ValueError(message)
        if self.minimum is not None and self.maximum is not None and self.maximum <= self.minimum:
            message = "the timer's maximum must be longer than its minimum"
            raise ValueError(message)
        return self


class Option(Piece):
    """One answer of a choice; `good: false` is one that a supervisor should hear of."""

    id: Slug
    text: Line
    good: bool = True


class Choice(_Question):
    """A question with a few answers, of which the operator touches one."""

    kind: Literal["choice"]
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=MOST_OPTIONS)]

    @model_validator(mode="after")
    def _has_a_way_on(self) -> "Choice":
        _refuse_repeated("option", [option.id for option in self.options])
        if not any(option.good for option in self.options):
            message = "no option is good, so the step could never be done; leave `good` out of one of them"
            raise ValueError(message)
        return self


class Item(Piece):
    """One line of a checklist."""

    id: Slug
    text: Line


class Checklist(_Question):
    """Things that are ticked one by one, in any order; the check is met when all are."""

    kind: Literal["checklist"]
    items: Annotated[tuple[Item, ...], Field(min_length=2, max_length=MOST_ITEMS)]

    @model_validator(mode="after")
    def _differs(self) -> "Checklist":
        _refuse_repeated("item", [item.id for item in self.items])
        return self


class Number(_Question, _Banded):
    """A number that the operator reads off and types; without limits it is only recorded."""

    kind: Literal["number"]
    unit: Line = "1"
    decimals: Annotated[int, Field(ge=0, le=6)] = 0


class FreeText(_Question):
    """Words that the operator types; with a `pattern` (a regular expression) all of them must match it."""

    kind: Literal["text"]
    pattern: Line | None = None

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        return _compiled(pattern)


class Photo(_Question):
    """Photographs that the operator takes with the station's camera."""

    kind: Literal["photo"]
    count: Annotated[int, Field(ge=1, le=10)] = 1


Check = Annotated[
    Confirm | Scan | Measure | Torque | Signal | Timer | Choice | Checklist | Number | FreeText | Photo,
    Field(discriminator="kind"),
]
KINDS = (
    "confirm",
    "scan",
    "measure",
    "torque",
    "signal",
    "timer",
    "choice",
    "checklist",
    "number",
    "text",
    "photo",
)


def _compiled(pattern: str | None) -> str | None:
    if pattern is not None:
        try:
            re.compile(pattern)
        except re.error as problem:
            message = f"{pattern!r} is not a regular expression: {problem}"
            raise ValueError(message) from None
    return pattern


def _refuse_repeated(what: str, ids: list[str]) -> None:
    repeated = sorted({name for name in ids if ids.count(name) > 1})
    if repeated:
        message = f"{what} identifiers must differ; repeated: {', '.join(repeated)}"
        raise ValueError(message)
