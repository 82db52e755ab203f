"""Everything that the screen is made from, as one frozen value that the conductor replaces."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from content.inputs import Unit
from content.instruction import Instruction
from content.languages import languages, translated
from content.package import Release
from content.run import Run
from content.values import CheckId, Digest, DocumentId, PersonId, RunId, StepId
from content.vision.verdict import Verdict
from hardware.driver import State, Wanted
from hardware.readings import Measured
from kiosk.assignment import Person, Station, Terms
from kiosk.events import EnrolmentOffered, LineChanged
from kiosk.view import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """The run that is on, and the document it is on."""

    run: Run
    release: Release
    instruction: Instruction
    held_since: datetime | None = None
    shown: Instruction | None = None  # in the operator's language; the run is decided on `instruction`
    unspoken: int = 0  # texts that are not there in that language, and are shown in the document's own
    reason: str = ""  # why it is held
    replaced: bool = False  # it stops at the next safe step: another release holds
    stopped: str = ""  # why nobody may go on with it: its release was withdrawn or replaced


def spoken(play: Play, language: str) -> Play:
    """The run with its document in that language, as far as it is translated."""
    shown, fell = translated(play.instruction, language)
    known = language in {play.instruction.language, *languages(play.instruction)}
    return replace(play, shown=shown, unspoken=len(fell) if known else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A run that has just ended."""

    title: str
    release: str
    unit: Unit
    elapsed: timedelta
    expected: timedelta | None
    deviations: int
    completed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One sentence about the last thing that was done or came."""

    text: str = ""
    mark: Mark = Mark.WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a release changed, which the operator reads before their first run on it; the run that waits for that."""

    release: Digest
    document: DocumentId
    title: str
    revision: int
    unit: Unit
    terms: Terms
    numbers: Mapping[str, int]  # of the release's steps, as they are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a camera was last asked to look for, and what it said."""

    number: int
    run: RunId
    step: StepId
    check: CheckId
    device: str = ""
    busy: bool = True  # it has not said anything yet
    verdict: Verdict | None = None
    file: Path | None = None  # the picture that was looked at
    why: str = ""  # of a look before the kiosk was switched off


class Purpose(StrEnum):
    """What somebody shows their badge for."""

    SIGN_IN = "sign-in"
    SIGN = "sign"  # for a check of the step
    RULE = "rule"  # about a failure
    ALLOW = "allow"  # that a device is replaced or taken out of use


@dataclass(frozen=True, slots=True, kw_only=True)
class Favour:
    """What a supervisor is asked to allow: a check by hand, or a device taken out of use or put back."""

    device: str = ""
    disable: bool = True
    step: StepId | None = None
    check: CheckId | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disabled:
    """A device that is out of use: who said so, and why."""

    supervisor: PersonId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A picture to teach a camera from: of a good part, or of a bad one."""

    file: Path
    good: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tending:
    """The technician's page: the device that is looked at, what it sent, and what is tried on it."""

    device: str = ""
    said: tuple[str, ...] = ()  # latest first
    trying: Wanted = field(default_factory=dict[str, State])
    kept: Kept | None = None  # the picture to teach it from that was kept last


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """The kiosk cannot keep what happens."""

    title: str
    message: str
    mend: str


QUIET = Notice()
NO_UNIT = Unit()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the conductor knows."""

    words: str = "en"  # the language of the kiosk's own sentences
    language: str = "en"  # of documents, as the operator wants them
    station: Station | None = None
    expires_at: datetime | None = None  # when the station's documents end
    enrolment: EnrolmentOffered | None = None
    line: LineChanged = field(default_factory=lambda: LineChanged(online=False, undelivered=0))
    lost: Mapping[str, str] = field(default_factory=dict[str, str])  # device -> why it is lost
    doubted: Mapping[str, str] = field(
        default_factory=dict[str, str]
    )  # device -> what it says and is not sure of
    dropped: Mapping[str, int] = field(
        default_factory=dict[str, int]
    )  # device -> readings that could not be taken
    disabled: Mapping[str, Disabled] = field(default_factory=dict[str, Disabled])  # devices out of use
    favour: Favour | None = None  # a supervisor is asked for it
    tending: Tending | None = None  # the technician's page is open
    remark: str = ""  # what a person should know about how the kiosk started
    operator: Person | None = None
    asking: Person | None = None  # whose PIN is being asked for
    purpose: Purpose = Purpose.SIGN_IN  # of the PIN that is asked for
    judging: bool = False  # a PIN was entered and is being compared
    supervisor: Person | None = None  # who showed who they are and now rules about a failure
    play: Play | None = None
    done: Done | None = None
    releases: frozenset[Digest] = frozenset()  # of the assignment that the desk knows
    terms: Mapping[Digest, Terms] = field(default_factory=dict[Digest, Terms])  # how they take effect
    withdrawn: frozenset[Digest] = frozenset()  # nobody may work by these
    news: News | None = None  # it is being read; no run begins before it was
    work_order: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])  # that the work order says
    options: tuple[str, ...] = ()  # of the units of the work order
    choices: tuple[Digest, ...] = ()  # the scanned label opens any of these
    unit: Unit = NO_UNIT  # of the label that opens the choices
    notice: Notice = QUIET
    look: Look | None = None
    live: Mapping[str, Measured] = field(default_factory=dict[str, Measured])
    accepted: int = 0
    rejected: int = 0
    trouble: Trouble | None = None
