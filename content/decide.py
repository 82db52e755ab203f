"""The run's decider: what an input means for a run, as facts. Time, identifiers and people come in with the input."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from content import evidence, situation
from content.checks import (
    Check,
    Checklist,
    Confirm,
    Measure,
    Photo,
    Scan,
    Signal,
    SignOff,
    Table,
    Timer,
    Torque,
    Vision,
)
from content.deviation import DeviationKind
from content.evidence import FRESH, Verdict
from content.inputs import (
    Aborted,
    Answered,
    CellGiven,
    CodeGiven,
    Continued,
    Decided,
    DeviceOutOfUse,
    Input,
    ManualAllowed,
    Paused,
    PhotoGiven,
    ProblemReported,
    Restarted,
    SignalGiven,
    Signed,
    Started,
    Tapped,
    TorqueGiven,
    ValueGiven,
    VisionGiven,
    Waived,
    WentTo,
)
from content.instruction import Instruction, Step
from content.moving import abort, come_up, fail, go_on, go_to, lead, rule
from content.record import (
    CheckFailed,
    Code,
    DeviationRaised,
    ManualEntryAllowed,
    NotApplicable,
    PictureDoubted,
    RunContinued,
    RunFact,
    RunHeld,
    RunInterrupted,
    RunStarted,
    Seen,
    SupervisorNeeded,
    Tap,
)
from content.run import Run, RunState, fold, mark
from content.stating import DEVIATION_OF, Facts, after, attempt, deviation, passed, refused

C = TypeVar("C", Scan, Measure)


def begin(instruction: Instruction, given: Started) -> Facts:
    """The facts that open a run at the instruction's first step; `situation.missing` says what it lacks for that."""
    started = RunStarted(
        run=given.run,
        release=given.release,
        document=given.document,
        revision=given.revision,
        station=given.station,
        unit=given.unit,
        expected=instruction.standard_time,
        parameters=given.parameters,
        options=given.options,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )
    run = fold((started,))
    assert run is not None
    return started, *come_up(run, situation.arriving(instruction, run, 0), given)


def decide(instruction: Instruction, run: Run, given: Input) -> Facts:
    """What `given` means for the run; no facts when it means nothing. Never raises for any input."""
    if not run.open or run.step is None:
        return ()
    return decide_at(instruction, run, situation.asked(instruction, run, run.step), given)


def decide_at(instruction: Instruction, run: Run, step: Step, given: Input) -> Facts:
    """As `decide`, for who has worked out already how the step of an open run is asked."""
    match given:
        case Restarted():
            return (_interrupted(run, given),)
        case ProblemReported():
            return (_problem(run, step, given),)
        case DeviceOutOfUse():
            return (_without(run, step, given),)
        case Aborted():
            return abort(run, step, given)
        case Decided():
            return rule(instruction, run, step, given)
        case Continued():
            held = run.state is RunState.HELD and run.waiting is None
            return (_continued(run, given),) if held else ()
        case _:
            return _decide_running(instruction, run, step, given) if run.state is RunState.RUNNING else ()


def _decide_running(instruction: Instruction, run: Run, step: Step, given: Input) -> Facts:
    timed = _by_time(run, step, given)
    run_then = after(run, timed)
    late = _too_late(step, timed)
    if late is not None:
        expected = evidence.expected(late)
        return timed + lead(instruction, run_then, step, late, expected, given)
    answer = _answer(instruction, run_then, step, given)
    facts = timed + answer
    finished = after(run, facts)
    for fact in answer:
        if isinstance(fact, CheckFailed):
            facts += fail(instruction, finished, step, fact, given)
            return facts
    return facts + go_on(instruction, finished, step, given, facts)


def _answer(instruction: Instruction, run: Run, step: Step, given: Input) -> Facts:
    match given:
        case Tapped():
            return _tapped(run, step, given)
        case Answered():
            return _answered(run, step, given)
        case CellGiven():
            return _filled(run, step, given)
        case Signed():
            return _signed(run, step, given)
        case ManualAllowed():
            return _allowed(run, step, given)
        case VisionGiven():
            return _seen(run, step, given)
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
            return go_to(run, step, given)
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
            facts.append(passed(run, step, check.id, verdict, given))
        if check.maximum is not None and elapsed > check.maximum:
            facts += _overrun(run, step, check, check.maximum, given)
    return tuple(facts)


def _overrun(run: Run, step: Step, check: Timer, maximum: timedelta, given: Input) -> Facts:
    if mark(DeviationKind.OVERRUN, check.id) in run.marked:
        return ()
    came = f"{run.elapsed_at(given.tick).total_seconds():.1f} s"
    expected = f"≤ {maximum.total_seconds():g} s"
    return (deviation(run, step, DeviationKind.OVERRUN, check.id, given, expected=expected, came=came),)


def _too_late(step: Step, timed: Facts) -> Timer | None:
    """The timer whose longest time is over by now, where that leads somewhere."""
    over = {fact.check for fact in timed if isinstance(fact, DeviationRaised)}
    late = (check for check in step.checks if check.id in over and check.bad_attempts is not None)
    return next((check for check in late if isinstance(check, Timer)), None)


def _tapped(run: Run, step: Step, given: Tapped) -> Facts:
    if given.step != step.id:
        return ()
    states = run.states(step.id)
    waiting = {check.id for check in evidence.unmet(step, states)} if given.check is None else {given.check}
    confirms = [
        check
        for check in evidence.accepting(step, states)
        if isinstance(check, Confirm) and check.id in waiting
    ]
    if not confirms:
        return ()
    return (passed(run, step, confirms[0].id, Verdict(Tap(), good=True), given),)


def _answered(run: Run, step: Step, given: Answered) -> Facts:
    """While the step is open an answer can be given again: fingers slip."""
    check = next((check for check in step.checks if check.id == given.check), None)
    states = run.states(step.id)
    if given.step != step.id or check is None:
        return ()
    state = states.get(check.id, FRESH)
    takes = any(each.id == check.id for each in evidence.accepting(step, states))
    if not (state.passed or takes):
        return ()
    if isinstance(check, Checklist) and given.answer in state.answers:
        return ()
    if isinstance(check, Vision) and state.doubt is not None and takes:
        verdict = evidence.judge_doubt(check, given, state.doubt)
    elif isinstance(check, evidence.BY_DEVICE):
        by_hand = state.manual and takes
        verdict = evidence.judge_by_hand(check, given, state.good + 1) if by_hand else None
    else:
        verdict = evidence.judge_answer(check, given)
    return () if verdict is None else _judged(run, step, check, verdict, given)


def _allowed(run: Run, step: Step, given: ManualAllowed) -> Facts:
    """That a device is replaced by a person's word is a departure from the instruction."""
    check = _open(run, step, given)
    if not isinstance(check, evidence.BY_DEVICE) or run.states(step.id).get(check.id, FRESH).manual:
        return ()
    allowed = ManualEntryAllowed(
        run=run.id,
        step=step.id,
        check=check.id,
        supervisor=given.supervisor,
        reason=given.reason,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )
    expected = check.device or check.kind
    kind = DeviationKind.MANUAL_ENTRY
    return (allowed, deviation(run, step, kind, check.id, given, expected=expected, came=given.reason))


def _without(run: Run, step: Step, given: DeviceOutOfUse) -> DeviationRaised:
    """What the instruction counts on is missing; a supervisor's leave makes that no less a departure."""
    kind = DeviationKind.DEVICE_DISABLED
    return deviation(run, step, kind, None, given, expected=given.device, came=given.reason)


def _open(
    run: Run, step: Step, given: CellGiven | Signed | PhotoGiven | Waived | ManualAllowed
) -> Check | None:
    """The check that is named, when it takes an answer now."""
    if given.step != step.id:
        return None
    accepting = evidence.accepting(step, run.states(step.id))
    return next((check for check in accepting if check.id == given.check), None)


def _filled(run: Run, step: Step, given: CellGiven) -> Facts:
    check = _open(run, step, given)
    verdict = evidence.judge_cell(check, given) if isinstance(check, Table) else None
    return () if check is None or verdict is None else _judged(run, step, check, verdict, given)


def _signed(run: Run, step: Step, given: Signed) -> Facts:
    check = _open(run, step, given)
    verdict = evidence.judge_signature(check, given, run.by) if isinstance(check, SignOff) else None
    return () if check is None or verdict is None else _judged(run, step, check, verdict, given)


def _photographed(run: Run, step: Step, given: PhotoGiven) -> Facts:
    check = _open(run, step, given)
    return _judged(run, step, check, evidence.judge_photo(given), given) if isinstance(check, Photo) else ()


def _waived(run: Run, step: Step, given: Waived) -> Facts:
    check = _open(run, step, given)
    if check is None or not check.not_applicable:
        return ()
    return (passed(run, step, check.id, Verdict(NotApplicable(), good=True), given),)


def _seen(run: Run, step: Step, given: VisionGiven) -> Facts:
    for check in evidence.accepting(step, run.states(step.id)):
        if not isinstance(check, Vision) or check.check != given.check:
            continue
        if check.device not in {None, given.device}:
            continue
        verdict = evidence.judge_vision(given)
        if verdict is None:
            return _doubted(run, step, check, given)
        return _judged(run, step, check, verdict, given)
    return ()


def _doubted(run: Run, step: Step, check: Vision, given: VisionGiven) -> Facts:
    """Who cannot decide asks: the operator at the picture, or a supervisor, for whom the run is held."""
    supervisor = "supervisor" in {check.ask, given.ask}
    doubted = PictureDoubted(
        run=run.id,
        step=step.id,
        check=check.id,
        device=given.device,
        why=given.why or "",
        ask="supervisor" if supervisor else "operator",
        score=given.score,
        threshold=given.threshold,
        photo=given.photo,
        taught=given.taught,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )
    if not supervisor:
        return (doubted,)
    attempts = run.states(step.id).get(check.id, FRESH).attempts
    return doubted, SupervisorNeeded(
        run=run.id,
        step=step.id,
        check=check.id,
        attempts=attempts,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )


def _code(instruction: Instruction, run: Run, step: Step, given: CodeGiven) -> Facts:
    asked = _asked(run, step, Scan)
    verdicts = [
        (check, evidence.judge_code(check, given, instruction, _codes(run, f"{step.id}.{check.id}")))
        for check in asked
    ]
    if not verdicts:
        return (refused(run, step, _awaited(run, step), given.text, given),)
    check, verdict = next(((check, verdict) for check, verdict in verdicts if verdict.good), verdicts[0])
    return _judged(run, step, check, verdict, given)


def _codes(run: Run, but: str) -> dict[str, Code]:
    """The good codes of the run by `STEP.CHECK`, without those of one check."""
    found: dict[str, Code] = {}
    for step, states in run.checks.items():
        for check, state in states.items():
            if isinstance(state.last, Code) and state.passed and f"{step}.{check}" != but:
                found[f"{step}.{check}"] = state.last
    return found


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
    if given.result is not None and (given.device, given.result) in run.results:
        return ()
    identifier = run.unit.serial or run.unit.lot or ""
    if (
        given.made_at is not None
        and "" not in {given.identifier, identifier}
        and given.identifier != identifier
    ):
        return (refused(run, step, identifier, f"{came} ({given.identifier})", given),)
    for check in evidence.accepting(step, run.states(step.id)):
        if not isinstance(check, Torque) or check.device not in {None, given.device}:
            continue
        number = run.states(step.id).get(check.id, FRESH).good + 1
        verdict = evidence.judge_torque(check, given, number)
        if verdict is None:
            return (refused(run, step, check.unit, came, given),)
        return _judged(run, step, check, verdict, given)
    return (refused(run, step, _awaited(run, step), came, given),)


def _signal(run: Run, step: Step, given: SignalGiven) -> Facts:
    for check in evidence.accepting(step, run.states(step.id)):
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
    open_checks = [
        check for check in evidence.accepting(step, run.states(step.id)) if isinstance(check, kind)
    ]
    if open_checks or run.visit == 1:
        return open_checks
    return [check for check in step.checks if isinstance(check, kind)]


def _awaited(run: Run, step: Step) -> str:
    return "; ".join(evidence.expected(check) for check in evidence.accepting(step, run.states(step.id)))


def _judged(run: Run, step: Step, check: Check, verdict: Verdict, given: Input) -> Facts:
    state = run.states(step.id).get(check.id, FRESH)
    if verdict.good:
        return (passed(run, step, check.id, verdict, given, met=evidence.meets(check, state, verdict)),)
    expected = evidence.expected_of(check, verdict.evidence)
    failed = CheckFailed(
        run=run.id,
        step=step.id,
        check=check.id,
        attempt=attempt(run, step, check.id),
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
    photo = verdict.evidence.photo if isinstance(verdict.evidence, Seen) else None
    return (failed, deviation(run, step, kind, check.id, given, expected=expected, came=came, photo=photo))


def _refused_once(run: Run, step: Step, expected: str, came: str, given: ValueGiven) -> Facts:
    """A sensor that streams in a wrong unit is refused once a visit, not a hundred times a second."""
    if f"refused {given.device} {expected}" in run.marked:
        return ()
    return (refused(run, step, expected, came, given),)


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
