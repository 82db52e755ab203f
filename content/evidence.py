"""What a step asks for, what is still unmet, and how a reading is judged against a check."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from content import patterns, units
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
    Scan,
    Signal,
    SignOff,
    Table,
    Timer,
    Torque,
    Vision,
)
from content.inputs import (
    Answered,
    CellGiven,
    CodeGiven,
    PhotoGiven,
    SignalGiven,
    Signed,
    TorqueGiven,
    ValueGiven,
    VisionGiven,
)
from content.instruction import Instruction, Step
from content.record import (
    Answer,
    Cell,
    Code,
    Dwell,
    Evidence,
    NotApplicable,
    Photograph,
    PictureDoubted,
    Seen,
    Signature,
    Switch,
    Tap,
    Tightening,
    Value,
)
from content.values import LONGEST_TEXT, CheckId


@dataclass(frozen=True, slots=True)
class CheckState:
    """How far one check is: attempts so far, good ones, and the latest evidence."""

    attempts: int = 0
    good: int = 0
    bad: int = 0  # since it was last begun or a supervisor had it tried again
    passed: bool = False
    conceded: bool = False  # passed because a supervisor said so
    manual: bool = False  # a supervisor lets it be entered by hand
    last: Evidence | None = None
    answers: frozenset[str] = frozenset()  # the good ones of a person, each once
    cells: Mapping[str, Cell] = field(default_factory=dict[str, Cell])  # ROW.COLUMN -> what stands there
    failed: str | None = None  # what had been expected, when the latest attempt was not good
    doubt: PictureDoubted | None = None  # a camera could not decide: a person does, or it looks again


@dataclass(frozen=True, slots=True)
class Verdict:
    """A reading held against a check: the evidence it makes, and whether it is good."""

    evidence: Evidence
    good: bool


FRESH = CheckState()
TYPED = "typed"  # the device of values that a person read off and typed
States = Mapping[CheckId, CheckState]


def unmet(step: Step, states: States) -> tuple[Check, ...]:
    """The checks of `step` that keep it from being done; a timer without a minimum never does."""
    units = [(unit, unit.open(states)) for unit in _units(step)]
    if step.combine == "any" and any(_met(unit, left) for unit, left in units):
        return ()
    return tuple(check for unit, left in units if not _met(unit, left) for check in left if blocks(check))


def accepting(step: Step, states: States) -> tuple[Check, ...]:
    """The checks of `step` that take a reading or an answer now, those first that it waits for."""
    every = [(unit, unit.open(states)) for unit in _units(step)]
    if step.combine == "any" and any(_met(unit, left) for unit, left in every):
        return ()
    units = [(unit, left) for unit, left in every if left and not (unit.any and _met(unit, left))]
    if step.combine == "ordered":
        first = next((place for place, (unit, left) in enumerate(units) if not _met(unit, left)), len(units))
        units = units[: first + 1]
    found = [check for unit, left in units for check in (left[:1] if unit.ordered else left)]
    return tuple(sorted(found, key=lambda check: not blocks(check)))


@dataclass(frozen=True, slots=True)
class _Unit:
    """Checks that are met together: one by itself, or a group."""

    checks: tuple[Check, ...]
    any: bool = False
    ordered: bool = False

    def open(self, states: States) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not states.get(check.id, FRESH).passed)


def _units(step: Step) -> list[_Unit]:
    if not step.groups:
        return [_Unit((check,)) for check in step.checks]
    grouped = {check: group for group in step.groups for check in group.checks}
    units: dict[str, _Unit] = {}
    for check in step.checks:
        group = grouped.get(check.id)
        if group is None:
            units[f"check {check.id}"] = _Unit((check,))
        elif group.id not in units:
            members = tuple(each for each in step.checks if each.id in group.checks)
            units[group.id] = _Unit(members, any=group.combine == "any", ordered=group.combine == "ordered")
    return list(units.values())


def _met(unit: _Unit, left: Sequence[Check]) -> bool:
    """Whether the step no longer waits for the unit, of which `left` are still open."""
    if unit.any and len(left) < len(unit.checks):
        return True
    return not any(blocks(check) for check in left)


def needs_nobody(check: Check) -> bool:
    """Whether a step that is otherwise done goes on by itself though this check was not tried: a longest time."""
    return isinstance(check, Timer) and check.minimum is None


def blocks(check: Check) -> bool:
    """Whether the step waits for this check."""
    return check.mandatory and not needs_nobody(check)


def needed(check: Check) -> int:
    """How many good attempts the check needs."""
    match check:
        case Torque():
            return check.fastenings
        case Measure():
            return check.repeat
        case Table():
            return len(check.rows) * len(check.columns)
        case Checklist():
            return len(check.items)
        case Photo():
            return check.count
        case _:
            return 1


def meets(check: Check, state: CheckState, verdict: Verdict) -> bool:
    """Whether the check needs no more after this good attempt; a cell that is typed again counts once."""
    if isinstance(verdict.evidence, Cell):
        cell = f"{verdict.evidence.row}.{verdict.evidence.column}"
        return len(state.answers | {cell}) >= needed(check)
    return state.good + 1 >= needed(check)


def expected_of(check: Check, evidence: Evidence) -> str:
    """What was expected of this attempt."""
    if isinstance(check, Table) and isinstance(evidence, Cell):
        return limits(next(column for column in check.columns if column.id == evidence.column))
    return expected(check)


def expected(check: Check) -> str:
    """What the check waits for, in words that are the same in every language: names, numbers, units."""
    match check:
        case Scan():
            elements = " ".join(f"({ai}) {held}" for ai, held in (check.gs1 or {}).items())
            return check.part or check.exact or check.pattern or elements
        case Measure() | Torque() | Number():
            return limits(check)
        case Choice():
            return " / ".join(option.text for option in check.options if option.good)
        case FreeText():
            return check.pattern or ""
        case Signal():
            return f"{check.signal} {'on' if check.expect else 'off'}"
        case Timer():
            return " – ".join(
                f"{t.total_seconds():g} s" for t in (check.minimum, check.maximum) if t is not None
            )
        case Vision():
            return check.check
        case SignOff():
            return check.meaning
        case Confirm() | Checklist() | Photo() | Table():
            return check.prompt or ""


def limits(check: Measure | Torque | Number | Column) -> str:
    """The band of a check as a person reads it: `8.5 – 9.5 N·m`; only the unit where nothing limits it."""
    unit = units.shown(check.unit)
    if check.low is not None and not check.low.is_finite():
        return "?"  # a computed limit whose values are not there; nothing meets it
    match check.low, check.high:
        case None, None:
            return unit
        case None, high:
            return f"≤ {high} {unit}".strip()
        case low, None:
            return f"≥ {low} {unit}".strip()
        case low, high:
            return f"{low} – {high} {unit}".strip()


def came(evidence: Evidence) -> str:
    """What came, as a person reads it."""
    match evidence:
        case Code():
            return evidence.text
        case Value():
            return units.quantity(evidence.value, evidence.unit)
        case Tightening():
            angle = "" if evidence.angle is None else f", {evidence.angle}°"
            return units.quantity(evidence.torque, evidence.unit) + angle
        case Switch():
            return f"{evidence.signal} {'on' if evidence.on else 'off'}"
        case Dwell():
            return f"{evidence.elapsed.total_seconds():.1f} s"
        case Tap():
            return "tap"
        case Answer():
            return evidence.text or evidence.answer
        case Photograph():
            return evidence.photo[:12]
        case Cell():
            held = evidence.text or units.quantity(evidence.value or Decimal(0), evidence.unit or "1")
            return f"{evidence.row} {evidence.column}: {held}"
        case Seen():
            score = "" if evidence.score is None else f" ({evidence.score:.2f})"
            return f"{evidence.check} {'good' if evidence.good else 'not good'}{score}"
        case Signature():
            return f"{evidence.person} ({evidence.role})"
        case NotApplicable():
            return "n/a"


def judge_code(
    check: Scan,
    given: CodeGiven,
    instruction: Instruction,
    taken: Mapping[str, Code] = {},
) -> Verdict:
    """A code against a scan check; a part is known by its number or, for the instruction's own product, its GTIN.

    `taken` are the codes of this run, by `STEP.CHECK`, without the one of this check.
    """
    evidence = Code(
        text=given.text,
        device=given.device,
        part_number=given.part_number,
        gtin=given.gtin,
        serial=given.serial,
        lot=given.lot,
        elements=dict(given.elements) or None,
    )
    return Verdict(evidence, _fits(check, given, instruction, taken) and _is_new(check, given, taken))


def _fits(check: Scan, given: CodeGiven, instruction: Instruction, taken: Mapping[str, Code]) -> bool:
    if check.exact is not None:
        return given.text == check.exact
    if check.pattern is not None:
        return any(patterns.fits(check.pattern, text) for text in (given.text, given.serial or ""))
    if check.gs1 is not None:
        held = given.elements
        return all(ai in held and asked in {"*", held[ai]} for ai, asked in check.gs1.items())
    if check.same_as is not None:
        other = taken.get(check.same_as)
        return other is not None and _same(other, given)
    if check.part is None:
        return True
    applies = instruction.applies_to
    own = check.part in applies.part_numbers and given.gtin is not None and given.gtin in applies.gtins
    return check.part == given.part_number or own


def _same(other: Code, given: CodeGiven) -> bool:
    """The same thing: the same text, or the same number and serial in another spelling."""
    named = given.serial is not None and (other.gtin, other.serial) == (given.gtin, given.serial)
    return other.text == given.text or named


def _is_new(check: Scan, given: CodeGiven, taken: Mapping[str, Code]) -> bool:
    if check.unique is None:
        return True
    repeated = any(code.text == given.text for name, code in taken.items() if name != check.same_as)
    return not repeated and not (check.unique == "station" and given.used)


def judge_value(check: Measure, given: ValueGiven) -> Verdict | None:
    """A value against its limits; None when its unit does not measure the check's quantity."""
    value = units.convert(given.value, given.unit, check.unit)
    if value is None:
        return None
    evidence = Value(value=value, unit=check.unit, device=given.device)
    return Verdict(evidence, within(value, check.low, check.high))


def judge_torque(check: Torque, given: TorqueGiven, number: int) -> Verdict | None:
    """Fastening `number` against the limits of torque and angle; None when the unit is not one of torque."""
    torque = units.convert(given.torque, given.unit, check.unit)
    if torque is None:
        return None
    evidence = Tightening(
        torque=torque,
        unit=check.unit,
        angle=given.angle,
        number=number,
        device=given.device,
        result=given.result,
        made_at=given.made_at,
    )
    good = within(torque, check.low, check.high) and given.ok is not False
    if check.angle_low is not None or check.angle_high is not None:
        good = good and given.angle is not None and within(given.angle, check.angle_low, check.angle_high)
    return Verdict(evidence, good)


def judge_signal(check: Signal, given: SignalGiven) -> Verdict:
    """A signal against the state that is wanted."""
    return Verdict(Switch(signal=given.signal, on=given.on, device=given.device), given.on is check.expect)


def judge_answer(check: Check, given: Answered) -> Verdict | None:
    """A person's answer against what was asked; None when it is no answer to that check at all."""
    match check:
        case Choice():
            option = next((option for option in check.options if option.id == given.answer), None)
            return option and Verdict(Answer(answer=option.id, text=option.text), option.good)
        case Checklist():
            item = next((item for item in check.items if item.id == given.answer), None)
            return item and Verdict(Answer(answer=item.id, text=item.text), good=True)
        case FreeText():
            words = given.answer.strip()
            good = check.pattern is None or patterns.fits(check.pattern, words)
            return Verdict(Answer(answer=words), good) if 0 < len(words) <= LONGEST_TEXT else None
        case Number():
            value = typed_number(given.answer)
            if value is None:
                return None
            return Verdict(
                Value(value=value, unit=check.unit, device=TYPED), within(value, check.low, check.high)
            )
        case _:
            return None


BY_DEVICE = (
    Measure,
    Torque,
    Signal,
    Vision,
)  # what a device proves, and a supervisor may let be entered by hand


def judge_by_hand(check: Check, given: Answered, number: int) -> Verdict | None:
    """What a person says instead of the check's device; None when it is no answer to that check.

    A number with the check's unit for a measurement or for tightening `number` (whose angle nobody can tell), `on` or
    `off` for a signal, `good` or `bad` for a picture.
    """
    match check:
        case Measure():
            value = typed_number(given.answer)
            evidence = None if value is None else Value(value=value, unit=check.unit, device=TYPED)
            good = value is not None and within(value, check.low, check.high)
        case Torque():
            value = typed_number(given.answer)
            evidence = (
                None
                if value is None
                else Tightening(torque=value, unit=check.unit, angle=None, number=number, device=TYPED)
            )
            good = value is not None and within(value, check.low, check.high)
        case Signal() if given.answer in {"on", "off"}:
            on = given.answer == "on"
            evidence, good = Switch(signal=check.signal, on=on, device=TYPED), on is check.expect
        case Vision() if given.answer in {"good", "bad"}:
            good = given.answer == "good"
            evidence = Seen(check=check.check, good=good, device=TYPED, score=None, photo=None)
        case _:
            return None
    return None if evidence is None else Verdict(evidence, good)


def judge_cell(check: Table, given: CellGiven) -> Verdict | None:
    """What was typed into a cell; None when the table has no such cell or it is no value of its kind."""
    column = next((column for column in check.columns if column.id == given.column), None)
    if column is None or all(row.id != given.row for row in check.rows):
        return None
    words = given.answer.strip()
    if column.type == "text":
        cell = Cell(row=given.row, column=given.column, text=words)
        return Verdict(cell, good=True) if 0 < len(words) <= LONGEST_TEXT else None
    value = typed_number(words)
    if value is None:
        return None
    cell = Cell(row=given.row, column=given.column, value=value, unit=column.unit)
    return Verdict(cell, within(value, column.low, column.high))


def judge_vision(given: VisionGiven) -> Verdict | None:
    """A vision device's verdict; None when it could not decide."""
    if given.good is None:
        return None
    evidence = Seen(
        check=given.check,
        good=given.good,
        device=given.device,
        score=given.score,
        photo=given.photo,
        taught=given.taught,
        threshold=given.threshold,
        why=given.why,
    )
    return Verdict(evidence, given.good)


def judge_doubt(check: Vision, given: Answered, doubt: PictureDoubted) -> Verdict | None:
    """What the operator says to a picture that the camera could not decide about; None when it is no answer."""
    if given.answer not in {"good", "bad"} or doubt.ask != "operator":
        return None
    good = given.answer == "good"
    evidence = Seen(
        check=check.check,
        good=good,
        device=doubt.device,
        score=doubt.score,
        photo=doubt.photo,
        taught=doubt.taught,
        threshold=doubt.threshold,
        why=doubt.why,
        person=given.by,
    )
    return Verdict(evidence, good)


def judge_signature(check: SignOff, given: Signed, by: str | None) -> Verdict | None:
    """A signature; None when the person may not sign here: another role, or who does the run themselves."""
    if check.role not in {None, given.role} or (check.second_person and given.person == by):
        return None
    return Verdict(Signature(person=given.person, role=given.role, meaning=check.meaning), good=True)


def typed_number(text: str) -> Decimal | None:
    """A number as people type it, with a point or a comma; None when it is none."""
    typed = text.strip().replace(",", ".")
    return Decimal(typed) if re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", typed) else None


def judge_photo(given: PhotoGiven) -> Verdict:
    """A photograph is good as soon as it is there; a person looks at it later."""
    return Verdict(Photograph(photo=given.photo), good=True)


def judge_dwell(check: Timer, elapsed: timedelta) -> Verdict:
    """Time in the step against the shortest dwell."""
    return Verdict(Dwell(elapsed=elapsed), check.minimum is None or elapsed >= check.minimum)


def within(value: Decimal, low: Decimal | None, high: Decimal | None) -> bool:
    """Whether a value lies in a closed band; a missing limit does not limit, and what is not finite lies in none."""
    return value.is_finite() and (low is None or value >= low) and (high is None or value <= high)
