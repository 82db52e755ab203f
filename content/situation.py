"""What a run knows, and what follows from it: which checks are asked, with which limits, and which way leads on."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from content.asking import Computed
from content.checks import Check, Measure, Number, Table, Torque
from content.conditions import Known, Scope, Type, spelled
from content.flow import END
from content.instruction import Instruction, Step
from content.record import Answer, Cell, Code, NotApplicable, Seen, Signature, Switch, Tightening, Value
from content.run import Run, way
from content.values import StepId

if TYPE_CHECKING:
    from content.evidence import CheckState

NEVER = Decimal("Infinity")  # a lower limit that nothing meets, where a computed one is unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where a step leads: to a step, or to the end (None); by which rule; what is skipped, and what is done anew."""

    to: StepId | None
    rule: int | None = None
    skipped: tuple[StepId, ...] = ()
    anew: tuple[StepId, ...] = ()


def missing(instruction: Instruction, parameters: Mapping[str, str]) -> tuple[str, ...]:
    """The titles of the parameters that the work order has to say, and does not say or says wrongly."""
    return tuple(
        parameter.title
        for parameter in instruction.parameters
        if (parameter.id in parameters and parameter.read(parameters[parameter.id]) is None)
        or (parameter.id not in parameters and parameter.default is None)
    )


def asked(instruction: Instruction, run: Run, step: StepId) -> Step:
    """The step as it is for this run: without the checks that are not asked, with its limits worked out."""
    plain = instruction.step(step)
    if not plain.conditional:
        return plain
    names, known = instruction.scope, values(instruction, run)
    checks = tuple(
        _limited(check, names, known)
        for check in plain.checks
        if check.when is None or names.compile(check.when, Type.FLAG).holds(known) is not False
    )
    kept = {check.id for check in checks}
    groups = tuple(
        group.model_copy(update={"checks": tuple(check for check in group.checks if check in kept)})
        for group in plain.groups
    )
    groups = tuple(group for group in groups if group.checks)
    return plain.model_copy(update={"checks": checks, "groups": groups})


def _limited(check: Check, names: Scope, known: Mapping[str, Known]) -> Check:
    if isinstance(check, Measure | Torque | Number) and check.limits is not None:
        return check.model_copy(update=_worked_out(check.limits, names, known))
    if isinstance(check, Table):
        columns = tuple(
            column
            if column.limits is None
            else column.model_copy(update=_worked_out(column.limits, names, known))
            for column in check.columns
        )
        return check.model_copy(update={"columns": columns})
    return check


def _worked_out(limits: Computed, names: Scope, known: Mapping[str, Known]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for field in ("low", "high", "target"):
        text = getattr(limits, field)
        if text is None:
            continue
        value = names.compile(text, Type.NUMBER).value(known)
        if isinstance(value, Decimal):
            found[field] = value
        elif field != "target":
            found["low"] = NEVER
            break
    return found


def values(instruction: Instruction, run: Run) -> dict[str, Known]:
    """What the run knows of that which its instruction's expressions look at, under their names."""
    known: dict[str, Known] = {"options": run.options}
    for field in ("part_number", "gtin", "serial", "lot", "work_order"):
        known[spelled("unit", field)] = getattr(run.unit, field) or ""
    for parameter in instruction.parameters:
        text = run.parameters.get(parameter.id)
        if text is None:
            text = None if parameter.default is None else str(parameter.default)
        value = None if text is None else parameter.read(text)
        if value is not None:
            known[spelled("order", parameter.id)] = value
    for step, checks in instruction.checks_used:
        known[spelled("visits", step.id)] = Decimal(run.visits.get(step.id, 0))
        states = run.states(step.id)
        for check in checks:
            _tell(known, step.id, check, states.get(check.id))
    return known


def _tell(known: dict[str, Known], step: str, check: Check, state: "CheckState | None") -> None:
    passed = state is not None and state.passed
    known[spelled("passed", step, check.id)] = passed
    known[spelled("attempts", step, check.id)] = Decimal(state.attempts if state is not None else 0)
    if state is None or state.last is None:
        return
    for cell in state.cells.values():
        _remember(known, spelled(step, check.id, cell.row, cell.column), _worth(cell))
    if not state.cells:
        flag = check.kind in {"confirm", "timer", "checklist", "photo"}
        _remember(known, spelled(step, check.id), passed if flag else _worth(state.last))


def _remember(known: dict[str, Known], name: str, value: Known | None) -> None:
    if value is not None:
        known.setdefault(name, value)


def _worth(evidence: object) -> Known | None:
    match evidence:
        case Value(value=value) | Tightening(torque=value):
            return value
        case Code(text=text) | Cell(text=str(text)):
            return text
        case Cell(value=value):
            return value
        case Answer(answer=answer):
            return answer
        case Signature(person=person):
            return person
        case Switch(on=flag) | Seen(good=flag):
            return flag
        case NotApplicable() | _:
            return None


def arriving(instruction: Instruction, run: Run, place: int, known: Mapping[str, Known] | None = None) -> Way:
    """Where one comes up who is led to the step at `place` (from 0): that one, or the next whose condition holds."""
    skipped: list[StepId] = []
    while place < len(instruction.steps):
        step = instruction.steps[place]
        if step.when is None:
            return Way(to=step.id, skipped=tuple(skipped))
        known = known or values(instruction, run)
        if instruction.scope.compile(step.when, Type.FLAG).holds(known) is not False:
            return Way(to=step.id, skipped=tuple(skipped))
        skipped.append(step.id)
        place += 1
    return Way(to=None, skipped=tuple(skipped))


def way_on(instruction: Instruction, run: Run, step: Step) -> Way:
    """The way on from a step that is done."""
    place = instruction.number(step.id) - 1
    known = values(instruction, run) if step.next else None
    for number, rule in enumerate(step.next):
        if rule.at_most is not None and run.taken.get(way(step.id, rule=number), 0) >= rule.at_most:
            continue
        if rule.when is not None:
            assert known is not None
            if instruction.scope.compile(rule.when, Type.FLAG).holds(known) is not True:
                continue
        return led(instruction, run, place, rule.to, rule=number)
    return arriving(instruction, run, place + 1)


def led(instruction: Instruction, run: Run, place: int, to: str, *, rule: int | None = None) -> Way:
    """The way from the step at `place` to the one named `to`; going back makes what lies between anew."""
    if to == END:
        return Way(to=None, rule=rule)
    target = instruction.number(StepId(to)) - 1
    came = arriving(instruction, run, target)
    anew = tuple(step.id for step in instruction.steps[target : place + 1])
    return Way(to=came.to, rule=rule, skipped=came.skipped, anew=anew)
