"""The pure run: `decide` turns document, state and input into facts; `evolve` turns a state and a fact into a state.

                 ┌──────────────▶ ABORTED ◀─────┐
    READY ──▶ RUNNING ◀──────────────────▶ HELD ┘
                 └──────────────▶ COMPLETED

Nothing else may change a run. So it can be taken up after a power cut, replayed for a reviewer,
and tested by the thousand without a screen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from enum import StrEnum
from functools import reduce
from operator import attrgetter

from content.deviation import DeviationKind
from content.evidence import FRESH, CheckState
from content.inputs import Ruling, Unit
from content.record import (
    Answer,
    Cell,
    CheckFailed,
    CheckPassed,
    DeviationRaised,
    FailureRuled,
    ManualEntryAllowed,
    PictureDoubted,
    ReadingRefused,
    RouteTaken,
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
    StepSkipped,
    SupervisorNeeded,
    Tightening,
)
from content.values import CheckId, Digest, DocumentId, PersonId, RunId, StepId


class RunState(StrEnum):
    """The dispatch states of ISA-95 (IEC 62264-2)."""

    READY = "ready"
    RUNNING = "running"
    HELD = "held"
    COMPLETED = "completed"
    ABORTED = "aborted"


MOVES = {
    (RunState.READY, RunState.RUNNING),
    (RunState.RUNNING, RunState.HELD),
    (RunState.HELD, RunState.RUNNING),
    (RunState.RUNNING, RunState.COMPLETED),
    (RunState.RUNNING, RunState.ABORTED),
    (RunState.HELD, RunState.ABORTED),
}


class IllegalMove(Exception):
    """A fact that cannot follow the run's state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of one release on one unit: the fold of its facts."""

    id: RunId
    release: Digest
    document: DocumentId
    revision: int
    station: str
    unit: Unit
    by: PersonId | None
    expected: timedelta | None
    started: int  # tick
    state: RunState = RunState.READY
    step: StepId | None = None
    visits: Mapping[StepId, int] = field(default_factory=dict[StepId, int])
    checks: Mapping[StepId, Mapping[CheckId, CheckState]] = field(
        default_factory=dict[StepId, Mapping[CheckId, CheckState]]
    )
    done: frozenset[StepId] = frozenset()
    skipped: frozenset[StepId] = frozenset()
    frontier: StepId | None = None  # how far the flow has come; the operator may be looking back
    routes: Mapping[StepId, StepId | None] = field(
        default_factory=dict[StepId, StepId | None]
    )  # other than the next
    taken: Mapping[str, int] = field(default_factory=dict[str, int])  # how often each bounded way was taken
    waiting: CheckId | None = None  # its failure waits for a supervisor
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    options: tuple[str, ...] = ()
    since: int = 0  # tick of the fact that opened the current span
    elapsed: timedelta = timedelta()  # of this visit of the step, up to `since`
    held: timedelta = timedelta()
    elapsed_before: timedelta = timedelta()  # of all visits before this one
    held_before: timedelta = timedelta()
    marked: frozenset[str] = frozenset()  # what was raised or refused in this visit, so that it is said once
    deviations: int = 0
    results: frozenset[tuple[str, int]] = frozenset()  # device and number of tightenings: none counts twice

    def to(self, state: RunState) -> "Run":
        """The run in that state; raises IllegalMove when the drawing above has no such arrow."""
        if (self.state, state) not in MOVES:
            message = f"run {self.id}: {self.state} -> {state}"
            raise IllegalMove(message)
        return _with(self, state=state)

    @property
    def open(self) -> bool:
        """Whether the run still goes on."""
        return self.state in {RunState.READY, RunState.RUNNING, RunState.HELD}

    @property
    def visit(self) -> int:
        """How often the current step has come up; 0 before the first."""
        return 0 if self.step is None else self.visits.get(self.step, 0)

    def states(self, step: StepId) -> Mapping[CheckId, CheckState]:
        """How far the checks of a step are."""
        return self.checks.get(step, {})

    def elapsed_at(self, tick: int) -> timedelta:
        """Time in this visit of the step at `tick`, pauses and interruptions left out."""
        return self.elapsed + self._span(tick) if self.state is RunState.RUNNING else self.elapsed

    def held_at(self, tick: int) -> timedelta:
        """Time that this visit of the step was paused or interrupted, at `tick`."""
        return self.held + self._span(tick) if self.state is RunState.HELD else self.held

    def _span(self, tick: int) -> timedelta:
        return timedelta(microseconds=max(0, tick - self.since))


_FIELDS = tuple(each.name for each in fields(Run))
_held = attrgetter(*_FIELDS)
_SETTERS = tuple(getattr(Run, name).__set__ for name in _FIELDS)


def _with(run: Run, **changes: object) -> Run:
    """`dataclasses.replace` in a third of its time: records of years and dry runs are folds of nothing else."""
    made = object.__new__(Run)
    for put, value in zip(_SETTERS, _held(run), strict=True):
        put(made, value)
    for name, value in changes.items():
        object.__setattr__(made, name, value)
    return made


def evolve(run: Run | None, fact: RunFact) -> Run:
    """The run after `fact`; raises IllegalMove when the fact cannot follow."""
    if isinstance(fact, RunStarted):
        if run is not None:
            message = f"run {fact.run} was started twice"
            raise IllegalMove(message)
        return _started(fact)
    if run is None:
        message = f"run {fact.run} has no beginning"
        raise IllegalMove(message)
    if not run.open:
        message = f"run {run.id} is {run.state}; nothing follows"
        raise IllegalMove(message)
    if fact.by is not None and fact.by != run.by:
        run = _with(run, by=fact.by)
    return _evolve_open(run, fact)


def _evolve_open(run: Run, fact: RunFact) -> Run:
    match fact:
        case StepEntered():
            return _entered(run, fact)
        case CheckPassed() | CheckFailed():
            return _attempted(run, fact)
        case StepCompleted():
            return _with(_left(run, fact), done=run.done | {fact.step})
        case StepLeft():
            return _left(run, fact)
        case StepSkipped():
            return _with(run, skipped=run.skipped | {fact.step})
        case RouteTaken():
            return _routed(run, fact)
        case SupervisorNeeded():
            return _with(_clocked(run, fact.tick).to(RunState.HELD), waiting=fact.check)
        case FailureRuled():
            return _ruled(run, fact)
        case ManualEntryAllowed():
            states = run.states(fact.step)
            after = replace(states.get(fact.check, FRESH), manual=True)
            return _with(run, checks={**run.checks, fact.step: {**states, fact.check: after}})
        case PictureDoubted():
            return _doubted(run, fact)
        case DeviationRaised():
            return _with(
                run, deviations=run.deviations + 1, marked=run.marked | {mark(fact.kind, fact.check)}
            )
        case ReadingRefused():
            return _with(run, marked=run.marked | {f"refused {fact.device} {fact.expected}"})
        case RunHeld():
            return _clocked(run, fact.tick).to(RunState.HELD)
        case RunContinued():
            return _clocked(run, fact.tick).to(RunState.RUNNING)
        case RunInterrupted():
            return _interrupted(run, fact)
        case RunCompleted():
            return run.to(RunState.COMPLETED)
        case RunAborted():
            return _clocked(run, fact.tick).to(RunState.ABORTED)
        case RunStarted():
            message = f"run {run.id} was started twice"
            raise IllegalMove(message)


def fold(facts: Iterable[RunFact], run: Run | None = None) -> Run | None:
    """The run after all of `facts`."""
    return reduce(evolve, facts, run)


def mark(kind: DeviationKind, check: CheckId | None) -> str:
    """The name under which a run remembers that a deviation was raised in this visit."""
    return f"{kind} {check or ''}".strip()


def way(step: StepId, *, rule: int | None = None, check: CheckId | None = None) -> str:
    """The name under which a run counts how often a bounded way was taken."""
    return f"{step} {rule if check is None else check}"


def _started(fact: RunStarted) -> Run:
    run = Run(
        id=fact.run,
        release=fact.release,
        document=fact.document,
        revision=fact.revision,
        station=fact.station,
        unit=fact.unit,
        by=fact.by,
        expected=fact.expected,
        started=fact.tick,
        since=fact.tick,
        parameters=fact.parameters,
        options=fact.options,
    )
    return run.to(RunState.RUNNING)


def _entered(run: Run, fact: StepEntered) -> Run:
    return _with(
        run,
        step=fact.step,
        visits={**run.visits, fact.step: fact.visit},
        since=fact.tick,
        elapsed=timedelta(),
        held=timedelta(),
        elapsed_before=run.elapsed_before + run.elapsed,
        held_before=run.held_before + run.held,
        marked=frozenset[str](),
        skipped=run.skipped - {fact.step},
        frontier=fact.step if run.frontier is None or run.frontier in run.done else run.frontier,
    )


def _routed(run: Run, fact: RouteTaken) -> Run:
    counted = way(fact.step, rule=fact.rule, check=fact.check)
    checks = {step: states for step, states in run.checks.items() if step not in fact.anew}
    return _with(
        run,
        frontier=fact.to if fact.to is not None else run.frontier,
        routes={**run.routes, fact.step: fact.to},
        taken={**run.taken, counted: run.taken.get(counted, 0) + 1},
        done=run.done.difference(fact.anew),
        skipped=run.skipped.difference(fact.anew),
        checks=checks,
    )


def _ruled(run: Run, fact: FailureRuled) -> Run:
    states = run.states(fact.step)
    before = states.get(fact.check, FRESH)
    conceded = fact.ruling is Ruling.CONTINUE
    after = replace(before, bad=0, passed=before.passed or conceded, conceded=conceded, doubt=None)
    checks = {**run.checks, fact.step: {**states, fact.check: after}}
    ruled = _with(run, checks=checks, waiting=None)
    return ruled if fact.ruling is Ruling.STOP else _clocked(ruled, fact.tick).to(RunState.RUNNING)


def _doubted(run: Run, fact: PictureDoubted) -> Run:
    states = run.states(fact.step)
    after = replace(states.get(fact.check, FRESH), doubt=fact)
    return _with(run, checks={**run.checks, fact.step: {**states, fact.check: after}})


def _attempted(run: Run, fact: CheckPassed | CheckFailed) -> Run:
    states = run.states(fact.step)
    before = states.get(fact.check, FRESH)
    if isinstance(fact.evidence, Cell):
        before = _with_cell(before, fact.evidence, good=isinstance(fact, CheckPassed))
    if isinstance(fact, CheckPassed):
        after = replace(
            before,
            attempts=fact.attempt,
            good=len(before.answers) if before.cells else before.good + 1,
            answers=before.answers | _answer(fact),
            passed=fact.met,
            last=fact.evidence,
            failed=None,
            doubt=None,
        )
    else:
        after = replace(
            before,
            attempts=fact.attempt,
            bad=before.bad + 1,
            passed=False,
            last=fact.evidence,
            failed=fact.expected,
            doubt=None,
        )
    results = run.results
    if isinstance(fact.evidence, Tightening) and fact.evidence.result is not None:
        results |= {(fact.evidence.device, fact.evidence.result)}
    return _with(run, checks={**run.checks, fact.step: {**states, fact.check: after}}, results=results)


def _answer(fact: CheckPassed) -> frozenset[str]:
    return frozenset({fact.evidence.answer}) if isinstance(fact.evidence, Answer) else frozenset()


def _with_cell(before: CheckState, cell: Cell, *, good: bool) -> CheckState:
    """A cell can be typed again; the good ones are counted once each."""
    name = frozenset({f"{cell.row}.{cell.column}"})
    answers = before.answers | name if good else before.answers - name
    return replace(
        before, cells={**before.cells, **dict.fromkeys(name, cell)}, answers=answers, good=len(answers)
    )


def _left(run: Run, fact: StepCompleted | StepLeft) -> Run:
    return _with(run, since=fact.tick, elapsed=fact.elapsed, held=fact.held)


def _clocked(run: Run, tick: int) -> Run:
    return _with(run, since=max(tick, run.since), elapsed=run.elapsed_at(tick), held=run.held_at(tick))


def _interrupted(run: Run, fact: RunInterrupted) -> Run:
    clocked = _clocked(run, fact.tick)
    if run.state is not RunState.RUNNING:
        return clocked
    return _with(clocked, elapsed=clocked.elapsed - fact.gap, held=clocked.held + fact.gap)
