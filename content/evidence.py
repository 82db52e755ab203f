"""What a step asks for, what is still unmet, and how a reading is judged against a check."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from content import units
from content.checks import Check, Confirm, Measure, Scan, Signal, Timer, Torque
from content.inputs import CodeGiven, SignalGiven, TorqueGiven, ValueGiven
from content.instruction import Instruction, Step
from content.record import Code, Dwell, Evidence, Switch, Tap, Tightening, Value
from content.values import CheckId


@dataclass(frozen=True, slots=True)
class CheckState:
    """How far one check is: attempts so far, good ones, and the latest evidence."""

    attempts: int = 0
    good: int = 0
    passed: bool = False
    last: Evidence | None = None
    failed: str | None = None  # what had been expected, when the latest attempt was not good


@dataclass(frozen=True, slots=True)
class Verdict:
    """A reading held against a check: the evidence it makes, and whether it is good."""

    evidence: Evidence
    good: bool


FRESH = CheckState()
States = Mapping[CheckId, CheckState]


def unmet(step: Step, states: States) -> tuple[Check, ...]:
    """The checks of `step` that keep it from being done; a timer without a minimum never does."""
    return tuple(check for check in step.checks if blocks(check) and not states.get(check.id, FRESH).passed)


def blocks(check: Check) -> bool:
    """Whether the step waits for this check."""
    return not (isinstance(check, Timer) and check.minimum is None)


def fastenings(check: Check) -> int:
    """How many good attempts the check needs."""
    return check.fastenings if isinstance(check, Torque) else 1


def expected(check: Check) -> str:
    """What the check waits for, in words that are the same in every language: names, numbers, units."""
    match check:
        case Scan():
            return check.part or check.exact or check.pattern or ""
        case Measure() | Torque():
            return limits(check)
        case Signal():
            return f"{check.signal} {'on' if check.expect else 'off'}"
        case Timer():
            return " – ".join(
                f"{t.total_seconds():g} s" for t in (check.minimum, check.maximum) if t is not None
            )
        case Confirm():
            return check.prompt or ""


def limits(check: Measure | Torque) -> str:
    """The band of a check as a person reads it: `8.5 – 9.5 N·m`."""
    unit = units.shown(check.unit)
    if check.low is None:
        return f"≤ {check.high} {unit}"
    if check.high is None:
        return f"≥ {check.low} {unit}"
    return f"{check.low} – {check.high} {unit}"


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


def judge_dwell(check: Timer, elapsed: timedelta) -> Verdict:
    """Time in the step against the shortest dwell."""
    return Verdict(Dwell(elapsed=elapsed), check.minimum is None or elapsed >= check.minimum)


def within(value: Decimal, low: Decimal | None, high: Decimal | None) -> bool:
    """Whether a value lies in a closed band; a missing limit does not limit."""
    return (low is None or value >= low) and (high is None or value <= high)
