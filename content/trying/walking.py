"""The walk: every path of an instruction, by the real decider, as far as the work that is allowed for it goes."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from content import evidence
from content.checks import Check, Timer
from content.conditions import spelled
from content.decide import decide_at
from content.inputs import Decided, Ruling, Tapped, Ticked
from content.instruction import Instruction, Step
from content.run import Run, RunState, fold
from content.situation import asked
from content.trying.attempts import SUPERVISOR, Tried, Trying, attempts, stamp
from content.trying.frontier import Frontier, Walker
from content.trying.paths import End, Path, Trial
from content.trying.starts import AT, OPERATOR, Starts
from content.trying.worth import Worth

MOST_PATHS = 20_000
MOST_WORK = 400_000  # inputs on all paths together
WHILE_WAITING = 30_000  # of them, while somebody waits at a page for some seconds
MOST_INPUTS = 20_000  # on one path


def walk(instruction: Instruction, most: int = MOST_PATHS, work: int = MOST_WORK) -> Trial:
    """Walk every path, or `most` of them, where there are more or they would take more than `work` inputs in all."""
    worth = Worth(instruction)
    starts = Starts(instruction, worth)
    begun = (_came(instruction, Walker(run, order), None) for run, order in starts)
    frontier = Frontier(begun, starts.count)
    paths: list[Path] = []
    while len(paths) < most and work > 0 and (walker := frontier.next()) is not None:
        found = list(_on(instruction, walker, worth))
        end = _end(walker, found)
        if end is not None:
            paths.append(_path(instruction, walker, end))
        work -= max(1, len(found))
        frontier.add(found)
    reached = {step for path in paths for step in path.steps}
    return Trial(
        paths=tuple(paths),
        more=frontier.left + sum(path.end == "cut short" for path in paths),
        missed=tuple(step.id for step in instruction.steps if step.id not in reached),
    )


def _end(walker: Walker, found: list[Walker]) -> End | None:
    if not walker.run.open:
        return "completed" if walker.run.state is RunState.COMPLETED else "stopped"
    if walker.effort.inputs >= MOST_INPUTS:
        return "cut short"
    return None if found else "stuck"


def _on(instruction: Instruction, walker: Walker, worth: Worth) -> Iterator[Walker]:
    """Where one input more leads: one walker for each that makes a difference."""
    run = walker.run
    if not run.open or run.step is None or walker.effort.inputs >= MOST_INPUTS:
        return
    step = asked(instruction, run, run.step)
    if run.waiting is not None:
        yield from _rulings(instruction, walker, step)
        return
    if late := next((check for check in step.checks if _may_be_late(walker, step, check)), None):
        yield from _late(instruction, walker, step, late)
        return
    states = run.states(step.id)
    blocking = {check.id for check in evidence.unmet(step, states)}
    taken = evidence.accepting(step, states)
    optional = next((check for check in taken if _may_stay_open(walker, step, check, worth)), None)
    waiting = [check for check in taken if check.id in blocking]
    if optional is not None:
        yield from _attempted(instruction, walker, step, optional, worth)
        named = f"{step.id}.{optional.id}: left open"
        left = walker.left | {_visited(run, step, optional)}
        yield replace(walker, left=left, choices=(*walker.choices, named), branch=named)
    elif waiting:
        for check in _either(step, waiting, worth):
            yield from _attempted(instruction, walker, step, check, worth)
    else:
        yield from _told(instruction, walker, step, [(Tapped(step=step.id, **stamp(walker.tick)), "")])


def _may_stay_open(walker: Walker, step: Step, check: Check, worth: Worth) -> bool:
    """Whether it makes a difference that the step can be done without the check."""
    optional = not check.mandatory and not evidence.needs_nobody(check) and worth.matters(step, check)
    return optional and _visited(walker.run, step, check) not in walker.left


def _may_be_late(walker: Walker, step: Step, check: Check) -> bool:
    """Whether the check's longest time is still to be tried: to exceed it, and to keep within it."""
    leads = isinstance(check, Timer) and check.maximum is not None and check.bad_attempts is not None
    return leads and _visited(walker.run, step, check) not in walker.left


def _late(instruction: Instruction, walker: Walker, step: Step, check: Check) -> Iterator[Walker]:
    assert isinstance(check, Timer)
    assert check.maximum is not None
    decided = replace(walker, left=walker.left | {_visited(walker.run, step, check)})
    over = walker.tick + check.maximum // timedelta(microseconds=1) + 1
    named = f"{step.id}.{check.id}: too long"
    given = Ticked(at=AT, tick=over, by=OPERATOR)
    yield from _told(instruction, decided, step, [(given, named)])
    yield replace(decided, branch=spelled(step.id, check.id))


def _visited(run: Run, step: Step, check: Check) -> str:
    return f"{step.id}.{check.id} {run.visit}"


def _either(step: Step, waiting: list[Check], worth: Worth) -> list[Check]:
    """The checks of which any one would do, where it makes a difference which; else the first that waits."""
    if step.combine == "any":
        together = waiting
    else:
        loose = [group.checks for group in step.groups if group.combine == "any"]
        group = next((checks for checks in loose if waiting[0].id in checks), (waiting[0].id,))
        together = [check for check in waiting if check.id in group]
    return together if any(worth.matters(step, check) for check in together) else together[:1]


def _attempted(
    instruction: Instruction, walker: Walker, step: Step, check: Check, worth: Worth
) -> Iterator[Walker]:
    trying = Trying(instruction, worth, walker.run, walker.tick, step, check)
    yield from _told(instruction, walker, step, attempts(trying), spelled(step.id, check.id))


def _told(
    instruction: Instruction, walker: Walker, step: Step, inputs: Iterable[Tried], plain: str = ""
) -> Iterator[Walker]:
    """The walkers after each input that means something; `plain` names the one that needs no name."""
    for given, choice in inputs:
        facts = decide_at(instruction, walker.run, step, given)
        if not facts:
            continue
        after = fold(facts, walker.run)
        assert after is not None
        moved = Walker(
            run=after,
            order=walker.order,
            tick=given.tick,
            steps=walker.steps,
            choices=(*walker.choices, choice) if choice else walker.choices,
            branch=choice or plain,
            effort=walker.effort.with_input(step, given, walker.tick),
            ruled=walker.ruled,
            left=walker.left,
        )
        yield _came(instruction, moved, walker.run)


def _came(instruction: Instruction, walker: Walker, before: Run | None) -> Walker:
    """With the step that came up, if one did."""
    run = walker.run
    if run.step is None or (before is not None and run.visits == before.visits):
        return walker
    effort = walker.effort.with_step(instruction.step(run.step))
    return replace(walker, steps=(*walker.steps, run.step), effort=effort)


def _rulings(instruction: Instruction, walker: Walker, step: Step) -> Iterator[Walker]:
    check = walker.run.waiting
    assert check is not None
    name = f"{step.id}.{check}"
    rulings = [Ruling.CONTINUE, Ruling.STOP] if name in walker.ruled else list(Ruling)
    repeated = replace(walker, ruled=walker.ruled | {name})
    for ruling in rulings:
        given = Decided(step=step.id, check=check, ruling=ruling, supervisor=SUPERVISOR, **stamp(walker.tick))
        ruled = repeated if ruling is Ruling.REPEAT else walker
        yield from _told(instruction, ruled, step, [(given, f"{name}: supervisor says {ruling}")])


def _path(instruction: Instruction, walker: Walker, end: End) -> Path:
    effort = walker.effort
    return Path(
        order=walker.order,
        steps=walker.steps,
        choices=walker.choices,
        end=end,
        expected=effort.expected,
        taps=effort.taps,
        typed=effort.typed,
        scans=effort.scans,
        waits=effort.waits,
        why=_why(instruction, walker, end),
    )


def _why(instruction: Instruction, walker: Walker, end: End) -> str:
    if end == "cut short":
        return f"it was not followed beyond {MOST_INPUTS:,} inputs"
    if end != "stuck":
        return ""
    if walker.run.step is None:
        return "no step comes up"
    step = asked(instruction, walker.run, walker.run.step)
    waiting = evidence.unmet(step, walker.run.states(step.id))
    if not waiting:
        return f"step {step.id} does not move on"
    check = waiting[0]
    return f"step {step.id} waits for {check.id} ({check.kind} {evidence.expected(check)})".replace(" )", ")")
