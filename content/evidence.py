"""What a step asks for, what is still unmet, and how a reading is judged against a check."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from content import units
from content.checks import (
    Check,
    Checklist,
    Choice,
    Confirm,
    FreeText,
    Measure,
    Number,
    Photo,
    Scan,
    Signal,
    Timer,
    Torque,
)
from content.inputs import Answered, CodeGiven, PhotoGiven, SignalGiven, TorqueGiven, ValueGiven
from content.instruction import Instruction, Step
from content.record import (
    Answer,
    Code,
    Dwell,
    Evidence,
    NotApplicable,
    Photograph,
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
    passed: bool = False
    last: Evidence | None = None
    answers: frozenset[str] = frozenset()  # the good ones of a person, each once
    failed: str | None = None  # what had been expected, when the latest attempt was not good


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
    return tuple(check for check in step.checks if blocks(check) and not states.get(check.id, FRESH).passed)


def blocks(check: Check) -> bool:
    """Whether the step waits for this check."""
    return not (isinstance(check, Timer) and check.minimum is None)


def needed(check: Check) -> int:
    """How many good attempts the check needs."""
    match check:
        case Torque():
            return check.fastenings
        case Checklist():
            return len(check.items)
        case Photo():
            return check.count
        case _:
            return 1


def expected(check: Check) -> str:
    """What the check waits for, in words that are the same in every language: names, numbers, units."""
    match check:
        case Scan():
            return check.part or check.exact or check.pattern or ""
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
        case Confirm() | Checklist() | Photo():
            return check.prompt or ""


def limits(check: Measure | Torque | Number) -> str:
    """The band of a check as a person reads it: `8.5 – 9.5 N·m`; only the unit where nothing limits it."""
    unit = units.shown(check.unit)
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
        case NotApplicable():
            return "n/a"


def judge_code(check: Scan, given: CodeGiven, instruction: Instruction) -> Verdict:
    """A code against a scan check; a part is known by its number or, for the instruction's own product, its GTIN."""
    evidence = Code(
        text=given.text,
        device=given.device,
        part_number=given.part_number,
        gtin=given.gtin,
        serial=given.serial,
        lot=given.lot,
    )
    if check.exact is not None:
        return Verdict(evidence, given.text == check.exact)
    if check.pattern is not None:
        candidates = (given.text, given.serial or "")
        return Verdict(evidence, any(re.fullmatch(check.pattern, text) for text in candidates))
    applies = instruction.applies_to
    own = check.part in applies.part_numbers and given.gtin is not None and given.gtin in applies.gtins
    return Verdict(evidence, check.part == given.part_number or own)


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
        torque=torque, unit=check.unit, angle=given.angle, number=number, device=given.device
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
            good = check.pattern is None or re.fullmatch(check.pattern, words) is not None
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
    """Whether a value lies in a closed band; a missing limit does not limit."""
    return (low is None or value >= low) and (high is None or value <= high)
