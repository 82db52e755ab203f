"""A draft as the YAML that its folder would hold, and that text taken back: the expert's door into the editor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, cast

from content import yaml
from content.errors import DocumentError
from content.instruction import Step
from content.lint.settings import LintSettings
from content.values import Piece
from content.writing import PLACES, tidy
from server.house import House
from server.library import checking, shapes, submitting
from server.library.drafts import Draft, Part
from server.library.edits import Change, Kept, changes
from server.library.shapes import HEAD, ORDER, STEP

NAME = "source"  # what findings would call the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is wrong, or could be better, at a line."""

    line: int
    level: str
    message: str
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a text says: the parts that it would make of the draft (none where it cannot be read), and messages."""

    parts: Mapping[str, Any] | None
    messages: tuple[Message, ...]


def text_of(draft: Draft) -> str:
    """The draft as YAML; its translations stand beside it, on a page of their own."""
    kind = submitting.KINDS[draft.kind]
    values = _ordered({name: value for name, value in draft.head.items() if name != "translations"}, kind)
    if draft.has_steps:
        values["steps"] = [_ordered(draft.parts[STEP + step].body, Step) for step in draft.steps]
    return tidy(values)


def _ordered(values: Mapping[str, Any], kind: type[Piece]) -> dict[str, Any]:
    """The values in the order in which the language names them; what it does not know comes last."""
    order = {field.alias or name: place for place, (name, field) in enumerate(kind.model_fields.items())}
    return dict(sorted(values.items(), key=lambda each: order.get(each[0], len(order))))


def read(
    draft: Draft, text: str, site: LintSettings = checking.USUAL, known: frozenset[str] | None = None
) -> Read:
    """What the text would make of the draft, and what the checker says to it as the site wants it."""
    try:
        values, lines = yaml.read(text, NAME)
    except DocumentError as problem:
        return Read(
            parts=None,
            messages=tuple(
                Message(line=each.line or 1, level="error", message=each.message, mend=each.mend)
                for each in problem.findings
            ),
        )
    parts, wrong = _parts(draft, _as_text(values), lines)
    if wrong:
        return Read(parts=None, messages=tuple(wrong))
    made = replace(
        draft, parts={**draft.parts, **{name: Part(version=0, body=body) for name, body in parts.items()}}
    )
    return Read(parts=parts, messages=_remarks(submitting.remarks(made, site, known), made.steps, lines))


def _as_text(value: Any) -> Any:
    """The values as a draft holds them: exact numbers are text, digit by digit."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, str):
        return value.rstrip("\n")  # a block of lines ends with one
    if isinstance(value, list):
        return [_as_text(each) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        given = cast("dict[str, Any]", value).items()
        values = {key: _as_text(each) for key, each in given if each is not None}
        drawn = "shape" in values
        return {key: _spelled(each) if drawn and key in PLACES else each for key, each in values.items()}
    return value


def _spelled(place: Any) -> Any:
    """A coordinate as text; 0 and 1 are coordinates too."""
    if isinstance(place, list):
        return [_spelled(each) for each in cast("list[Any]", place)]
    return str(place) if isinstance(place, int) and not isinstance(place, bool) else place


def _parts(
    draft: Draft, values: dict[str, Any], lines: Mapping[yaml.Path, int]
) -> tuple[dict[str, Any], list[Message]]:
    wrong: list[Message] = []

    def refuse(path: yaml.Path, message: str, mend: str) -> None:
        line = next((lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in lines), 1)
        wrong.append(Message(line=line, level="error", message=message, mend=mend))

    for name, wanted in (("id", draft.document), ("kind", draft.kind)):
        if values.get(name) != wanted:
            refuse(
                (name,),
                f"`{name}` is {wanted} in this draft",
                "leave it so; another document is another draft",
            )
    head = {name: value for name, value in values.items() if name != "steps"}
    if "translations" in draft.head:
        head["translations"] = draft.head["translations"]
    parts: dict[str, Any] = {HEAD: head}
    order: list[str] = []
    given = values.get("steps", [])
    steps = cast("list[Any]", given) if isinstance(given, list) and draft.has_steps else []
    for place, step in enumerate(steps):
        identifier = cast("dict[str, Any]", step).get("id") if isinstance(step, dict) else None
        if not isinstance(identifier, str) or not shapes.is_part(STEP + identifier):
            refuse(
                ("steps", place),
                "the step has no identifier",
                "add `id:` with small letters, digits and hyphens",
            )
            continue
        if identifier in order:
            refuse(
                ("steps", place, "id"), f"the step {identifier!r} is there twice", "give each its own `id`"
            )
            continue
        order.append(identifier)
        parts[STEP + identifier] = step
    if draft.has_steps:
        parts[ORDER] = order
    for name, body in parts.items():
        odd = shapes.what_is_wrong(name, body)
        if odd is not None:
            step = name.removeprefix(STEP)
            refuse(("steps", order.index(step)) if step in order else (), odd, "mend it")
    return parts, wrong


def _remarks(
    remarks: Sequence[submitting.Remark], order: Sequence[str], lines: Mapping[yaml.Path, int]
) -> tuple[Message, ...]:
    found: list[Message] = []
    for each in remarks:
        begin = ("steps", order.index(each.step)) if each.step in order else ()
        path: yaml.Path = (*begin, *each.at)
        line = next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 1)
        found.append(Message(line=line, level=each.level, message=each.message, mend=each.mend))
    return tuple(sorted(found, key=lambda each: each.line))


def keep(
    house: House, draft: Draft, parts: Mapping[str, Any], versions: Mapping[str, Any], by: str
) -> list[Kept]:
    """Make the draft what a text says, from the versions that it was made from."""
    wanted = [
        Change(part=name, version=_version(draft, versions, name), body=body)
        for name, body in parts.items()
        if name not in draft.parts or draft.parts[name].body != body
    ]
    return changes(house, draft.id, wanted, by) if wanted else []


def _version(draft: Draft, versions: Mapping[str, Any], part: str) -> int:
    given = versions.get(part)
    if isinstance(given, int):
        return given
    return draft.parts[part].version if part in draft.parts else 0
