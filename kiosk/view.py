"""What the screens show, as frozen values: built by the conductor's side, drawn by `screens/`. No logic."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from content.instruction import Safety
from content.media import Annotation, Subtitle


class Mark(StrEnum):
    """How a thing stands: shown as colour, symbol and word together."""

    WAITING = "waiting"
    ACTIVE = "active"
    GOOD = "good"
    BAD = "bad"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """The slim top bar, the same everywhere; `undelivered` counts records that the server does not hold."""

    station: str = ""
    document: str = ""
    release: str = ""
    unit: str = ""
    operator: str = ""
    online: bool = False
    undelivered: int = 0
    lost_devices: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()  # that the document can be shown in, when there is a choice
    language: str = ""  # that it is shown in
    partly: bool = False  # some of its texts are not there in that language
    banner: str = ""  # one plain sentence with the next thing to do: revoked, disk full, wrong clock
    banner_mark: Mark = Mark.WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolView:
    """A kiosk that belongs to no station yet; `picture` is the QR code of `url`, a PNG."""

    status: StatusView = field(default_factory=StatusView)
    code: str = ""
    url: str = ""
    picture: bytes = b""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleView:
    """Nobody is signed in; `pin_for` names the person whose PIN is being asked, or is empty."""

    status: StatusView = field(default_factory=StatusView)
    prompt: str = ""
    pin_for: str = ""
    set_up_for: tuple[str, ...] = ()  # titles of the documents this station holds
    notice: str = ""  # why the last badge or PIN was not accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A document that can be opened; `key` is its release digest."""

    key: str
    title: str
    detail: str = ""  # part numbers, number of steps, standard time
    picture: Path | None = None
    step_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseView:
    """Signed in: scan a part, or choose among `tiles`; `notice` says why, or what was not accepted."""

    status: StatusView = field(default_factory=StatusView)
    prompt: str = ""
    notice: str = ""
    notice_mark: Mark = Mark.WAITING
    tiles: tuple[Tile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """A changed step in one line; without a number it is to be known before the first, or the step is gone."""

    number: int | None
    title: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesView:
    """What a release changed, before the operator's first run on it; `release` is its digest."""

    status: StatusView = field(default_factory=StatusView)
    release: str = ""
    title: str = ""
    revision: int = 0
    since: int | None = None  # the revision before; None: the document is new
    changes: tuple[ChangeView, ...] = ()
    acknowledge: bool = False  # they say that they understood; else they only go on
    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeView:
    """A measured value with its band, all in `unit` and as shares 0..1 of the drawn scale."""

    text: str = ""  # "124.8 g"
    low: float | None = None
    high: float | None = None
    target: float | None = None
    value: float | None = None
    low_text: str = ""
    high_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionView:
    """One answer that can be touched, or one line of a checklist."""

    id: str
    text: str
    chosen: bool = False


class Entry(StrEnum):
    """What a touch on a check's row opens."""

    NONE = ""
    NUMBER = "number"
    TEXT = "text"
    PHOTO = "photo"
    LOOK = "look"  # the camera looks


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """One live row: what is awaited, what came, the verdict."""

    id: str
    kind: str
    prompt: str
    mark: Mark = Mark.WAITING
    awaited: str = ""  # "8.5 – 9.5 N·m"
    came: str = ""
    verdict: str = ""  # a word: "good", "not good: ..." ; never colour alone
    count: int = 0  # of good fastenings
    total: int = 1
    gauge: GaugeView | None = None
    tappable: bool = False
    options: tuple[OptionView, ...] = ()
    entry: Entry = Entry.NONE
    cell: tuple[str, str] | None = None  # row and column of a table that the entry fills
    cell_name: str = ""  # "Bolt 3 · Depth"
    skippable: bool = False  # "not applicable" may be said
    by_hand: bool = False  # its device cannot: a supervisor may let it be entered by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineView:
    """A region that a camera looked at: its corners as shares of the picture."""

    corners: tuple[tuple[float, float], ...]
    mark: Mark
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictView:
    """What a camera says to a picture, in letters for a metre; `mark` is WAITING where it cannot decide."""

    mark: Mark
    title: str
    why: str = ""
    numbers: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediumView:
    """A picture or video file of the local store, with what is drawn over it."""

    file: Path
    alt: str = ""
    annotations: tuple[Annotation, ...] = ()
    poster: Path | None = None  # set for a video
    start: timedelta | None = None
    end: timedelta | None = None
    captions: tuple[Subtitle, ...] = ()
    outlines: tuple[OutlineView, ...] = ()
    verdict: VerdictView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RailStep:
    """One step in the thin rail; `reachable` ones can be gone to."""

    id: str
    number: int
    title: str
    mark: Mark
    reachable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """The step screen. One glance: what to do now, what proves it, how far."""

    status: StatusView = field(default_factory=StatusView)
    step: str = ""
    visit: int = 1
    number: int = 0
    total: int = 0
    title: str = ""
    text: str = ""  # light markdown
    language: str = "en"
    media: tuple[MediumView, ...] = ()
    ahead: tuple[Path, ...] = ()  # pictures of the next step, to decode before they are needed
    safety: tuple[Safety, ...] = ()
    parts: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    checks: tuple[CheckView, ...] = ()
    rail: tuple[RailStep, ...] = ()
    primary: str = ""  # the one large action, or what is awaited
    can_confirm: bool = False  # False: `primary` only says what is awaited, and is not a button
    opens: str = ""  # the check whose entry `primary` opens, instead of confirming
    can_go_back: bool = False
    expected: timedelta | None = None
    elapsed: timedelta = timedelta()  # at the moment of `since`
    since: float = 0.0  # time.monotonic() when this view was made; the clock on screen runs on from there
    running: bool = True
    notice: str = ""  # what was rejected: what was expected and what came
    notice_mark: Mark = Mark.WAITING
    accepted: int = 0  # grows with every accepted input: the row flashes, a short sound
    rejected: int = 0  # grows with every rejected one


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldView:
    """A run that is paused, or was interrupted by a restart."""

    status: StatusView = field(default_factory=StatusView)
    title: str = ""
    reason: str = ""
    step: str = ""
    held_since: datetime | None = None
    supervisor: str = ""  # who may rule now
    waits: bool = False  # for a supervisor: the operator cannot go on
    stopped: bool = False  # its release may not be used any more: the run can only be ended
    media: tuple[MediumView, ...] = ()  # the picture that a supervisor is asked about


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneView:
    """A finished run; the next scan starts the next one."""

    status: StatusView = field(default_factory=StatusView)
    title: str = ""
    elapsed: timedelta = timedelta()
    expected: timedelta | None = None
    deviations: int = 0
    completed: bool = True
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultView:
    """The kiosk cannot work: what happened, what is safe, what to do; `retry` names the button."""

    status: StatusView = field(default_factory=StatusView)
    title: str = ""
    message: str = ""
    mend: str = ""
    retry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """A device in the list of the technician's page; `mark` and `state` say how it is."""

    name: str
    title: str
    mark: Mark
    state: str
    reason: str = ""
    last: str = ""  # what it sent last
    counts: str = ""  # how many readings were taken and refused, how often it was lost
    pace: str = ""  # how many a second, since when none, how long each takes


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesView:
    """The technician's page: every device, and one of them closely."""

    status: StatusView = field(default_factory=StatusView)
    devices: tuple[DeviceRow, ...] = ()
    chosen: str = ""
    reached: str = ""  # where the chosen one is
    said: tuple[str, ...] = ()  # its readings, latest first
    commands: tuple[str, ...] = ()  # that can be tried
    signals: tuple[OptionView, ...] = ()  # outputs that can be switched over; `chosen`: it is wanted on
    disabled: bool = False
    sees: bool = False  # the chosen one is a camera: pictures to teach it from can be kept
    kept: Path | None = None  # the picture to teach it from that was kept last
    kept_words: str = ""  # what it is
    notice: str = ""
    notice_mark: Mark = Mark.WAITING


View = (
    EnrolView | IdleView | ChooseView | ChangesView | StepView | HeldView | DoneView | FaultView | DevicesView
)


class Wish(StrEnum):
    """What a technician wishes on the page of devices."""

    OPEN = "open"
    LEAVE = "leave"
    CHOOSE = "choose"  # `what` is a device
    TRY = "try"  # `what` is a signal that is switched over, or a command
    DISABLE = "disable"
    ENABLE = "enable"
    KEEP_GOOD = "keep-good"  # what the camera sees is as it has to be: a picture to teach it from
    KEEP_BAD = "keep-bad"


class Verbs(Protocol):
    """What screens may say; each returns at once, and the next view is the answer."""

    def confirm(self, step: str, check: str | None = None) -> None:
        """The primary action of `step`, or one of its confirm checks."""

    def answer(self, step: str, check: str, answer: str) -> None:
        """An option or item was touched, a number or words were typed; `look`: the camera looks for the check."""

    def fill(self, step: str, check: str, cell: tuple[str, str], answer: str) -> None:
        """A cell (row, column) of a table was filled in."""

    def speak(self, language: str) -> None:
        """Show the document in another of its languages."""

    def rule(self, ruling: str) -> None:
        """The supervisor decides about the failure: continue, repeat or stop."""

    def give_photo(self, step: str, check: str, photo: bytes) -> None:
        """A photograph for a check; a JPEG."""

    def waive(self, step: str, check: str) -> None:
        """The check does not apply to this unit."""

    def go_back(self, leaving: str) -> None:
        """To the step before."""

    def go_to(self, leaving: str, step: str) -> None:
        """To a step that was already reached."""

    def pause(self, reason: str) -> None:
        """Hold the run."""

    def go_on(self) -> None:
        """Continue a held run."""

    def abort(self, reason: str) -> None:
        """End the run before it is done; one that may not go on says so itself in place of `reason`."""

    def report_problem(self, category: str, comment: str, photo: bytes | None) -> None:
        """Report a problem; `photo` is a JPEG."""

    def take_photo(self) -> bytes | None:
        """A JPEG from the station's camera; None where there is none."""

    def open(self, key: str) -> None:
        """Start a run of a tile's document."""

    def understood(self, release: str) -> None:
        """What the release changed was read; the run that waited for that begins."""

    def put_by(self) -> None:
        """What the release changed is not read now; the run does not begin."""

    def type_code(self, text: str) -> None:
        """A code that was typed (or came through the keyboard wedge)."""

    def enter_pin(self, pin: str) -> None:
        """The PIN that was asked for."""

    def sign_out(self) -> None:
        """End the session; a run that is on is held."""

    def next_unit(self) -> None:
        """Leave the done screen."""

    def retry(self) -> None:
        """Try again what a fault screen says."""

    def ask_by_hand(self, step: str, check: str) -> None:
        """Ask a supervisor to let the check be entered by hand."""

    def tend(self, wish: Wish, what: str = "") -> None:
        """A wish on the technician's page; `what` names a device, a signal or a command."""


class Showing(Protocol):
    """Where the conductor puts each new view; called on the UI thread only."""

    def show(self, view: View) -> None:
        """Make `view` what is on screen, by the next frame."""
