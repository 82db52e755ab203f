"""The dry run: a simulated operator with simulated readings walks every path of an instruction, with the real decider.

Where conditions look at an answer or a reading, all that make a difference are tried; so are the bad attempts that lead
somewhere. Each path tells what it costs the operator: taps, scans, readings waited for, and the expected time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any, Literal

from content import evidence
from content.checks import (
    Check,
    Checklist,
    Choice,
    Column,
    Confirm,
    FreeText,
    Measure,
    Number,
    Photo,
    Row,
    Scan,
    Signal,
    SignOff,
    Table,
    Timer,
    Torque,
    Vision,
)
from content.conditions import spelled
from content.decide import begin, decide
from content.evidence import FRESH
from content.example import example_of
from content.inputs import (
    Answered,
    CellGiven,
    CodeGiven,
    Decided,
    Input,
    PhotoGiven,
    Ruling,
    SignalGiven,
    Signed,
    Started,
    Tapped,
    Ticked,
    TorqueGiven,
    Unit,
    ValueGiven,
    VisionGiven,
    Waived,
)
from content.instruction import Instruction, Step
from content.record import Code
from content.run import Run, RunState, fold
from content.scope import expressions
from content.situation import asked
from content.values import Digest, PersonId, RunId, StepId

MOST_PATHS = 20_000
MOST_INPUTS = 20_000  # on one path
AT = datetime(2026, 1, 1, tzinfo=UTC)
OPERATOR, SUPERVISOR = PersonId("operator"), PersonId("supervisor")
TAPPED = (Tapped, Answered, CellGiven, PhotoGiven, Waived)
End = Literal["completed", "stopped", "stuck"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One way through the instruction; `why` says what a stuck one waits for in vain."""

    order: str  # what the work order says, where it matters
    steps: tuple[StepId, ...]
    choices: tuple[str, ...]  # the answers and failures that led this way
    end: End
    expected: timedelta
    taps: int
    scans: int
    waits: int  # readings, signals and dwells that somebody waits for
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Every path that was found; `all_walked` is false where there are more than were walked."""

    paths: tuple[Path, ...]
    all_walked: bool

    @property
    def stuck(self) -> tuple[Path, ...]:
        """The paths that cannot be finished."""
        return tuple(path for path in self.paths if path.end == "stuck")


@dataclass(frozen=True, slots=True)
class _Walker:
    """How far one path is."""

    run: Run
    order: str
    tick: int = 0
    steps: tuple[StepId, ...] = ()
    choices: tuple[str, ...] = ()
    expected: timedelta = timedelta()
    taps: int = 0
    scans: int = 0
    waits: int = 0
    inputs: int = 0
    ruled: frozenset[str] = field(
        default_factory=frozenset[str]
    )  # failures that a supervisor had tried again


def walk(instruction: Instruction, most: int = MOST_PATHS) -> Trial:
    """Walk every path, or `most` of them where there are more."""
    weights = _Weights(instruction)
    paths: list[Path] = []
    waiting = list(_starts(instruction, weights))
    while waiting and len(paths) < most:
        walker = waiting.pop()
        if not walker.run.open:
            end: End = "completed" if walker.run.state is RunState.COMPLETED else "stopped"
            paths.append(_path(walker, end))
            continue
        found = list(_on(instruction, walker, weights))
        if found:
            waiting += reversed(found)
        else:
            paths.append(_path(walker, "stuck", _why(instruction, walker)))
    return Trial(paths=tuple(paths), all_walked=not waiting)


class _Weights:
    """What conditions look at: only that is worth more than one answer."""

    def __init__(self, instruction: Instruction) -> None:
        self.texts = tuple(text for _, text, _ in expressions(instruction))
        self.used = instruction.names_used

    def looked_at(self, step: Step, check: Check) -> bool:
        """Whether any condition depends on what the check takes."""
        name = spelled(step.id, check.id)
        return any(each == name or each.startswith(f"{name}.") for each in self.used)

    def numbers(self, name: str) -> list[Decimal]:
        """Values on either side of every number that `name` is compared with."""
        found: set[Decimal] = set()
        for text in self.texts:
            if name in text:
                for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", text):
                    found |= {
                        Decimal(number) - Decimal("0.5"),
                        Decimal(number),
                        Decimal(number) + Decimal("0.5"),
                    }
        return sorted(found)

    def words(self, name: str) -> list[str]:
        """Every text that `name` is compared with, and one that it is not."""
        found = {
            word for text in self.texts if name in text for word in re.findall(r"""["']([^"']*)["']""", text)
        }
        return [*sorted(found), "other"]


def _starts(instruction: Instruction, weights: _Weights) -> Iterator[_Walker]:
    said = [_spellings(instruction, weights, parameter.id) for parameter in instruction.parameters]
    fitted = [[(), (option.id,)] if "options" in weights.used else [()] for option in instruction.options]
    for values in product(*said):
        for options in product(*fitted):
            parameters = dict(zip((p.id for p in instruction.parameters), values, strict=True))
            chosen = tuple(each for group in options for each in group)
            started = Started(
                run=RunId("trial"),
                release=Digest("0" * 64),
                document=instruction.id,
                revision=instruction.revision,
                station="trial",
                unit=Unit(serial="TRIAL-1"),
                parameters={name: value for name, value in parameters.items() if value is not None},
                options=chosen,
                at=AT,
                tick=0,
                by=OPERATOR,
            )
            run = fold(begin(instruction, started))
            assert run is not None
            told = [f"{name}={value}" for name, value in started.parameters.items()] + list(chosen)
            yield _entered(instruction, _Walker(run, ", ".join(told)), None)


def _spellings(instruction: Instruction, weights: _Weights, name: str) -> list[str | None]:
    parameter = next(each for each in instruction.parameters if each.id == name)
    key = spelled("order", name)
    default = None if parameter.default is None else str(parameter.default)
    if key not in weights.used:
        return [default if default is not None else {"flag": "true", "number": "1"}.get(parameter.type, "x")]
    match parameter.type:
        case "choice":
            return list(parameter.choices)
        case "flag":
            return ["true", "false"]
        case "number":
            return [str(number) for number in weights.numbers(key)] or [default or "1"]
        case "text":
            return list(weights.words(key))


def _on(instruction: Instruction, walker: _Walker, weights: _Weights) -> Iterator[_Walker]:
    """Where one input more leads: one walker for each that makes a difference."""
    run = walker.run
    if run.step is None or walker.inputs > MOST_INPUTS:
        return
    step = asked(instruction, run, run.step)
    if run.waiting is not None:
        yield from _rulings(instruction, walker, step)
        return
    states = run.states(step.id)
    blocking = {check.id for check in evidence.unmet(step, states)}
    waiting = [check for check in evidence.accepting(step, states) if check.id in blocking]
    if not waiting:
        yield from _told(instruction, walker, [(_tap(walker, step), "")])
        return
    for check in _either(step, waiting, weights):
        yield from _told(instruction, walker, list(_inputs(walker, step, check, weights)))


def _either(step: Step, waiting: list[Check], weights: _Weights) -> list[Check]:
    """The checks of which any one would do, where it makes a difference which; else the first that waits."""
    if step.combine == "any":
        together = waiting
    else:
        loose = [group.checks for group in step.groups if group.combine == "any"]
        group = next((checks for checks in loose if waiting[0].id in checks), (waiting[0].id,))
        together = [check for check in waiting if check.id in group]
    looked_at = any(weights.looked_at(step, check) for check in together)
    return together if looked_at else together[:1]


def _told(instruction: Instruction, walker: _Walker, inputs: list[tuple[Input, str]]) -> Iterator[_Walker]:
    for given, choice in inputs:
        facts = decide(instruction, walker.run, given)
        if not facts:
            continue
        after = fold(facts, walker.run)
        assert after is not None
        moved = replace(
            walker,
            run=after,
            tick=given.tick,
            choices=(*walker.choices, choice) if choice else walker.choices,
            taps=walker.taps + isinstance(given, TAPPED),
            scans=walker.scans + isinstance(given, CodeGiven | Signed | Decided),
            waits=walker.waits
            + isinstance(given, ValueGiven | TorqueGiven | SignalGiven | VisionGiven | Ticked),
            inputs=walker.inputs + 1,
        )
        yield _entered(instruction, moved, walker.run)


def _entered(instruction: Instruction, walker: _Walker, before: Run | None) -> _Walker:
    run = walker.run
    came_up = run.step is not None and (before is None or run.visits != before.visits)
    if not came_up or run.step is None:
        return walker
    expected = instruction.step(run.step).standard_time or timedelta()
    return replace(walker, steps=(*walker.steps, run.step), expected=walker.expected + expected)


def _stamp(walker: _Walker) -> dict[str, Any]:
    return {"at": AT, "tick": walker.tick + 1_000_000, "by": OPERATOR}


def _tap(walker: _Walker, step: Step) -> Tapped:
    return Tapped(step=step.id, **_stamp(walker))


def _rulings(instruction: Instruction, walker: _Walker, step: Step) -> Iterator[_Walker]:
    check = walker.run.waiting
    assert check is not None
    name = f"{step.id}.{check}"
    rulings = [Ruling.CONTINUE, Ruling.STOP] if name in walker.ruled else list(Ruling)
    for ruling in rulings:
        given = Decided(step=step.id, check=check, ruling=ruling, supervisor=SUPERVISOR, **_stamp(walker))
        ruled = replace(walker, ruled=walker.ruled | {name})
        yield from _told(instruction, ruled, [(given, f"{name}: supervisor says {ruling}")])


@dataclass(frozen=True, slots=True)
class _Trying:
    """What is tried at one check, and what about it makes a difference."""

    walker: _Walker
    step: Step
    weights: _Weights
    looked: bool  # conditions look at it
    fails: bool  # a bad attempt leads somewhere

    def named(self, check: Check, value: object) -> str:
        return f"{self.step.id}.{check.id}: {value}" if self.looked or self.fails else ""


def _inputs(walker: _Walker, step: Step, check: Check, weights: _Weights) -> Iterator[tuple[Input, str]]:
    """The inputs that make a difference: good ones, and bad ones where failure leads somewhere."""
    state = walker.run.states(step.id).get(check.id, FRESH)
    fails = check.bad_attempts is not None and state.good == 0
    trying = _Trying(walker, step, weights, weights.looked_at(step, check), fails)
    if fails:
        yield from _bad(trying, check)
        if state.bad:  # who began to fail goes on until it leads somewhere
            return
    if check.not_applicable and spelled("passed", step.id, check.id) in weights.used:
        yield Waived(step=step.id, check=check.id, **_stamp(walker)), f"{step.id}.{check.id}: not applicable"
    yield from _good(trying, check)


def _bad(trying: _Trying, check: Check) -> Iterator[tuple[Input, str]]:
    step, stamp = trying.step, _stamp(trying.walker)
    match check:
        case Scan():
            yield CodeGiven(text="\x00", device="scanner", **stamp), trying.named(check, "wrong code")
        case Choice():
            for option in (option for option in check.options if not option.good):
                given = Answered(step=step.id, check=check.id, answer=option.id, **stamp)
                yield given, trying.named(check, option.id)
        case Number() | Measure() | Torque():
            bad = check.high + 1 if check.high is not None else (check.low or Decimal(0)) - 1
            yield _reading(trying, check, bad), trying.named(check, bad)
        case Vision():
            device = check.device or "camera"
            given = VisionGiven(check=check.check, good=False, device=device, **stamp)
            yield given, trying.named(check, "not good")
        case FreeText(pattern=str()):
            given = Answered(step=step.id, check=check.id, answer="\x00", **stamp)
            yield given, trying.named(check, "wrong words")
        case Table():
            row, column = _next_cell(trying, check)
            if column.limited:
                bad = column.high + 1 if column.high is not None else (column.low or Decimal(0)) - 1
                yield _cell(trying, check, row, column, f"{bad:f}"), trying.named(check, bad)
        case _:
            return


def _good(trying: _Trying, check: Check) -> Iterator[tuple[Input, str]]:
    walker, step, weights, stamp = trying.walker, trying.step, trying.weights, _stamp(trying.walker)
    key = spelled(step.id, check.id)
    match check:
        case Confirm():
            yield Tapped(step=step.id, check=check.id, **stamp), ""
        case Scan():
            yield _code(walker, check, stamp), ""
        case Choice():
            good = [option for option in check.options if option.good]
            for option in good if trying.looked else good[:1]:
                given = Answered(step=step.id, check=check.id, answer=option.id, **stamp)
                yield given, trying.named(check, option.id)
        case Checklist():
            ticked = walker.run.states(step.id).get(check.id, FRESH).answers
            item = next(item for item in check.items if item.id not in ticked)
            yield Answered(step=step.id, check=check.id, answer=item.id, **stamp), ""
        case FreeText():
            example = example_of(check.pattern) if check.pattern else "text"
            words = weights.words(key) if trying.looked else [example or ""]
            for word in words:
                yield Answered(step=step.id, check=check.id, answer=word, **stamp), trying.named(check, word)
        case Number() | Measure() | Torque():
            near = weights.numbers(key) if trying.looked else []
            found = [middle(check), *(each for each in near if evidence.within(each, check.low, check.high))]
            for value in dict.fromkeys(found):
                yield _reading(trying, check, value), trying.named(check, value)
        case _:
            yield _single(trying, check), ""


def _single(trying: _Trying, check: Check) -> Input:
    """The one good input of a check that takes no other."""
    walker, step, stamp = trying.walker, trying.step, _stamp(trying.walker)
    match check:
        case Signal():
            return SignalGiven(signal=check.signal, on=check.expect, device=check.device or "io", **stamp)
        case Vision():
            return VisionGiven(check=check.check, good=True, device=check.device or "camera", **stamp)
        case Timer():
            later = walker.tick + (check.minimum or timedelta()) // timedelta(microseconds=1) + 1
            return Ticked(at=AT, tick=later, by=OPERATOR)
        case Table():
            row, column = _next_cell(trying, check)
            return _cell(trying, check, row, column, _fitting(column))
        case Photo():
            return PhotoGiven(step=step.id, check=check.id, photo=Digest("0" * 64), **stamp)
        case SignOff():
            other = check.second_person or check.role not in {None, "operator"}
            who = SUPERVISOR if other else OPERATOR
            return Signed(step=step.id, check=check.id, person=who, role=check.role or "operator", **stamp)
        case _:
            return Ticked(at=AT, tick=walker.tick + 1, by=OPERATOR)


def _reading(trying: _Trying, check: Number | Measure | Torque, value: Decimal) -> Input:
    stamp = _stamp(trying.walker)
    match check:
        case Number():
            return Answered(step=trying.step.id, check=check.id, answer=f"{value:f}", **stamp)
        case Measure():
            return ValueGiven(value=value, unit=check.unit, device=check.device or "gauge", **stamp)
        case Torque():
            angle = check.angle_low if check.angle_low is not None else check.angle_high
            device = check.device or "tool"
            return TorqueGiven(torque=value, unit=check.unit, device=device, angle=angle, **stamp)


def _code(walker: _Walker, check: Scan, stamp: dict[str, Any]) -> CodeGiven:
    if check.same_as is not None:
        step, _, other = check.same_as.partition(".")
        last = walker.run.states(StepId(step)).get(other, FRESH).last  # type: ignore[call-overload] - names of checks
        text = last.text if isinstance(last, Code) else ""
    elif check.pattern is not None:
        text = example_of(check.pattern) or ""
    else:
        text = check.part or check.exact or f"CODE-{walker.inputs}"
    elements = {ai: f"V{walker.inputs}" if held == "*" else held for ai, held in (check.gs1 or {}).items()}
    return CodeGiven(text=text, device="scanner", part_number=check.part, elements=elements, **stamp)


def middle(check: Measure | Torque | Number) -> Decimal:
    """A value well inside the limits."""
    if check.target is not None:
        return check.target
    if check.low is not None and check.high is not None:
        return (check.low + check.high) / 2
    return check.low if check.low is not None else check.high or Decimal(0)


def _next_cell(trying: _Trying, check: Table) -> tuple[Row, Column]:
    held = trying.walker.run.states(trying.step.id).get(check.id, FRESH).answers
    cells = ((row, column) for row in check.rows for column in check.columns)
    return next((row, column) for row, column in cells if f"{row.id}.{column.id}" not in held)


def _cell(trying: _Trying, check: Table, row: Row, column: Column, answer: str) -> CellGiven:
    stamp = _stamp(trying.walker)
    return CellGiven(
        step=trying.step.id, check=check.id, row=row.id, column=column.id, answer=answer, **stamp
    )


def _fitting(column: Column) -> str:
    """What fits into a cell of the column."""
    if column.type == "text":
        return "text"
    low, high = column.low, column.high
    good = (low + high) / 2 if low is not None and high is not None else low if low is not None else high
    return f"{good or Decimal(0):f}"


def _path(walker: _Walker, end: End, why: str = "") -> Path:
    return Path(
        order=walker.order,
        steps=walker.steps,
        choices=walker.choices,
        end=end,
        expected=walker.expected,
        taps=walker.taps,
        scans=walker.scans,
        waits=walker.waits,
        why=why,
    )


def _why(instruction: Instruction, walker: _Walker) -> str:
    if walker.run.step is None:
        return "no step comes up"
    step = asked(instruction, walker.run, walker.run.step)
    waiting = evidence.unmet(step, walker.run.states(step.id))
    if not waiting:
        return f"step {step.id} does not move on"
    check = waiting[0]
    return f"step {step.id} waits for {check.id} ({check.kind} {evidence.expected(check)})".replace(" )", ")")
