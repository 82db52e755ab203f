"""The work orders and units that make a difference, in an order that shows every value early."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from math import gcd, prod

from content.conditions import Known, spelled
from content.decide import begin
from content.inputs import Started, Unit
from content.instruction import Instruction, Parameter
from content.run import Run, fold
from content.scope import UNIT
from content.trying.worth import Worth
from content.values import Digest, PersonId, RunId

AT = datetime(2026, 1, 1, tzinfo=UTC)
OPERATOR = PersonId("operator")
SERIAL = "TRIAL-1"
ONE = Decimal(1)
_UNUSED = {"flag": "true", "number": "1", "text": "x"}


@dataclass(frozen=True, slots=True)
class _Setting:
    """One thing that can be said before a run, in one of its ways."""

    kind: str  # parameter, unit, option
    name: str
    value: str


class Starts:
    """Every beginning that makes a difference, made only when it is asked for."""

    def __init__(self, instruction: Instruction, worth: Worth) -> None:
        self._instruction = instruction
        self._ways = [
            *(_of_parameter(instruction, worth, parameter) for parameter in instruction.parameters),
            *(
                _of_unit(instruction, worth, field)
                for field in UNIT
                if worth.looked_at(spelled("unit", field))
            ),
            *(
                [_Setting("option", option.id, ""), _Setting("option", option.id, option.id)]
                for option in instruction.options
                if worth.fitted(option.id)
            ),
        ]
        self.count = prod(map(len, self._ways))

    def __iter__(self) -> Iterator[tuple[Run, str]]:
        """The run at its first step, and what was said, in words."""
        for places in fairly([len(ways) for ways in self._ways]):
            chosen = [ways[place] for ways, place in zip(self._ways, places, strict=True)]
            matters = [setting for setting, ways in zip(chosen, self._ways, strict=True) if len(ways) > 1]
            yield self._begun(chosen), ", ".join(filter(None, map(_told, matters)))

    def _begun(self, chosen: Sequence[_Setting]) -> Run:
        by_kind = {
            kind: {s.name: s.value for s in chosen if s.kind == kind} for kind in ("parameter", "unit")
        }
        started = Started(
            run=RunId("trial"),
            release=Digest("0" * 64),
            document=self._instruction.id,
            revision=self._instruction.revision,
            station="trial",
            unit=Unit(
                **{"serial": SERIAL, **{name: value or None for name, value in by_kind["unit"].items()}}
            ),
            parameters=by_kind["parameter"],
            options=tuple(setting.value for setting in chosen if setting.kind == "option" and setting.value),
            at=AT,
            tick=0,
            by=OPERATOR,
        )
        run = fold(begin(self._instruction, started))
        assert run is not None
        return run


def _told(setting: _Setting) -> str:
    if setting.kind == "option":
        return setting.value
    return f"{setting.name}={setting.value}"


def _of_parameter(instruction: Instruction, worth: Worth, parameter: Parameter) -> list[_Setting]:
    return [_Setting("parameter", parameter.id, value) for value in _values(instruction, worth, parameter)]


def _values(instruction: Instruction, worth: Worth, parameter: Parameter) -> list[str]:
    name, default = spelled("order", parameter.id), parameter.default
    said = parameter.choices[0] if parameter.choices else _UNUSED.get(parameter.type, "x")
    plain = said if default is None else str(default)
    if not worth.looked_at(name):
        return [plain]
    also = _also(instruction, worth, name)
    match parameter.type:
        case "choice":
            return list(parameter.choices)
        case "flag":
            return ["true", "false"]
        case "number":
            near = [
                each + more for each in also if isinstance(each, Decimal) for more in (Decimal(0), ONE, -ONE)
            ]
            return [f"{number:f}" for number in worth.numbers(name, {}, near)] or [plain]
        case "text":
            return list(worth.words(name, {}, [each for each in also if isinstance(each, str)]))


def _of_unit(instruction: Instruction, worth: Worth, field: str) -> list[_Setting]:
    made = instruction.applies_to.part_numbers if field == "part_number" else ()
    own = SERIAL if field == "serial" else ""
    words = worth.words(spelled("unit", field), {}, (own, *made))
    return [_Setting("unit", field, word) for word in words]


def _also(instruction: Instruction, worth: Worth, name: str) -> list[Known | None]:
    """What a work order says that says nothing: of the parameter itself, and of those it is compared with."""
    defaults = {
        spelled("order", parameter.id): parameter.read(
            str(_UNUSED.get(parameter.type) if parameter.default is None else parameter.default)
        )
        for parameter in instruction.parameters
    }
    own = next(each for each in instruction.parameters if spelled("order", each.id) == name)
    found: list[Known | None] = [defaults[name]] if own.default is not None else []
    return found + [defaults[other] for other in worth.beside(name) if other in defaults]


def fairly(sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every combination of places once: first such as show each place of each, then spread over all of them."""
    total = prod(sizes)
    first = dict.fromkeys(tuple(turn % size for size in sizes) for turn in range(max(sizes, default=1)))
    yield from first
    stride = max(
        1, int(total * 0.618)
    )  # by the golden section what comes next lies far from what came before
    while gcd(stride, total) != 1:
        stride += 1
    for turn in range(total):
        places: list[int] = []
        left = turn * stride % total
        for size in sizes:
            left, place = divmod(left, size)
            places.append(place)
        if tuple(places) not in first:
            yield tuple(places)
