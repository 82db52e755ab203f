"""Everything a run can be told: taps, readings, clock ticks and decisions, all of one family.

Each carries `at`, an aware UTC instant, and `tick`, microseconds on the kiosk's own count, which never goes back
and goes on through restarts. Durations are differences of ticks; instants are only for people.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from content.values import CheckId, Digest, DocumentId, PersonId, RunId, StepId


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """The thing being made or served, as far as its label tells."""

    part_number: str | None = None
    gtin: str | None = None
    serial: str | None = None
    lot: str | None = None
    work_order: str | None = None

    @property
    def lasting(self) -> str:
        """What tells the unit from every other of the plant; empty when nothing on its label does."""
        if self.serial:
            return f"serial {self.serial}"
        return (
            f"lot {self.lot} of {self.work_order or self.gtin or self.part_number or ''}" if self.lot else ""
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Input:
    at: datetime
    tick: int
    by: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(_Input):
    """Begin this run of this release on this unit."""

    run: RunId
    release: Digest
    document: DocumentId
    revision: int
    station: str
    unit: Unit
    parameters: Mapping[str, str] = field(
        default_factory=dict[str, str]
    )  # of the work order, as it spells them
    options: tuple[str, ...] = ()  # of the unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Tapped(_Input):
    """The operator confirmed `check` of `step`; without a check, the step's one large action."""

    step: StepId
    check: CheckId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(_Input):
    """The operator answered `check` of `step`: an option's or item's identifier, a number, or words."""

    step: StepId
    check: CheckId
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellGiven(_Input):
    """The operator filled in one cell of a table."""

    step: StepId
    check: CheckId
    row: str
    column: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(_Input):
    """`person`, who has that role, signs for `check` of `step`; they proved who they are."""

    step: StepId
    check: CheckId
    person: PersonId
    role: str


class Ruling(StrEnum):
    """What a supervisor decides about a failure."""

    CONTINUE = "continue"
    REPEAT = "repeat"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided(_Input):
    """A supervisor decides how it goes on after `check` of `step` failed."""

    step: StepId
    check: CheckId
    ruling: Ruling
    supervisor: PersonId
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualAllowed(_Input):
    """A supervisor lets `check` of `step` be entered by hand, for its device cannot; `reason` says why."""

    step: StepId
    check: CheckId
    supervisor: PersonId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceOutOfUse(_Input):
    """The run goes on without `device`: a supervisor took it out of use for that `reason`."""

    device: str
    supervisor: PersonId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoGiven(_Input):
    """The operator took a photograph for `check` of `step`; `photo` is its digest."""

    step: StepId
    check: CheckId
    photo: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived(_Input):
    """The operator says that `check` of `step` does not apply to this unit."""

    step: StepId
    check: CheckId


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeGiven(_Input):
    """A code was scanned; `part_number`, `gtin`, `serial` and `lot` are what its label means."""

    text: str
    device: str
    part_number: str | None = None
    gtin: str | None = None
    serial: str | None = None
    lot: str | None = None
    elements: Mapping[str, str] = field(default_factory=dict[str, str])  # GS1 application identifier -> value
    used: bool = False  # this station took the code before, in another run


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueGiven(_Input):
    """A device measured `value` in `unit`."""

    value: Decimal
    unit: str
    device: str
    quantity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TorqueGiven(_Input):
    """A tool tightened one fastening; `angle` in degrees; `ok` is the tool's own verdict.

    `result` is the tool's own number of it. A result that is told late, because the line was away, says when it was
    made (by the tool's clock) and for which unit.
    """

    torque: Decimal
    unit: str
    device: str
    angle: Decimal | None = None
    ok: bool | None = None
    result: int | None = None
    identifier: str = ""
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalGiven(_Input):
    """A machine's signal is on or off."""

    signal: str
    on: bool
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionGiven(_Input):
    """A vision device judged a picture; `good` is None when it could not decide, `why` says why.

    `taught` is the digest of the taught check it was held against, `ask` who is to decide where it could not.
    """

    check: str
    good: bool | None = None
    device: str
    score: Decimal | None = None
    photo: Digest | None = None
    taught: Digest | None = None
    threshold: Decimal | None = None
    why: str | None = None
    ask: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked(_Input):
    """Time has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(_Input):
    """The operator pauses."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Continued(_Input):
    """The operator goes on after a pause or an interruption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WentTo(_Input):
    """The operator goes to a step that was already reached; `leaving` guards against double taps."""

    leaving: StepId
    step: StepId


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemReported(_Input):
    """The operator reports a problem; `photo` is the digest of a picture kept beside the record."""

    category: str
    comment: str
    photo: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarted(_Input):
    """The kiosk came back; `gap` is how long it was away as far as it can tell."""

    gap: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Aborted(_Input):
    """Somebody ends the run before it is done."""

    reason: str


Input = (
    Tapped
    | Answered
    | CellGiven
    | Signed
    | Decided
    | ManualAllowed
    | DeviceOutOfUse
    | PhotoGiven
    | Waived
    | CodeGiven
    | ValueGiven
    | TorqueGiven
    | SignalGiven
    | VisionGiven
    | Ticked
    | Paused
    | Continued
    | WentTo
    | ProblemReported
    | Restarted
    | Aborted
)
