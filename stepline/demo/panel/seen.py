"""What can be seen of a kiosk from outside, and what it waits for as far as its record tells. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from content.checks import (
    Check,
    Checklist,
    Choice,
    Confirm,
    FreeText,
    Number,
    Photo,
    Scan,
    Timer,
    Torque,
    Vision,
)
from content.evidence import FRESH, expected, needed, unmet
from content.instruction import Instruction, Step
from content.run import Run, RunState
from content.values import Digest
from stepline.demo.devices import Driven
from stepline.demo.plant import PEOPLE
from stepline.demo.story import ORDER


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What can be seen of a kiosk from outside: its store, its plug and its switch."""

    powered: bool = True
    plugged: bool = True
    signed_in: str | None = None  # a person's identifier
    run: Run | None = None
    held: Mapping[Digest, Instruction] = field(default_factory=dict[Digest, Instruction])
    assigned: tuple[Digest, ...] = ()
    lost: Collection[str] = ()  # devices that the kiosk says it has lost
    driven: Driven = field(default_factory=Driven)  # what it drives
    serial: str = "SN004217"  # of the next unit
    told: str = ""

    @property
    def document(self) -> Instruction | None:
        """The release that the open run plays."""
        return self.held.get(self.run.release) if self.run is not None and self.run.open else None

    @property
    def step(self) -> Step | None:
        """The step that the open run is on."""
        if self.run is None or self.document is None or self.run.step is None:
            return None
        return self.document.step(self.run.step)

    @property
    def asked(self) -> Check | None:
        """The check that is waited for, if the run goes on and one is."""
        return next(iter(self.open_checks), None)

    @property
    def open_checks(self) -> tuple[Check, ...]:
        """The checks of the step that are unmet, while they can be met."""
        if not self.powered or self.signed_in is None or self.run is None or self.step is None:
            return ()
        return unmet(self.step, self.run.states(self.step.id)) if self.run.state is RunState.RUNNING else ()

    @property
    def documents(self) -> Sequence[Instruction]:
        """The station's documents: the pump's in the order in which it is built, then any other."""
        found = [self.held[digest] for digest in self.assigned if digest in self.held]
        return sorted(found, key=lambda document: (_place(document), document.title))


def _place(document: Instruction) -> int:
    return ORDER.index(document.id) if document.id in ORDER else len(ORDER)


def awaited(seen: Seen) -> tuple[str, str]:
    """What the kiosk waits for, and where it stands."""
    if not seen.powered:
        return "Nothing: it has no power", "The run is on its disk"
    if not seen.assigned:
        return "Its documents", "It was enrolled a moment ago"
    if seen.signed_in is None:
        pins = ", ".join(f"{name}'s PIN is {pin}" for _, name, _, pin in PEOPLE if pin)
        return "A badge", pins
    run, document, step = seen.run, seen.document, seen.step
    if run is None or not run.open:
        return "A part", "or a touch on one of its documents"
    if document is None or step is None:
        return "Something that its record does not tell", ""
    where = f"Step {document.number(step.id)} of {len(document.steps)} · {step.title}"
    if run.state is RunState.HELD:
        return "A touch on its screen", "The run is held: go on there"
    return _wanted(seen.asked, run, step), where


def _wanted(check: Check | None, run: Run, step: Step) -> str:
    state = FRESH if check is None else run.states(step.id).get(check.id, FRESH)
    match check:
        case None:
            return "A touch on “Done”"
        case Confirm() | Choice() | Checklist() | FreeText() | Photo() | Vision():
            return f"A touch: {check.prompt}"
        case Number():
            return f"A touch: {check.prompt}, {_tied(expected(check))}"
        case Torque():
            number = f"{state.good + 1} of {needed(check)}"
            return f"{check.prompt or 'Tighten'}: {_tied(number)}, {_tied(expected(check))}"
        case Timer(minimum=None):
            return "Time to pass"
        case Timer():
            assert check.minimum is not None
            return f"Time to pass: {check.minimum.total_seconds():g} s"
        case Scan():
            return check.prompt or f"Scan {expected(check)}"
        case _:
            return f"{check.prompt or check.id}: {_tied(expected(check))}"


def _tied(text: str) -> str:
    """A text that no line ends in."""
    return text.replace(" ", "\u00a0")
