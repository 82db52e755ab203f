"""What a step may ask for before it is done.

Devices and time prove `scan`, `measure`, `torque`, `signal`, `vision` and `timer`; a person answers `confirm`,
`choice`, `checklist`, `number`, `text`, `table`, `photo` and `sign-off`.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from content import patterns, units
from content.asking import Computed, Prompted, Question
from content.media import InnerPath
from content.refusing import refusal
from content.values import Duration, Exact, Line, PartNumber, Piece, Slug

MOST_OPTIONS = 6  # of a choice; more do not fit beside a picture in sizes for gloves
MOST_ITEMS = 12
MOST_CELLS = 60  # of a table
REFERENCE = r"^[a-z0-9]+(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*$"  # STEP.CHECK
ApplicationIdentifier = Annotated[str, Field(pattern=r"^[0-9]{2,4}$")]


class Confirm(Prompted):
    """The operator says that it is so, by tapping or by scanning the "done" card."""

    FAILS: ClassVar[bool] = False
    kind: Literal["confirm"]

    @model_validator(mode="after")
    def _says_what(self) -> "Confirm":
        if self.prompt is None:
            raise refusal("a confirm needs a `prompt`", mend="say what the operator says is so")
        return self


class Scan(Prompted):
    """A code that carries a part number, equals a text, matches a pattern, holds GS1 elements, or repeats another scan.

    `gs1` names application identifiers (GS1 General Specifications, section 3) and what each must hold; `*` is
    anything. `unique` refuses a code that was taken before: in this run, or at this station by this check.
    """

    kind: Literal["scan"]
    part: PartNumber | None = None
    exact: Line | None = None
    pattern: Line | None = None
    gs1: Annotated[dict[ApplicationIdentifier, Line], Field(min_length=1, max_length=8)] | None = None
    same_as: Annotated[str, Field(pattern=REFERENCE)] | None = None  # STEP.CHECK
    unique: Literal["run", "station"] | None = None

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        return _compiled(pattern)

    @model_validator(mode="after")
    def _asks_one_thing(self) -> "Scan":
        asks = (self.part, self.exact, self.pattern, self.gs1, self.same_as)
        given = sum(ask is not None for ask in asks)
        if given > 1 or (given == 0 and self.unique is None):
            raise refusal(
                "a scan asks for exactly one of `part`, `exact`, `pattern`, `gs1` and `same_as`",
                mend="keep one of them; `unique` can stand beside it or alone",
            )
        return self


class _Banded(Piece):
    unit: Line
    low: Exact | None = None
    high: Exact | None = None
    target: Exact | None = None
    limits: Computed | None = None

    @field_validator("unit")
    @classmethod
    def _known(cls, unit: str) -> str:
        if unit not in units.UNITS:
            raise refusal(f"unit {unit!r} is not known", mend=f"known: {', '.join(units.UNITS)}")
        return unit

    @model_validator(mode="after")
    def _ordered(self) -> "_Banded":
        given = [number for number in (self.low, self.target, self.high) if number is not None]
        if given != sorted(given):
            raise refusal("limits are out of order", mend="low ≤ target ≤ high")
        for name in ("low", "high", "target"):
            if self.limits is not None and None not in {getattr(self, name), getattr(self.limits, name)}:
                raise refusal(
                    f"`{name}` is given twice, as a number and as an expression",
                    mend="keep one of them",
                    at=("limits", name),
                )
        return self

    @property
    def limited(self) -> bool:
        """Whether anything limits it, a number or an expression."""
        computed = self.limits is not None and not (self.limits.low is None and self.limits.high is None)
        return computed or self.low is not None or self.high is not None


class _Limited(Prompted, _Banded):
    device: Slug | None = None

    @model_validator(mode="after")
    def _limits_something(self) -> "_Limited":
        if not self.limited:
            raise refusal("it has no limit", mend="give `low`, `high` or both")
        return self


class Measure(_Limited):
    """A value with its unit, between limits; with `until_in_limits` a streaming sensor is waited for."""

    kind: Literal["measure"]
    quantity: Line
    repeat: Annotated[int, Field(ge=1, le=50)] = 1  # so many good values
    decimals: Annotated[int, Field(ge=0, le=6)] = 1
    until_in_limits: bool = False

    @model_validator(mode="after")
    def _waits_or_fails(self) -> "Measure":
        if self.until_in_limits and (self.attempts is not None or self.on_failure is not None):
            raise refusal(
                "a value that is waited for has no bad attempts",
                mend="leave `attempts` and `on_failure` out, or `until_in_limits`; a timer can bound the waiting",
                at=("until_in_limits",),
            )
        return self


class Torque(_Limited):
    """A number of tightenings, each with torque (and angle, in degrees) between limits."""

    kind: Literal["torque"]
    fastenings: Annotated[int, Field(ge=1, le=200)] = 1
    angle_low: Exact | None = None
    angle_high: Exact | None = None
    program: Annotated[int, Field(ge=0, le=999)] | None = None  # the tool's own parameter set for it
    order: Annotated[
        tuple[Line, ...], Field(max_length=200)
    ] = ()  # the places of the fastenings, as tightened

    @model_validator(mode="after")
    def _orders_all(self) -> "Torque":
        if self.order and len(self.order) != self.fastenings:
            raise refusal(
                f"`order` names {len(self.order)} places for {self.fastenings} fastenings",
                mend="name each place once for each tightening",
                at=("order",),
            )
        return self


class Signal(Prompted):
    """A switch or output of a machine that must be on (or off)."""

    FAILS: ClassVar[bool] = False
    kind: Literal["signal"]
    signal: Slug
    expect: bool = True
    device: Slug | None = None


class Timer(Prompted):
    """A dwell that must pass before the step is done, a longest time that it should take, or both."""

    kind: Literal["timer"]
    minimum: Duration | None = None
    maximum: Duration | None = None

    @model_validator(mode="after")
    def _bounds(self) -> "Timer":
        if self.minimum is None and self.maximum is None:
            raise refusal("a timer without a time", mend="give `minimum`, `maximum` or both")
        if self.minimum is not None and self.maximum is not None and self.maximum <= self.minimum:
            raise refusal(
                "the timer's maximum is not longer than its minimum", mend="make it longer", at=("maximum",)
            )
        if self.attempts is not None or (self.on_failure is not None and self.maximum is None):
            raise refusal(
                "a timer fails once, by a step that takes longer than its `maximum`",
                mend="leave `attempts` out, and give `maximum` beside `on_failure`",
                at=("on_failure",) if self.attempts is None else ("attempts",),
            )
        return self


class Option(Piece):
    """One answer of a choice; `good: false` is one that a supervisor should hear of."""

    id: Slug
    text: Line
    good: bool = True


class Choice(Question):
    """A question with a few answers, of which the operator touches one."""

    kind: Literal["choice"]
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=MOST_OPTIONS)]

    @model_validator(mode="after")
    def _has_a_way_on(self) -> "Choice":
        _refuse_repeated("option", [option.id for option in self.options], "options")
        if not any(option.good for option in self.options):
            raise refusal(
                "no option is good, so the step could never be done",
                mend="leave `good` out of one of them",
                at=("options",),
            )
        return self


class Item(Piece):
    """One line of a checklist."""

    id: Slug
    text: Line


class Checklist(Question):
    """Things that are ticked one by one, in any order; the check is met when all are."""

    FAILS: ClassVar[bool] = False
    kind: Literal["checklist"]
    items: Annotated[tuple[Item, ...], Field(min_length=2, max_length=MOST_ITEMS)]

    @model_validator(mode="after")
    def _differs(self) -> "Checklist":
        _refuse_repeated("item", [item.id for item in self.items], "items")
        return self


class Number(Question, _Banded):
    """A number that the operator reads off and types; without limits it is only recorded."""

    kind: Literal["number"]
    unit: Line = "1"
    decimals: Annotated[int, Field(ge=0, le=6)] = 0


class FreeText(Question):
    """Words that the operator types; with a `pattern` (a regular expression) all of them must match it."""

    kind: Literal["text"]
    pattern: Line | None = None

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        return _compiled(pattern)


class Photo(Question):
    """Photographs that the operator takes with the station's camera."""

    FAILS: ClassVar[bool] = False
    kind: Literal["photo"]
    count: Annotated[int, Field(ge=1, le=10)] = 1


class Vision(Prompted):
    """A picture that a camera judges; `check` names what is looked for, `taught` is the file that says how it looks.

    Where it cannot decide, the operator is asked, or with `ask: supervisor` a supervisor.
    """

    kind: Literal["vision"]
    check: Slug
    taught: InnerPath | None = None
    ask: Literal["operator", "supervisor"] = "operator"
    device: Slug | None = None


class Row(Piece):
    """One line of a table, such as a place where is measured."""

    id: Slug
    text: Line


class Column(_Banded):
    """What is asked in each row: a number between limits, or words with `type: text`."""

    id: Slug
    text: Line
    type: Literal["number", "text"] = "number"
    unit: Line = "1"
    decimals: Annotated[int, Field(ge=0, le=6)] = 0

    @model_validator(mode="after")
    def _limits_numbers(self) -> "Column":
        if self.type == "text" and self.limited:
            raise refusal("words have no limits", mend="leave `low` and `high` out, or ask for a number")
        return self


class Table(Question):
    """Values that are typed in row by row; it is met when every cell holds a good one."""

    kind: Literal["table"]
    rows: Annotated[tuple[Row, ...], Field(min_length=1, max_length=30)]
    columns: Annotated[tuple[Column, ...], Field(min_length=1, max_length=8)]

    @model_validator(mode="after")
    def _differs(self) -> "Table":
        _refuse_repeated("row", [row.id for row in self.rows], "rows")
        _refuse_repeated("column", [column.id for column in self.columns], "columns")
        if len(self.rows) * len(self.columns) > MOST_CELLS:
            raise refusal(f"the table has more than {MOST_CELLS} cells", mend="make two tables of it")
        return self


class SignOff(Question):
    """Somebody of that role signs, by badge and PIN; `meaning` is what the signature stands for."""

    FAILS: ClassVar[bool] = False
    kind: Literal["sign-off"]
    meaning: Line
    role: Literal["operator", "supervisor", "engineer", "administrator"] | None = None
    second_person: bool = False  # not who is doing the run


Check = Annotated[
    Confirm
    | Scan
    | Measure
    | Torque
    | Signal
    | Timer
    | Choice
    | Checklist
    | Number
    | FreeText
    | Photo
    | Vision
    | Table
    | SignOff,
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
    "vision",
    "table",
    "sign-off",
)


def _compiled(pattern: str | None) -> str | None:
    if pattern is not None:
        try:
            patterns.check(pattern)
        except patterns.PatternWrong as problem:
            raise refusal(str(problem), mend=problem.mend) from None
    return pattern


def _refuse_repeated(what: str, ids: list[str], field: str) -> None:
    for place, name in enumerate(ids):
        if name in ids[:place]:
            raise refusal(
                f"the {what} {name!r} is there twice", mend="give each its own `id`", at=(field, place)
            )
