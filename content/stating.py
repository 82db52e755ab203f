"""Facts as the decider states them: who, when and in which run come from the input that caused them."""

from content.checks import Check, Choice, Measure, Number, Scan, Table, Torque, Vision
from content.deviation import DeviationKind
from content.evidence import FRESH, Verdict
from content.inputs import CodeGiven, Input, TorqueGiven, ValueGiven
from content.instruction import Step
from content.record import CheckPassed, DeviationRaised, ReadingRefused, RunFact
from content.run import Run, fold
from content.values import CheckId, Digest

Facts = tuple[RunFact, ...]
DEVIATION_OF: dict[type[Check], DeviationKind] = {
    Scan: DeviationKind.WRONG_CODE,
    Measure: DeviationKind.OUT_OF_LIMITS,
    Torque: DeviationKind.BAD_TIGHTENING,
    Choice: DeviationKind.WRONG_ANSWER,
    Number: DeviationKind.OUT_OF_LIMITS,
    Table: DeviationKind.OUT_OF_LIMITS,
    Vision: DeviationKind.BAD_PICTURE,
}


def after(run: Run, facts: Facts) -> Run:
    """The run after those facts."""
    after = fold(facts, run)
    assert after is not None
    return after


def attempt(run: Run, step: Step, check: CheckId) -> int:
    """The number of the next attempt at a check, from 1."""
    return run.states(step.id).get(check, FRESH).attempts + 1


def passed(
    run: Run, step: Step, check: CheckId, verdict: Verdict, given: Input, *, met: bool = True
) -> CheckPassed:
    """A good attempt at a check; `met` says that it needs no more."""
    return CheckPassed(
        run=run.id,
        step=step.id,
        check=check,
        attempt=attempt(run, step, check),
        evidence=verdict.evidence,
        met=met,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )


def deviation(
    run: Run,
    step: Step,
    kind: DeviationKind,
    check: CheckId | None,
    given: Input,
    *,
    expected: str,
    came: str,
    photo: Digest | None = None,
) -> DeviationRaised:
    """A departure from the instruction, the next of the run."""
    return DeviationRaised(
        run=run.id,
        deviation=f"{run.id}-{run.deviations + 1}",
        kind=kind,
        step=step.id,
        check=check,
        expected=expected,
        came=came,
        photo=photo,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )


def refused(
    run: Run,
    step: Step,
    expected: str,
    came: str,
    given: CodeGiven | ValueGiven | TorqueGiven,
) -> ReadingRefused:
    """A reading that nothing waited for, or that could not be judged."""
    return ReadingRefused(
        run=run.id,
        step=step.id,
        expected=expected,
        came=came,
        device=given.device,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )
