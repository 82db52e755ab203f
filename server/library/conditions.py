"""Every condition and computed limit of a draft, checked and tried on values; also where the draft is not valid yet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from content.checks import Check, Choice
from content.conditions import Known, Scope, Type, Wrong, scope_of, spelled
from content.instruction import Parameter
from content.scope import UNIT, taken
from server.library.drafts import Draft

LONGEST = 1_200  # characters of an expression
_CHECK: TypeAdapter[Check] = TypeAdapter(Check)
_PARAMETERS = {"text": Type.TEXT, "choice": Type.TEXT, "number": Type.NUMBER, "flag": Type.FLAG}
APART = frozenset({"when", "on_failure", "attempts"})  # of a check, that may be half typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name that expressions may use: what it stands for, where it comes from, and its values where they are known."""

    name: str
    type: str
    about: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One expression where it stands: whether it fits, and what it gives for the values that were given."""

    step: str
    at: tuple[str | int, ...]
    text: str
    wanted: str
    ok: bool
    message: str = ""
    mend: str = ""
    column: int | None = None
    value: bool | str | None = None
    uses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """The names of a draft's expressions, and the expressions."""

    names: tuple[Name, ...]
    tried: tuple[Tried, ...]


def look(draft: Draft, given: Mapping[str, Any]) -> Conditions:
    """The draft's conditions, each with its value where `given` says what it needs to know."""
    names = tuple(_names(draft.values))
    kinds = {each.name: Type(each.type) for each in names}
    scope = scope_of(tuple(kinds.items()))
    known = dict(_known(given, kinds))
    return Conditions(names=names, tried=tuple(_tried(draft.values, scope, known)))


# --- names -----------------------------------------------------------------------


def _names(values: Mapping[str, Any]) -> Iterator[Name]:
    seen: set[str] = set()
    for each in (*_given(values), *_asked(values)):
        if each.name not in seen:
            seen.add(each.name)
            yield each


def _given(values: Mapping[str, Any]) -> Iterator[Name]:
    """What the work order and the unit say."""
    for raw in _objects(values, "parameters"):
        try:
            parameter = Parameter.model_validate(raw)
        except ValidationError:
            continue
        yield Name(
            name=spelled("order", parameter.id),
            type=_PARAMETERS[parameter.type].value,
            about=f"work order: {parameter.title}",
            values=tuple(f"'{choice}'" for choice in parameter.choices),
        )
    options = tuple(f"'{each.get('id')}'" for each in _objects(values, "options"))
    yield Name(name="options", type=Type.TEXTS.value, about="options of the unit", values=options)
    for field in UNIT:
        name = spelled("unit", field)
        yield Name(name=name, type=Type.TEXT.value, about=f"the unit's {field.replace('_', ' ')}")


def _asked(values: Mapping[str, Any]) -> Iterator[Name]:
    """What steps and their checks take, and what is known about them."""
    about: list[Name] = []
    for number, step in enumerate(_objects(values, "steps"), start=1):
        place = f"step {number}, {step.get('title', '')}"
        identifier = str(step.get("id", ""))
        about.append(
            Name(name=spelled("visits", identifier), type=Type.NUMBER.value, about=f"times in {place}")
        )
        for check in _checks(step):
            for name, kind in taken(identifier, check):
                yield Name(name=name, type=kind.value, about=place, values=_values(check))
            told = f"{check.id} in {place}"
            passed, attempts = (
                spelled("passed", identifier, check.id),
                spelled("attempts", identifier, check.id),
            )
            about.append(Name(name=passed, type=Type.FLAG.value, about=f"passed: {told}"))
            about.append(Name(name=attempts, type=Type.NUMBER.value, about=f"attempts: {told}"))
    yield from about


def _checks(step: Mapping[str, Any]) -> Iterator[Check]:
    """The step's checks that can be read, without what may be half typed."""
    for raw in _objects(step, "checks"):
        stripped = {key: value for key, value in raw.items() if key not in APART}
        if "limits" in stripped:
            stripped.pop("limits")
            stripped.setdefault("low", "0")
        try:
            yield _CHECK.validate_python(stripped)
        except ValidationError:
            continue


def _values(check: Check) -> tuple[str, ...]:
    return tuple(f"'{option.id}'" for option in check.options) if isinstance(check, Choice) else ()


# --- expressions -------------------------------------------------------------------


def _tried(values: Mapping[str, Any], scope: Scope, known: Mapping[str, Known]) -> Iterator[Tried]:
    for step in _objects(values, "steps"):
        for at, text, wanted in _expressions(step):
            yield _one(str(step.get("id", "")), at, text, wanted, scope, known)


def _one(  # noqa: PLR0917 - where it stands, what it says, what is known
    step: str,
    at: tuple[str | int, ...],
    text: str,
    wanted: Type,
    scope: Scope,
    known: Mapping[str, Known],
) -> Tried:
    try:
        found = scope.compile(text[:LONGEST], wanted)
    except Wrong as wrong:
        return Tried(
            step=step,
            at=at,
            text=text,
            wanted=wanted.value,
            ok=False,
            message=wrong.message,
            mend=wrong.mend,
            column=wrong.column,
        )
    value = found.value(known)
    shown = value if value is None or isinstance(value, bool | str) else str(value)
    uses = tuple(sorted(found.names))
    return Tried(step=step, at=at, text=text, wanted=wanted.value, ok=True, value=shown, uses=uses)


def _expressions(step: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str, Type]]:
    for holder, at in (
        (step, ()),
        *((rule, ("next", place)) for place, rule in enumerate(_objects(step, "next"))),
        *((check, ("checks", place)) for place, check in enumerate(_objects(step, "checks"))),
    ):
        if isinstance(holder.get("when"), str) and holder["when"].strip():
            yield (*at, "when"), holder["when"], Type.FLAG
    for place, check in enumerate(_objects(step, "checks")):
        limited = [(("checks", place), check)]
        limited += [
            (("checks", place, "columns", n), each) for n, each in enumerate(_objects(check, "columns"))
        ]
        for at, holder in limited:
            limits = holder.get("limits")
            for field in ("low", "high", "target") if isinstance(limits, dict) else ():
                text = cast("dict[str, Any]", limits).get(field)
                if isinstance(text, str) and text.strip():
                    yield (*at, "limits", field), text, Type.NUMBER


def _objects(values: Mapping[str, Any], field: str) -> list[dict[str, Any]]:
    held = values.get(field, [])
    entries = cast("list[Any]", held) if isinstance(held, list) else []
    return [cast("dict[str, Any]", each) for each in entries if isinstance(each, dict)]


# --- values to try them on -----------------------------------------------------------


def _known(given: Mapping[str, Any], kinds: Mapping[str, Type]) -> Iterator[tuple[str, Known]]:
    for name, value in given.items():
        kind = kinds.get(name)
        if kind is None or value is None or value == "":
            continue
        if kind is Type.NUMBER:
            try:
                number = Decimal(str(value))
            except InvalidOperation:
                continue
            if number.is_finite():
                yield name, number
        elif kind is Type.FLAG:
            yield name, value in {True, "true"}
        elif kind is Type.TEXTS:
            yield name, tuple(map(str, cast("list[Any]", value))) if isinstance(value, list) else ()
        else:
            yield name, str(value)
