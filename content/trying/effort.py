"""What a path costs the operator: counted input by input."""

from dataclasses import dataclass, replace
from datetime import timedelta

from content.checks import Checklist, Choice, Vision
from content.inputs import (
    Answered,
    CellGiven,
    CodeGiven,
    Decided,
    Input,
    PhotoGiven,
    SignalGiven,
    Signed,
    Tapped,
    Ticked,
    TorqueGiven,
    ValueGiven,
    VisionGiven,
    Waived,
)
from content.instruction import Step

READ = (ValueGiven, TorqueGiven, SignalGiven, VisionGiven, Ticked)


@dataclass(frozen=True, slots=True)
class Effort:
    """What a path costs the operator."""

    expected: timedelta = timedelta()
    dwelt: timedelta = timedelta()  # in this visit of the step
    taps: int = 0
    typed: int = 0
    scans: int = 0
    waits: int = 0
    inputs: int = 0

    def with_input(self, step: Step, given: Input, tick: int) -> "Effort":
        """After one input more."""
        pressed = isinstance(given, Tapped | PhotoGiven | Waived)
        types = isinstance(given, CellGiven) or (isinstance(given, Answered) and _typed(step, given))
        dwelt, longer = self.dwelt, timedelta()
        if isinstance(given, Ticked):
            dwelt += timedelta(microseconds=given.tick - tick)
            standard = step.standard_time or timedelta()
            longer = max(dwelt - standard, timedelta()) - max(self.dwelt - standard, timedelta())
        return Effort(
            expected=self.expected + longer,
            dwelt=dwelt,
            taps=self.taps + (pressed or (isinstance(given, Answered) and not types)),
            typed=self.typed + types,
            scans=self.scans + isinstance(given, CodeGiven | Signed | Decided),
            waits=self.waits + isinstance(given, READ),
            inputs=self.inputs + 1,
        )

    def with_step(self, step: Step) -> "Effort":
        """After the next step came up."""
        expected = self.expected + (step.standard_time or timedelta())
        return replace(self, expected=expected, dwelt=timedelta())


def _typed(step: Step, given: Answered) -> bool:
    check = next(check for check in step.checks if check.id == given.check)
    return not isinstance(check, Choice | Checklist | Vision)
