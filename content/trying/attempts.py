"""What is tried at a check: good inputs, bad ones where failure leads somewhere, all that make a difference."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from content import evidence, patterns
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
from content.conditions import Known, spelled
from content.evidence import FRESH, CheckState
from content.example import example_of
from content.inputs import (
    Answered,
    CellGiven,
    CodeGiven,
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
from content.instruction import Instruction, Step
from content.record import Code
from content.run import Run
from content.situation import values
from content.trying.starts import AT, OPERATOR
from content.trying.worth import Worth
from content.values import Digest, PersonId, StepId

SUPERVISOR = PersonId("supervisor")
BEAT = 1_000_000  # microseconds between two inputs
Tried = tuple[Input, str]  # and, where it makes a difference, what it is in words


def stamp(tick: int) -> dict[str, Any]:
    """When and by whom the next input after `tick` is."""
    return {"at": AT, "tick": tick + BEAT, "by": OPERATOR}


@dataclass(frozen=True)
class Trying:
    """One check that an operator is about to try."""

    instruction: Instruction
    worth: Worth
    run: Run
    tick: int
    step: Step
    check: Check

    @cached_property
    def state(self) -> CheckState:
        """How far the check is."""
        return self.run.states(self.step.id).get(self.check.id, FRESH)

    @cached_property
    def known(self) -> Mapping[str, Known]:
        """What conditions know by now."""
        return values(self.instruction, self.run)

    @cached_property
    def stamp(self) -> dict[str, Any]:
        """When and by whom it is tried."""
        return stamp(self.tick)

    @property
    def here(self) -> dict[str, Any]:
        """That, and where."""
        return {"step": self.step.id, "check": self.check.id, **self.stamp}

    @property
    def key(self) -> str:
        """The name under which conditions know what the check takes."""
        return spelled(self.step.id, self.check.id)

    @cached_property
    def differs(self) -> bool:
        """Whether conditions look at what this attempt takes: at the last of several."""
        last = self.state.good + 1 >= evidence.needed(self.check)
        return last and self.worth.looked_at(self.key)

    def named(self, value: object) -> str:
        """What is tried, in words."""
        return f"{self.step.id}.{self.check.id}: {value}"


def attempts(trying: Trying) -> Iterator[Tried]:
    """The inputs that make a difference at the check."""
    check, state, worth = trying.check, trying.state, trying.worth
    remembered = not check.mandatory and worth.matters(
        trying.step, check
    )  # a bad one, when it is left at that
    counted = remembered or worth.fate(trying.step, check)
    fails = check.bad_attempts is not None and state.good == 0
    if fails or (counted and state.bad < worth.attempts(trying.step, check)):
        yield from _bad(trying, check)
        if state.bad and fails and not counted:  # who began to fail goes on until it leads somewhere
            return
    if check.not_applicable and worth.matters(trying.step, check):
        yield Waived(**trying.here), trying.named("not applicable")
    yield from ((given, trying.named(value) if value else "") for given, value in _good(trying, check))


def _bad(trying: Trying, check: Check) -> Iterator[Tried]:
    match check:
        case Scan():
            given = _wrong_code(trying, check)
            if given is not None:
                yield given, trying.named("code taken before" if given.text != "\x00" else "wrong code")
        case Choice():
            for option in (option for option in check.options if not option.good):
                yield Answered(answer=option.id, **trying.here), trying.named(option.id)
        case Number() | Measure() | Torque():
            for value in _outside(trying, trying.key, check):
                yield _reading(trying, check, value), trying.named(value)
            if isinstance(check, Torque) and check.low is None and check.high is None:
                given = TorqueGiven(
                    torque=Decimal(1),
                    unit=check.unit,
                    device=check.device or "tool",
                    ok=False,
                    **trying.stamp,
                )
                yield given, trying.named("not good")
        case Vision():
            device = check.device or "camera"
            given = VisionGiven(check=check.check, good=False, device=device, **trying.stamp)
            yield given, trying.named("not good")
            if check.ask == "supervisor":
                given = VisionGiven(check=check.check, good=None, why="trial", device=device, **trying.stamp)
                yield given, trying.named("cannot decide")
        case FreeText(pattern=str()):
            yield Answered(answer="\x00", **trying.here), trying.named("wrong words")
        case Table():
            row, column = _next_cell(trying, check)
            for value in _outside(trying, spelled(trying.step.id, check.id, row.id, column.id), column):
                yield _cell(trying, row, column, f"{value:f}"), trying.named(f"{row.id} {column.id} {value}")
        case _:
            return


def _wrong_code(trying: Trying, check: Scan) -> CodeGiven | None:
    """A code that the check refuses; None where it takes every one."""
    if (check.part, check.exact, check.pattern, check.gs1, check.same_as) != (None,) * 5:
        return CodeGiven(text="\x00", device="scanner", **trying.stamp)
    if check.unique == "station":
        return CodeGiven(text="USED", device="scanner", used=True, **trying.stamp)
    taken = (state.last for states in trying.run.checks.values() for state in states.values() if state.passed)
    again = next((last.text for last in taken if isinstance(last, Code)), None)
    return None if again is None else CodeGiven(text=again, device="scanner", **trying.stamp)


def _good(trying: Trying, check: Check) -> Iterator[Tried]:
    """Good inputs, each with its value in words where conditions look at it."""
    match check:
        case Confirm():
            yield Tapped(**trying.here), ""
        case Scan():
            yield from _codes(trying, check)
        case Choice():
            good = [option.id for option in check.options if option.good]
            for option in good if trying.differs else good[:1]:
                yield Answered(answer=option, **trying.here), option if trying.differs else ""
        case Checklist():
            item = next(item for item in check.items if item.id not in trying.state.answers)
            yield Answered(answer=item.id, **trying.here), ""
        case FreeText():
            example = (example_of(check.pattern) if check.pattern else None) or "text"
            for word in _words(trying, trying.key, example, lambda word: _takes(check, word)):
                yield Answered(answer=word, **trying.here), word if trying.differs else ""
        case Number() | Measure() | Torque():
            for value in _inside(trying, trying.key, check):
                yield _reading(trying, check, value), str(value) if trying.differs else ""
        case Table():
            row, column = _next_cell(trying, check)
            for answer, said in _answers(trying, check, row, column):
                yield _cell(trying, row, column, answer), said
        case SignOff():
            yield from _signatures(trying, check)
        case _:
            yield _single(trying, check), ""


def _single(trying: Trying, check: Check) -> Input:
    """The one good input of a check that takes no other."""
    match check:
        case Signal():
            return SignalGiven(
                signal=check.signal, on=check.expect, device=check.device or "io", **trying.stamp
            )
        case Vision():
            return VisionGiven(check=check.check, good=True, device=check.device or "camera", **trying.stamp)
        case Timer():
            later = trying.tick + (check.minimum or timedelta()) // timedelta(microseconds=1) + 1
            return Ticked(at=AT, tick=later, by=OPERATOR)
        case Photo():
            return PhotoGiven(photo=Digest("0" * 64), **trying.here)
        case _:
            return Ticked(at=AT, tick=trying.tick + 1, by=OPERATOR)


def _signatures(trying: Trying, check: SignOff) -> Iterator[Tried]:
    other = check.second_person or check.role not in {None, "operator"}
    plain = SUPERVISOR if other else OPERATOR
    people = _words(trying, trying.key, plain, lambda who: not (check.second_person and who == OPERATOR))
    for person in people:
        given = Signed(person=PersonId(person), role=check.role or "operator", **trying.here)
        yield given, person if trying.differs else ""


def _codes(trying: Trying, check: Scan) -> Iterator[Tried]:
    number = trying.tick // BEAT
    elements = {ai: f"V{number}" if held == "*" else held for ai, held in (check.gs1 or {}).items()}
    free = (check.part, check.exact, check.same_as) == (None,) * 3
    plain = _fitting_code(trying, check, f"CODE-{number}")
    for text in _words(trying, trying.key, plain, lambda text: _scans(check, text)) if free else [plain]:
        given = CodeGiven(
            text=text, device="scanner", part_number=check.part, elements=elements, **trying.stamp
        )
        yield given, text if trying.differs and free else ""


def _fitting_code(trying: Trying, check: Scan, free: str) -> str:
    if check.same_as is not None:
        step, _, other = check.same_as.partition(".")
        states = {str(name): state for name, state in trying.run.states(StepId(step)).items()}
        last = states.get(other, FRESH).last
        return last.text if isinstance(last, Code) else ""
    if check.pattern is not None:
        return example_of(check.pattern) or ""
    return check.part or check.exact or free


def _scans(check: Scan, text: str) -> bool:
    return len(text) > 0 and (check.pattern is None or patterns.fits(check.pattern, text))


def _takes(check: FreeText, words: str) -> bool:
    return 0 < len(words) == len(words.strip()) and (
        check.pattern is None or patterns.fits(check.pattern, words)
    )


def _words(trying: Trying, name: str, plain: str, fits: Callable[[str], bool]) -> tuple[str, ...]:
    """The plain text alone where no condition looks."""
    if not (trying.differs or trying.worth.looked_at(name)):
        return (plain,)
    return trying.worth.words(name, trying.known, (plain,), fits) or (plain,)


def middle(check: Measure | Torque | Number | Column) -> Decimal | None:
    """The target, or a value well inside the limits; None where nothing lies within them."""
    low, high = check.low, check.high
    near: list[Decimal | None] = [check.target, low, high, Decimal(0)]
    if low is not None and high is not None and low.is_finite() and high.is_finite():
        near.insert(1, (low + high) / 2)
    return next((value for value in near if value is not None and evidence.within(value, low, high)), None)


def _inside(trying: Trying, name: str, check: Measure | Torque | Number | Column) -> tuple[Decimal, ...]:
    plain = middle(check)
    if plain is None:
        return ()
    if not trying.worth.looked_at(name) or not (trying.differs or isinstance(check, Column)):
        return (plain,)
    also = [plain, *(edge for edge in (check.low, check.high) if edge is not None)]
    return trying.worth.numbers(name, trying.known, also, check.low, check.high) or (plain,)


def _outside(trying: Trying, name: str, check: Measure | Torque | Number | Column) -> tuple[Decimal, ...]:
    """Values beyond the limits: on either side where a condition looks at them; none where nothing limits them."""
    beyond = [check.high + 1] if check.high is not None else []
    if check.low is not None:
        beyond.append(check.low - 1 if check.low.is_finite() else Decimal(0))
    if not trying.worth.looked_at(name):
        return tuple(beyond[:1])
    return trying.worth.numbers(name, trying.known, beyond, check.low, check.high, outside=True)


def _reading(trying: Trying, check: Number | Measure | Torque, value: Decimal) -> Input:
    match check:
        case Number():
            return Answered(answer=f"{value:f}", **trying.here)
        case Measure():
            return ValueGiven(value=value, unit=check.unit, device=check.device or "gauge", **trying.stamp)
        case Torque():
            angle = check.angle_low if check.angle_low is not None else check.angle_high
            device = check.device or "tool"
            return TorqueGiven(torque=value, unit=check.unit, device=device, angle=angle, **trying.stamp)


def _next_cell(trying: Trying, check: Table) -> tuple[Row, Column]:
    held = trying.state.answers
    cells = ((row, column) for row in check.rows for column in check.columns)
    return next((row, column) for row, column in cells if f"{row.id}.{column.id}" not in held)


def _answers(trying: Trying, check: Table, row: Row, column: Column) -> Iterator[tuple[str, str]]:
    """What fits into the cell, each with what it is in words where a condition looks at the cell."""
    name = spelled(trying.step.id, check.id, row.id, column.id)
    if column.type == "text":
        found = _words(trying, name, "text", lambda words: 0 < len(words) == len(words.strip()))
    else:
        found = tuple(f"{value:f}" for value in _inside(trying, name, column))
    for answer in found:
        yield answer, f"{row.id} {column.id} {answer}" if trying.worth.looked_at(name) else ""


def _cell(trying: Trying, row: Row, column: Column, answer: str) -> CellGiven:
    return CellGiven(row=row.id, column=column.id, answer=answer, **trying.here)
