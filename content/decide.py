"""The run's decider: what an input means for a run, as facts. Time, identifiers and people come in with the input."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from content import evidence
from content.checks import (
    Check,
    Checklist,
    Choice,
    Confirm,
    Measure,
    Number,
    Photo,
    Scan,
    Signal,
    Timer,
    Torque,
)
from content.deviation import DeviationKind
from content.evidence import FRESH, Verdict
from content.inputs import (
    Aborted,
    Answered,
    CodeGiven,
    Continued,
    Input,
    Paused,
    PhotoGiven,
    ProblemReported,
    Restarted,
    SignalGiven,
    Started,
    Tapped,
    TorqueGiven,
    ValueGiven,
    Waived,
    WentTo,
)
from content.instruction import Instruction, Step
from content.record import (
    CheckFailed,
    CheckPassed,
    DeviationRaised,
    NotApplicable,
    ReadingRefused,
    RunAborted,
    RunCompleted,
    RunContinued,
    RunFact,
    RunHeld,
    RunInterrupted,
    RunStarted,
    StepCompleted,
    StepEntered,
    StepLeft,
    Tap,
)
from content.run import Run, RunState, fold, mark
from content.values import CheckId, StepId

C = TypeVar("C", Scan, Measure)
Facts = tuple[RunFact, ...]
DEVIATION_OF: dict[type[Check], DeviationKind] = {
    Scan: DeviationKind.WRONG_CODE,
    Measure: DeviationKind.OUT_OF_LIMITS,
    Torque: DeviationKind.BAD_TIGHTENING,
    Choice: DeviationKind.WRONG_ANSWER,
    Number: DeviationKind.OUT_OF_LIMITS,
}


def begin(instruction: Instruction, given: Started) -> Facts:
    """The facts that open a run at the instruction's first step."""
    return (
        RunStarted(
            run=given.run,
            release=given.release,
            document=given.document,
            revision=given.revision,
            station=given.station,
            unit=given.unit,
            expected=instruction.standard_time,
            at=given.at,
            tick=given.tick,
            by=given.by,
        ),
        StepEntered(
            run=given.run, step=instruction.steps[0].id, visit=1, at=given.at, tick=given.tick, by=given.by
        ),
    )


def decide(instruction: Instruction, run: Run, given: Input) -> Facts:
    """What `given` means for the run; no facts when it means nothing. Never raises for any input."""
    if not run.open or run.step is None:
        return ()
    step = instruction.step(run.step)
    match given:
        case Restarted():
            return (_interrupted(run, given),)
        case ProblemReported():
            return (_problem(run, step, given),)
        case Aborted():
            return _aborted(run, step, given)
        case Continued():
            return (_continued(run, given),) if run.state is RunState.HELD else ()
        case _:
            return _decide_running(instruction, run, step, given) if run.state is RunState.RUNNING else ()


def _decide_running(instruction: Instruction, run: Run, step: Step, given: Input) -> Facts:
    timed = _by_time(run, step, given)
    run_then = _after(run, timed)
    answer = _answer(instruction, run_then, step, given)
    facts = timed + answer
    finished = _after(run, facts)
    proceeds = any(isinstance(fact, CheckPassed) for fact in facts) or (
        isinstance(given, Tapped) and given.check is None and given.step == step.id
    )
    if proceeds and not evidence.unmet(step, finished.states(step.id)):
        return facts + _advance(instruction, finished, step, given)
    return facts


def _after(run: Run, facts: Facts) -> Run:
    after = fold(facts, run)
    assert after is not None
    return after


def _answer(instruction: Instruction, run: Run, step: Step, given: Input) -> Facts:
    match given:
        case Tapped():
            return _tapped(run, step, given)
        case Answered():
            return _answered(run, step, given)
        case PhotoGiven():
            return _photographed(run, step, given)
        case Waived():
            return _waived(run, step, given)
        case CodeGiven():
            return _code(instruction, run, step, given)
        case ValueGiven():
            return _value(run, step, given)
        case TorqueGiven():
            return _torque(run, step, given)
        case SignalGiven():
            return _signal(run, step, given)
        case Paused():
            return (RunHeld(run=run.id, reason=given.reason, at=given.at, tick=given.tick, by=given.by),)
        case WentTo():
            return _went(instruction, run, step, given)
        case _:
            return ()


def _by_time(run: Run, step: Step, given: Input) -> Facts:
    """What the passing of time alone brings: dwells that are over, longest times that are exceeded."""
    elapsed = run.elapsed_at(given.tick)
    facts: list[RunFact] = []
    for check in step.checks:
        if not isinstance(check, Timer):
            continue
        verdict = evidence.judge_dwell(check, elapsed)
        if check.minimum is not None and verdict.good and not run.states(step.id).get(check.id, FRESH).passed:
            facts.append(_passed(run, step, check.id, verdict, given))
        if check.maximum is not None and elapsed > check.maximum:
            facts += _overrun(run, step, check, check.maximum, given)
    return tuple(facts)


def _overrun(run: Run, step: Step, check: Timer, maximum: timedelta, given: Input) -> Facts:
    if mark(DeviationKind.OVERRUN, check.id) in run.marked:
        return ()
    came = f"{run.elapsed_at(given.tick).total_seconds():.1f} s"
    expected = f"≤ {maximum.total_seconds():g} s"
    return (_deviation(run, step, DeviationKind.OVERRUN, check.id, given, expected=expected, came=came),)


def _tapped(run: Run, step: Step, given: Tapped) -> Facts:
    if given.step != step.id:
        return ()
    confirms = [check for check in evidence.unmet(step, run.states(step.id)) if isinstance(check, Confirm)]
    if given.check is not None:
        confirms = [check for check in confirms if check.id == given.check]
    if not confirms:
        return ()
    return (_passed(run, step, confirms[0].id, Verdict(Tap(), good=True), given),)


def _answered(run: Run, step: Step, given: Answered) -> Facts:
    """While the step is open an answer can be given again: fingers slip."""
    check = next((check for check in step.checks if check.id == given.check), None)
    if given.step != step.id or check is None:
        return ()
    ticked = run.states(step.id).get(check.id, FRESH).answers
    if isinstance(check, Checklist) and given.answer in ticked:
        return ()
    verdict = evidence.judge_answer(check, given)
    return () if verdict is None else _judged(run, step, check, verdict, given)


def _photographed(run: Run, step: Step, given: PhotoGiven) -> Facts:
    check = next(
        (check for check in evidence.unmet(step, run.states(step.id)) if check.id == given.check), None
    )
    if given.step != step.id or not isinstance(check, Photo):
        return ()
    return _judged(run, step, check, evidence.judge_photo(given), given)


def _waived(run: Run, step: Step, given: Waived) -> Facts:
    check = next(
        (check for check in evidence.unmet(step, run.states(step.id)) if check.id == given.check), None
    )
    if given.step != step.id or check is None or not check.not_applicable:
        return ()
    return (_passed(run, step, check.id, Verdict(NotApplicable(), good=True), given),)


def _code(instruction: Instruction, run: Run, step: Step, given: CodeGiven) -> Facts:
    asked = _asked(run, step, Scan)
    verdicts = [(check, evidence.judge_code(check, given, instruction)) for check in asked]
    if not verdicts:
        return (_refused(run, step, _awaited(run, step), given.text, given),)
    check, verdict = next(((check, verdict) for check, verdict in verdicts if verdict.good), verdicts[0])
    return _judged(run, step, check, verdict, given)


def _value(run: Run, step: Step, given: ValueGiven) -> Facts:
    for check in _asked(run, step, Measure):
        if check.device not in {None, given.device}:
            continue
        verdict = evidence.judge_value(check, given)
        if verdict is None:
            return _refused_once(run, step, check.unit, f"{given.value} {given.unit}", given)
        if check.until_in_limits and not verdict.good:
            return ()
        return _judged(run, step, check, verdict, given)
    return ()  # a scale or sensor that talks all the time is not an attempt at anything


def _torque(run: Run, step: Step, given: TorqueGiven) -> Facts:
    came = f"{given.torque} {given.unit}"
    for check in evidence.unmet(step, run.states(step.id)):
        if not isinstance(check, Torque) or check.device not in {None, given.device}:
            continue
        number = run.states(step.id).get(check.id, FRESH).good + 1
        verdict = evidence.judge_torque(check, given, number)
        if verdict is None:
            return (_refused(run, step, check.unit, came, given),)
        return _judged(run, step, check, verdict, given)
    return (_refused(run, step, _awaited(run, step), came, given),)


def _signal(run: Run, step: Step, given: SignalGiven) -> Facts:
    for check in evidence.unmet(step, run.states(step.id)):
        if (
            isinstance(check, Signal)
            and check.signal == given.signal
            and check.device in {None, given.device}
        ):
            verdict = evidence.judge_signal(check, given)
            return _judged(run, step, check, verdict, given) if verdict.good else ()
    return ()


def _asked(run: Run, step: Step, kind: type[C]) -> Sequence[C]:
    """The unmet checks of that kind; in a step that was gone back to, the met ones can be tried again."""
    open_checks = [check for check in evidence.unmet(step, run.states(step.id)) if isinstance(check, kind)]
    if open_checks or run.visit == 1:
        return open_checks
    return [check for check in step.checks if isinstance(check, kind)]


def _awaited(run: Run, step: Step) -> str:
    return "; ".join(evidence.expected(check) for check in evidence.unmet(step, run.states(step.id)))


def _judged(run: Run, step: Step, check: Check, verdict: Verdict, given: Input) -> Facts:
    if verdict.good:
        good = run.states(step.id).get(check.id, FRESH).good + 1
        return (_passed(run, step, check.id, verdict, given, met=good >= evidence.needed(check)),)
    expected = evidence.expected(check)
    failed = CheckFailed(
        run=run.id,
        step=step.id,
        check=check.id,
        attempt=_attempt(run, step, check.id),
        evidence=verdict.evidence,
        expected=expected,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )
    kind = DEVIATION_OF.get(type(check))
    if kind is None or mark(kind, check.id) in run.marked:
        return (failed,)
    came = evidence.came(verdict.evidence)
    return (failed, _deviation(run, step, kind, check.id, given, expected=expected, came=came))


def _passed(
    run: Run, step: Step, check: CheckId, verdict: Verdict, given: Input, *, met: bool = True
) -> CheckPassed:
    return CheckPassed(
        run=run.id,
        step=step.id,
        check=check,
        attempt=_attempt(run, step, check),
        evidence=verdict.evidence,
        met=met,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )


def _attempt(run: Run, step: Step, check: CheckId) -> int:
    return run.states(step.id).get(check, FRESH).attempts + 1


def _deviation(
    run: Run,
    step: Step,
    kind: DeviationKind,
    check: CheckId | None,
    given: Input,
    *,
    expected: str,
    came: str,
) -> DeviationRaised:
    return DeviationRaised(
        run=run.id,
        deviation=f"{run.id}-{run.deviations + 1}",
        kind=kind,
        step=step.id,
        check=check,
        expected=expected,
        came=came,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )


def _refused(
    run: Run, step: Step, expected: str, came: str, given: CodeGiven | ValueGiven | TorqueGiven
) -> ReadingRefused:
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


def _refused_once(run: Run, step: Step, expected: str, came: str, given: ValueGiven) -> Facts:
    """A sensor that streams in a wrong unit is refused once a visit, not a hundred times a second."""
    if f"refused {given.device} {expected}" in run.marked:
        return ()
    return (_refused(run, step, expected, came, given),)


def _interrupted(run: Run, given: Restarted) -> RunInterrupted:
    longest = timedelta(microseconds=max(0, given.tick - run.since))
    gap = min(max(given.gap, timedelta()), longest)
    return RunInterrupted(run=run.id, gap=gap, at=given.at, tick=given.tick, by=given.by)


def _continued(run: Run, given: Continued) -> RunContinued:
    return RunContinued(run=run.id, at=given.at, tick=given.tick, by=given.by)


def _problem(run: Run, step: Step, given: ProblemReported) -> DeviationRaised:
    return DeviationRaised(
        run=run.id,
        deviation=f"{run.id}-{run.deviations + 1}",
        kind=DeviationKind.PROBLEM,
        step=step.id,
        check=None,
        expected="",
        came=given.comment,
        category=given.category,
        photo=given.photo,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )


def _aborted(run: Run, step: Step, given: Aborted) -> Facts:
    raised = _deviation(run, step, DeviationKind.ABORTED, None, given, expected="", came=given.reason)
    return raised, RunAborted(run=run.id, reason=given.reason, at=given.at, tick=given.tick, by=given.by)


def _went(instruction: Instruction, run: Run, step: Step, given: WentTo) -> Facts:
    reachable = run.visits.keys() | run.done | {following(instruction, run)}
    if given.leaving != step.id or given.step == step.id or given.step not in reachable:
        return ()
    left = StepLeft(
        run=run.id,
        step=step.id,
        visit=run.visit,
        to=given.step,
        elapsed=run.elapsed_at(given.tick),
        held=run.held_at(given.tick),
        at=given.at,
        tick=given.tick,
        by=given.by,
    )
    return left, _entering(run, given.step, given)


def _entering(run: Run, step: StepId, given: Input) -> StepEntered:
    visit = run.visits.get(step, 0) + 1
    return StepEntered(run=run.id, step=step, visit=visit, at=given.at, tick=given.tick, by=given.by)


def following(instruction: Instruction, run: Run) -> StepId | None:
    """The first step that is not done; None when all are."""
    return next((step.id for step in instruction.steps if step.id not in run.done), None)


def _advance(instruction: Instruction, run: Run, step: Step, given: Input) -> Facts:
    completed = StepCompleted(
        run=run.id,
        step=step.id,
        visit=run.visit,
        elapsed=run.elapsed_at(given.tick),
        held=run.held_at(given.tick),
        expected=step.standard_time,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )
    after = _after(run, (completed,))
    coming = following(instruction, after)
    if coming is not None:
        return completed, _entering(after, coming, given)
    return completed, RunCompleted(
        run=run.id,
        elapsed=after.elapsed_before + after.elapsed,
        held=after.held_before + after.held,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )
