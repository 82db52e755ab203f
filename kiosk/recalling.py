"""What the station's assignment says about the run that is on: its release was withdrawn, or replaced at once."""

from collections.abc import Sequence
from enum import Enum, auto

from content.record import RunFact, StepEntered
from content.run import RunState
from kiosk.assignment import Assignment
from kiosk.desk import Play

WITHDRAWN = "This document was withdrawn. Stop here and ask a supervisor."
REPLACED = "A new revision of this document holds from now on. End this run and begin again with it."
AT_ONCE, NEXT_UNIT = "at-once", "next-unit"


class Standing(Enum):
    """Whether somebody may go on with a release."""

    HOLDS = auto()  # a run goes on to its end, even when there is a newer release by now
    REPLACED = auto()  # it stops at the next step that is safe to stop before
    WITHDRAWN = auto()  # it stops at once


def standing(play: Play, assignment: Assignment) -> Standing:
    """How the release of the run that is on stands in the assignment."""
    if play.release.digest in assignment.withdrawn:
        return Standing.WITHDRAWN
    for named in assignment.releases:
        terms = assignment.terms.get(named.digest)
        newer = named.document == play.instruction.id and named.digest != play.release.digest
        if newer and terms is not None and terms.point == AT_ONCE:
            return Standing.REPLACED
    return Standing.HOLDS


def safe_to_stop(before: Play, after: Play, facts: Sequence[RunFact]) -> bool:
    """Whether these facts led to a step before which a run can stop: no group of steps is torn apart."""
    entered = next((fact for fact in reversed(facts) if isinstance(fact, StepEntered)), None)
    if entered is None or after.run.state is not RunState.RUNNING:
        return False
    group = after.instruction.step(entered.step).group
    left = None if before.run.step is None else before.instruction.step(before.run.step).group
    return group is None or group != left


def reason_of(play: Play) -> str:
    """Why nobody may go on with a held run that was taken up after a restart; empty when they may."""
    return play.reason if play.reason in {WITHDRAWN, REPLACED} else ""
