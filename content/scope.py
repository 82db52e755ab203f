"""The names that a work instruction's expressions may use, and the check that each expression fits."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from content.asking import Computed
from content.checks import Check, Choice, FreeText, Measure, Number, Scan, SignOff, Table, Torque
from content.conditions import Scope, Type, Wrong, scope_of, spelled
from content.refusing import refusal

if TYPE_CHECKING:
    from content.instruction import Instruction, Parameter, Step

Path = tuple[str | int, ...]
UNIT = ("part_number", "gtin", "serial", "lot", "work_order")
_PARAMETERS = {"text": Type.TEXT, "choice": Type.TEXT, "number": Type.NUMBER, "flag": Type.FLAG}


def scope(instruction: "Instruction") -> Scope:
    """The scope of the instruction's expressions."""
    return scope_of(tuple(_names(instruction.parameters, instruction.steps).items()))


def _names(parameters: "tuple[Parameter, ...]", steps: "tuple[Step, ...]") -> Mapping[str, Type]:
    names = {spelled("unit", field): Type.TEXT for field in UNIT}
    names["options"] = Type.TEXTS
    for parameter in parameters:
        names[spelled("order", parameter.id)] = _PARAMETERS[parameter.type]
    for step in steps:
        names[spelled("visits", step.id)] = Type.NUMBER
        for check in step.checks:
            names[spelled("passed", step.id, check.id)] = Type.FLAG
            names[spelled("attempts", step.id, check.id)] = Type.NUMBER
            for name, kind in taken(step.id, check):
                names.setdefault(name, kind)  # `order.size` of a step called order never hides the order's
    return names


def taken(step: str, check: Check) -> Iterator[tuple[str, Type]]:
    """The names under which expressions know what a check took."""
    match check:
        case Measure() | Torque() | Number():
            yield spelled(step, check.id), Type.NUMBER
        case Scan() | FreeText() | Choice() | SignOff():
            yield spelled(step, check.id), Type.TEXT
        case Table():
            for row in check.rows:
                for column in check.columns:
                    kind = Type.NUMBER if column.type == "number" else Type.TEXT
                    yield spelled(step, check.id, row.id, column.id), kind
        case _:
            yield spelled(step, check.id), Type.FLAG


def expressions(instruction: "Instruction") -> Iterator[tuple[Path, str, Type]]:
    """Every expression of the instruction: the path to it, its text, and what it has to give."""
    for place, step in enumerate(instruction.steps):
        at: Path = ("steps", place)
        if step.when is not None:
            yield (*at, "when"), step.when, Type.FLAG
        for number, rule in enumerate(step.next):
            if rule.when is not None:
                yield (*at, "next", number, "when"), rule.when, Type.FLAG
        for number, check in enumerate(step.checks):
            yield from _of_check((*at, "checks", number), check)


def _of_check(at: Path, check: Check) -> Iterator[tuple[Path, str, Type]]:
    if check.when is not None:
        yield (*at, "when"), check.when, Type.FLAG
    limited: list[tuple[Path, Computed | None]] = []
    if isinstance(check, Measure | Torque | Number):
        limited.append((at, check.limits))
    if isinstance(check, Table):
        limited += [((*at, "columns", number), column.limits) for number, column in enumerate(check.columns)]
    for place, limits in limited:
        for field in ("low", "high", "target") if limits is not None else ():
            text = getattr(limits, field)
            if text is not None:
                yield (*place, "limits", field), text, Type.NUMBER


def refuse_wrong_expressions(instruction: "Instruction") -> None:
    """Raise a refusal at the first expression that is none, or that gives something else than it has to."""
    for at, text, wanted in expressions(instruction):
        try:
            instruction.scope.compile(text, wanted)
        except Wrong as wrong:
            raise refusal(wrong.message, mend=wrong.mend, at=at) from None
