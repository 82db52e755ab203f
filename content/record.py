"""The facts that a record is made of, in the past tense; what they were caused by is an input beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from content.deviation import DeviationKind
from content.inputs import Ruling, Unit
from content.values import CheckId, Digest, DocumentId, PersonId, RunId, StepId


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """Evidence: a person said so."""

    kind: Literal["tap"] = "tap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Evidence: this code was scanned."""

    text: str
    device: str
    part_number: str | None = None
    gtin: str | None = None
    serial: str | None = None
    lot: str | None = None
    elements: Mapping[str, str] | None = None  # GS1 application identifier -> value
    kind: Literal["code"] = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """Evidence: this value was measured, in the unit the check asks for."""

    value: Decimal
    unit: str
    device: str
    kind: Literal["value"] = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tightening:
    """Evidence: fastening `number` (from 1) was tightened so; torque in the check's unit, angle in degrees.

    `result` is the tool's own number of it; `made_at`, by the tool's clock, stands where it was told late.
    """

    torque: Decimal
    unit: str
    number: int
    device: str
    angle: Decimal | None = None
    result: int | None = None
    made_at: datetime | None = None
    kind: Literal["tightening"] = "tightening"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Evidence: the signal was on or off."""

    signal: str
    on: bool
    device: str
    kind: Literal["switch"] = "switch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dwell:
    """Evidence: this much time passed in the step."""

    elapsed: timedelta
    kind: Literal["dwell"] = "dwell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Evidence: a person answered so; `answer` is what was chosen or typed, `text` what an option or item says."""

    answer: str
    text: str | None = None
    kind: Literal["answer"] = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """Evidence: this photograph was taken; the picture is kept under its digest."""

    photo: Digest
    kind: Literal["photo"] = "photo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Evidence: one cell of a table; a number with its unit, or words."""

    row: str
    column: str
    value: Decimal | None = None
    unit: str | None = None
    text: str | None = None
    kind: Literal["cell"] = "cell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Evidence: a vision device judged so; `photo` is the digest of the picture that it judged.

    `taught` is the digest of the taught check. Where the device could not decide, `person` did, at that picture.
    """

    check: str
    good: bool
    device: str
    score: Decimal | None = None
    photo: Digest | None = None
    taught: Digest | None = None
    threshold: Decimal | None = None
    why: str | None = None
    person: PersonId | None = None
    kind: Literal["seen"] = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Evidence: `person` signed in that role; `meaning` is what the signature stands for."""

    person: PersonId
    role: str
    meaning: str
    kind: Literal["signature"] = "signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicable:
    """Evidence: a person said that the check does not apply to this unit, which its document allows."""

    kind: Literal["not-applicable"] = "not-applicable"


Evidence = Annotated[
    Tap
    | Code
    | Value
    | Tightening
    | Switch
    | Dwell
    | Answer
    | Photograph
    | Cell
    | Seen
    | Signature
    | NotApplicable,
    Field(discriminator="kind"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fact:
    at: datetime
    tick: int
    by: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _RunFact(_Fact):
    run: RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(_RunFact):
    """A run began; `expected` is its standard time."""

    release: Digest
    document: DocumentId
    revision: int
    station: str
    unit: Unit
    expected: timedelta | None = None
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEntered(_RunFact):
    """A step came up, for the `visit`-th time (from 1)."""

    step: StepId
    visit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPassed(_RunFact):
    """An attempt (from 1) at a check was good; `met` says that the check needs no more of them."""

    step: StepId
    check: CheckId
    attempt: int
    evidence: Evidence
    met: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFailed(_RunFact):
    """An attempt (from 1) at a check was not good."""

    step: StepId
    check: CheckId
    attempt: int
    evidence: Evidence
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCompleted(_RunFact):
    """A step is done; `elapsed` without pauses and interruptions, which are `held`."""

    step: StepId
    visit: int
    elapsed: timedelta
    held: timedelta
    expected: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLeft(_RunFact):
    """The operator went from an unfinished step to `to`; what was proved so far stays."""

    step: StepId
    visit: int
    to: StepId
    elapsed: timedelta
    held: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSkipped(_RunFact):
    """A step was passed over because its condition does not hold for this unit."""

    step: StepId


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTaken(_RunFact):
    """The way on from `step` was not the next step in order: a rule (from 0) or a failed check led to `to`.

    `to` is None at the end; what stands in `anew` is to be done again.
    """

    step: StepId
    to: StepId | None
    rule: int | None = None
    check: CheckId | None = None
    anew: tuple[StepId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorNeeded(_RunFact):
    """A check failed as often as it may; a supervisor decides how it goes on."""

    step: StepId
    check: CheckId
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRuled(_RunFact):
    """A supervisor decided about a failed check."""

    step: StepId
    check: CheckId
    ruling: Ruling
    supervisor: PersonId
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualEntryAllowed(_RunFact):
    """A supervisor let a check be entered by hand instead of by its device."""

    step: StepId
    check: CheckId
    supervisor: PersonId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureDoubted(_RunFact):
    """A vision device could not decide about a picture, and `why`; `ask` is the role of who decides at the picture."""

    step: StepId
    check: CheckId
    device: str
    why: str
    ask: str
    score: Decimal | None = None
    threshold: Decimal | None = None
    photo: Digest | None = None
    taught: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationRaised(_RunFact):
    """A departure from the instruction was found by a check or reported by a person."""

    deviation: str
    kind: DeviationKind
    step: StepId
    check: CheckId | None = None
    expected: str
    came: str
    category: str | None = None
    photo: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRefused(_RunFact):
    """A reading came that nothing waited for, or that could not be judged."""

    step: StepId
    expected: str
    came: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHeld(_RunFact):
    """The run is paused."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContinued(_RunFact):
    """The run goes on after a pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInterrupted(_RunFact):
    """The kiosk was away for `gap` and took the run up again where it was."""

    gap: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCompleted(_RunFact):
    """Every step is done; times are sums over the steps."""

    elapsed: timedelta
    held: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAborted(_RunFact):
    """The run ended before it was done."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSignedIn(_Fact):
    """`by` signed in at the station, with a PIN or by badge alone."""

    pin: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSignedOut(_Fact):
    """`by` signed out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesSeen(_Fact):
    """`by` was shown what a release changed since revision `since`, before their first run on it.

    `acknowledged` says that they had to say so, not only to go on.
    """

    release: Digest
    document: DocumentId
    revision: int
    acknowledged: bool
    since: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRefused(_Fact):
    """A code came outside a run that opens nothing here, and why."""

    text: str
    device: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChanged(_Fact):
    """A device was lost or came back; `state` is its new state's name."""

    device: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GarbageRefused(_Fact):
    """A device or topic delivered `count` things that are no readings; the last one's reason."""

    device: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputDriven(_Fact):
    """An output was set to `value` and the device said so; not `confirmed`: it may not be, for that `reason`.

    `run` and `step` are what it was set for, where one was on.
    """

    device: str
    signal: str
    value: str
    confirmed: bool
    reason: str = ""
    run: RunId | None = None
    step: StepId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDisabled(_Fact):
    """A supervisor took a device out of use, or (not `disabled`) put it back."""

    device: str
    disabled: bool
    supervisor: PersonId
    reason: str
    run: RunId | None = None  # that was on
    step: StepId | None = None


RunFact = (
    RunStarted
    | StepEntered
    | CheckPassed
    | CheckFailed
    | StepCompleted
    | StepLeft
    | StepSkipped
    | RouteTaken
    | SupervisorNeeded
    | FailureRuled
    | ManualEntryAllowed
    | PictureDoubted
    | DeviationRaised
    | ReadingRefused
    | RunHeld
    | RunContinued
    | RunInterrupted
    | RunCompleted
    | RunAborted
)
StationFact = (
    OperatorSignedIn
    | OperatorSignedOut
    | ChangesSeen
    | CodeRefused
    | DeviceChanged
    | GarbageRefused
    | OutputDriven
    | DeviceDisabled
)
Fact = RunFact | StationFact
