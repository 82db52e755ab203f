"""How a run moves on: to the next step, by a rule, after a failure, by a supervisor's word, or back to look."""

from content import evidence, situation
from content.asking import GoTo
from content.checks import Check
from content.deviation import DeviationKind
from content.inputs import Aborted, Decided, Input, Ruling, Started, Tapped, WentTo
from content.instruction import Instruction, Step
from content.record import (
    CheckFailed,
    CheckPassed,
    FailureRuled,
    RouteTaken,
    RunAborted,
    RunCompleted,
    StepCompleted,
    StepEntered,
    StepLeft,
    StepSkipped,
    SupervisorNeeded,
)
from content.run import Run, mark, way
from content.situation import Way
from content.stating import DEVIATION_OF, Facts, after, deviation
from content.values import CheckId, StepId


def go_on(instruction: Instruction, run: Run, step: Step, given: Input, facts: Facts) -> Facts:
    """The way on, when the step is done: by its last check, or by a tap on the large action."""
    if evidence.unmet(step, run.states(step.id)):
        return ()
    tapped = isinstance(given, Tapped) and given.check is None and given.step == step.id
    proved = any(isinstance(fact, CheckPassed | FailureRuled) for fact in facts)
    optional = any(
        evidence.needs_nobody(check) is False for check in evidence.accepting(step, run.states(step.id))
    )
    return _advance(instruction, run, step, given) if tapped or (proved and not optional) else ()


def fail(instruction: Instruction, run: Run, step: Step, failed: CheckFailed, given: Input) -> Facts:
    """What the last bad attempt that a check allows does."""
    check = next(check for check in step.checks if check.id == failed.check)
    state = run.states(step.id)[check.id]
    if check.bad_attempts is None or state.bad < check.bad_attempts:
        return ()
    raised = _raised(run, step, check, failed, given)
    return (*raised, *lead(instruction, run, step, check, failed.expected, given))


def lead(  # noqa: PLR0917 - what failed where, and what came
    instruction: Instruction, run: Run, step: Step, check: Check, expected: str, given: Input
) -> Facts:
    """Where a failure leads that is beyond what the check allows."""
    failure = check.failure
    if failure == "stop":
        stopped = RunAborted(
            run=run.id,
            reason=f"{check.id}: {expected}",
            at=given.at,
            tick=given.tick,
            by=given.by,
        )
        return (stopped,)
    if isinstance(failure, GoTo) and run.taken.get(way(step.id, check=check.id), 0) < failure.at_most:
        place = instruction.number(step.id) - 1
        taken = situation.led(instruction, run, place, failure.go_to)
        return _leave(run, step, check.id, taken, given)
    needed = SupervisorNeeded(
        run=run.id,
        step=step.id,
        check=check.id,
        attempts=run.states(step.id).get(check.id, evidence.FRESH).attempts,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )
    return (needed,)


def _raised(run: Run, step: Step, check: Check, failed: CheckFailed, given: Input) -> Facts:
    """A failure is a deviation, also of a check whose bad attempts are none by themselves."""
    kind = DEVIATION_OF.get(type(check), DeviationKind.WRONG_ANSWER)
    if mark(kind, check.id) in run.marked:
        return ()
    came = evidence.came(failed.evidence)
    return (deviation(run, step, kind, check.id, given, expected=failed.expected, came=came),)


def _leave(run: Run, step: Step, check: CheckId, taken: Way, given: Input) -> Facts:
    """The way that a failed check takes; the step is left undone."""
    elapsed, held = run.elapsed_at(given.tick), run.held_at(given.tick)
    routed = RouteTaken(
        run=run.id,
        step=step.id,
        to=taken.to,
        check=check,
        anew=taken.anew,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )
    left = StepLeft(
        run=run.id,
        step=step.id,
        visit=run.visit,
        to=taken.to or step.id,
        elapsed=elapsed,
        held=held,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )
    then = after(run, (left, routed))
    return left, routed, *come_up(then, taken, given)


def rule(instruction: Instruction, run: Run, step: Step, given: Decided) -> Facts:
    """A supervisor's word about the failure that the run waits for; nobody rules about their own run."""
    if run.waiting is None or given.step != step.id or given.check != run.waiting:
        return ()
    if given.supervisor == run.by:
        return ()
    ruled = FailureRuled(
        run=run.id,
        step=step.id,
        check=run.waiting,
        ruling=given.ruling,
        supervisor=given.supervisor,
        comment=given.comment,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )
    then = after(run, (ruled,))
    match given.ruling:
        case Ruling.STOP:
            reason = given.comment or f"{run.waiting}: {given.supervisor}"
            return ruled, *abort(
                then, step, Aborted(reason=reason, at=given.at, tick=given.tick, by=given.by)
            )
        case Ruling.CONTINUE:
            return ruled, *go_on(instruction, then, step, given, (ruled,))
        case Ruling.REPEAT:
            return (ruled,)


def go_to(run: Run, step: Step, given: WentTo) -> Facts:
    """The operator goes to a step that came up before, or back to where the flow is."""
    if given.leaving != step.id or given.step == step.id or given.step not in reachable(run):
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
    return left, entering(run, given.step, given)


def reachable(run: Run) -> frozenset[StepId]:
    """The steps that the operator may go to: those that came up before, and the one that the flow has come to."""
    came_up = frozenset(run.visits) | run.done
    return (came_up if run.frontier is None else came_up | {run.frontier}) - run.skipped


def entering(run: Run, step: StepId, given: Input | Started) -> StepEntered:
    """A step comes up."""
    visit = run.visits.get(step, 0) + 1
    return StepEntered(run=run.id, step=step, visit=visit, at=given.at, tick=given.tick, by=given.by)


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
    then = after(run, (completed,))
    taken = situation.way_on(instruction, then, step)
    looked_back = run.frontier not in {None, step.id}
    if looked_back and (taken.to == run.routes[step.id] if step.id in run.routes else taken.rule is None):
        assert run.frontier is not None
        return completed, entering(then, run.frontier, given)
    if taken.rule is None:
        return completed, *come_up(then, taken, given)
    routed = RouteTaken(
        run=run.id,
        step=step.id,
        to=taken.to,
        rule=taken.rule,
        anew=taken.anew,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )
    return completed, routed, *come_up(after(then, (routed,)), taken, given)


def come_up(run: Run, taken: Way, given: Input | Started) -> Facts:
    """The steps that are passed over, and the one that comes up; at the end the run is completed."""
    skipped = tuple(
        StepSkipped(run=run.id, step=step, at=given.at, tick=given.tick, by=given.by)
        for step in taken.skipped
    )
    if taken.to is not None:
        return *skipped, entering(run, taken.to, given)
    return *skipped, RunCompleted(
        run=run.id,
        elapsed=run.elapsed_before + run.elapsed,
        held=run.held_before + run.held,
        at=given.at,
        tick=given.tick,
        by=given.by,
    )


def abort(run: Run, step: Step, given: Aborted) -> Facts:
    """The run ends before it is done, which is a deviation."""
    raised = deviation(run, step, DeviationKind.ABORTED, None, given, expected="", came=given.reason)
    return raised, RunAborted(run=run.id, reason=given.reason, at=given.at, tick=given.tick, by=given.by)
