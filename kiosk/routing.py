"""What a reading means to the run that is on: an input, a value to show, or nothing. Pure."""

from collections.abc import Iterable
from decimal import Decimal

from content import units
from content.checks import Measure
from content.evidence import FRESH, TYPED, States, accepting
from content.inputs import SignalGiven, TorqueGiven, ValueGiven
from content.instruction import Instruction, Step
from content.record import RunFact, Value
from content.run import Run, RunState
from content.situation import asked
from content.values import PersonId
from hardware.readings import Measured, SwitchChanged, TorqueApplied
from kiosk.stamp import Stamp

STREAMING = 400_000_000  # ns; an equal value within this time of the last one is the same weighing, repeated

EMPTY = Decimal("0.02")  # of the lower limit


def current(instruction: Instruction, run: Run) -> Step | None:
    """The step that readings are for; None while the run takes none."""
    if run.state is not RunState.RUNNING or run.step is None:
        return None
    return asked(instruction, run, run.step)


def measures(step: Step, states: States, reading: Measured) -> Measure | None:
    """The measure check of the step that this device serves: the first unmet one, else one that is met."""
    for check in (*accepting(step, states), *step.checks):
        if not isinstance(check, Measure) or check.device not in {None, reading.device}:
            continue
        # a named device that reports in a wrong unit is to be told so; others are known by what they measure
        if check.device is not None or units.convert(Decimal(1), reading.unit, check.unit) is not None:
            return check
    return None


def value_input(
    step: Step, run: Run, reading: Measured, *, before: Measured | None, stamp: Stamp, by: PersonId | None
) -> ValueGiven | None:
    """A measured value as an input; None when it is only to be shown.

    A scale that streams repeats itself and passes through every value on its way: what has not settled, what
    is the same weighing as `before`, and an empty pan are no attempts.
    """
    check = measures(step, run.states(step.id), reading)
    if check is None or not (check.until_in_limits or _is_attempt(check, reading, before)):
        return None
    if check.until_in_limits and run.states(step.id).get(check.id, FRESH).passed:
        return None
    return ValueGiven(
        value=reading.value,
        unit=reading.unit,
        device=reading.device,
        quantity=reading.quantity,
        at=stamp.at,
        tick=stamp.tick,
        by=by,
    )


def weighed(facts: Iterable[RunFact]) -> dict[str, Measured]:
    """The latest value of each device that a run holds: after a restart the same one is no new weighing."""
    found: dict[str, Measured] = {}
    for fact in facts:
        evidence = getattr(fact, "evidence", None)
        if isinstance(evidence, Value) and evidence.device != TYPED:
            found[evidence.device] = Measured(
                device=evidence.device,
                at=fact.at,
                tick=0,
                value=evidence.value,
                unit=evidence.unit,
                quantity=None,
                stable=True,
            )
    return found


def _is_attempt(check: Measure, reading: Measured, before: Measured | None) -> bool:
    if not reading.stable:
        return False
    if check.quantity == "mass" and check.low is not None and _is_empty(reading, check, check.low):
        return False
    if before is None or not before.stable:
        return True
    if units.convert(before.value, before.unit, reading.unit) != reading.value:
        return True
    return reading.tick - before.tick >= STREAMING


def _is_empty(reading: Measured, check: Measure, low: Decimal) -> bool:
    """Whether nothing lies on the pan; what is left of a scale's zero is far below any part."""
    value = units.convert(reading.value, reading.unit, check.unit)
    return value is not None and low > 0 and value <= low * EMPTY


def torque_input(reading: TorqueApplied, stamp: Stamp, by: PersonId | None) -> TorqueGiven:
    """A tightening as an input."""
    return TorqueGiven(
        torque=reading.torque,
        unit=reading.unit,
        device=reading.device,
        angle=reading.angle,
        ok=reading.ok,
        result=reading.number,
        identifier=reading.identifier,
        made_at=reading.made_at,
        at=stamp.at,
        tick=stamp.tick,
        by=by,
    )


def switch_input(
    step: Step, run: Run, reading: SwitchChanged, stamp: Stamp, by: PersonId | None
) -> SignalGiven | None:
    """A switch as an input; None when no open check of the step asks for that signal."""
    wanted = any(
        check.kind == "signal" and check.signal == reading.signal
        for check in accepting(step, run.states(step.id))
    )
    if not wanted:
        return None
    return SignalGiven(
        signal=reading.signal, on=reading.on, device=reading.device, at=stamp.at, tick=stamp.tick, by=by
    )
