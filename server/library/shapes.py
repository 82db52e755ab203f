"""The shape that a draft's parts must have, whatever they say: an object, a list of steps; and what is damaged.

Whether a part is right is for the document's validation; that it is a part at all is refused at the edge.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from server.errors import Invalid

HEAD, ORDER, STEP = "head", "order", "step:"
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_NAME = 80
MOST_STEPS = 500
DEEPEST = 14  # levels of a part; the language itself needs 8
LISTS = ("media", "checks", "next", "safety", "groups", "drives", "prints")  # of objects, in a step
WORDS = ("parts", "tools", "references")  # lists of texts, in a step
ROWS = (
    "tools",
    "parts",
    "parameters",
    "options",
    "step_groups",
    "attachments",
    "flow",
    "roles",
)  # in the head


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """A part of a draft that cannot be read as one, in a sentence."""

    part: str
    message: str


def is_part(name: str) -> bool:
    """Whether a draft can have a part of that name."""
    step = name.removeprefix(STEP)
    return name in {HEAD, ORDER} or (
        name.startswith(STEP) and len(step) <= LONGEST_NAME and NAME.fullmatch(step) is not None
    )


def insist(part: str, body: Any, document: str, kind: str) -> None:
    """Raise Invalid, with a sentence, unless `body` can be the part of that name."""
    wrong = what_is_wrong(part, body)
    if wrong is None and part == HEAD and (body.get("id"), body.get("kind")) != (document, kind):
        wrong = "the head names another document"
    if wrong is not None:
        raise Invalid(wrong, "load the page again; what you typed is kept in the browser")


def what_is_wrong(part: str, body: Any) -> str | None:
    """Why `body` cannot be the part of that name; None where it can."""
    if part == ORDER:
        return _order(body)
    what = "the head of a document" if part == HEAD else "a step"
    if not isinstance(body, dict):
        return f"{what} is an object with named fields"
    values = cast("dict[str, Any]", body)
    if _depth(values) > DEEPEST:
        return f"{what} is nested too deeply"
    if part == HEAD:
        if "steps" in values:
            return "the steps are parts of their own, they do not stand in the head"
        return _lists(values, what, ROWS, ())
    if values.get("id") != part.removeprefix(STEP):
        return f"the step {part.removeprefix(STEP)!r} calls itself {values.get('id')!r}"
    return _lists(values, what, LISTS, WORDS)


def _order(body: Any) -> str | None:
    if not isinstance(body, list):
        return "the order of the steps is a list"
    names = cast("list[Any]", body)
    odd = [each for each in names if not (isinstance(each, str) and NAME.fullmatch(each))]
    if odd:
        return f"the order of the steps names {str(odd[0])[:40]!r}, which is no step's identifier"
    if len(set(names)) != len(names):
        return "the order of the steps names a step twice"
    if len(names) > MOST_STEPS:
        return f"there are {len(names)} steps; at most {MOST_STEPS}"
    return None


def _lists(values: Mapping[str, Any], what: str, rows: Sequence[str], words: Sequence[str]) -> str | None:
    for name in (*rows, *words):
        held = values.get(name, [])
        wanted = str if name in words else dict
        if not isinstance(held, list) or not all(
            isinstance(each, wanted) for each in cast("list[Any]", held)
        ):
            return (
                f"`{name}` of {what} is a list of {'texts' if name in words else 'entries with named fields'}"
            )
    for name in ("title", "text"):
        if not isinstance(values.get(name, ""), str):
            return f"`{name}` of {what} is a text"
    return None


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        each, depth = waiting.pop()
        deepest = max(deepest, depth)
        if isinstance(each, dict):
            waiting += [(inner, depth + 1) for inner in cast("dict[str, Any]", each).values()]
        elif isinstance(each, list):
            waiting += [(inner, depth + 1) for inner in cast("list[Any]", each)]
    return deepest


def damages(parts: Mapping[str, Any], *, with_steps: bool) -> tuple[Damage, ...]:
    """What of a draft's parts cannot be read; empty for every draft that the editor has written."""
    found: list[Damage] = []
    for part in (HEAD, *((ORDER,) if with_steps else ())):
        wrong = what_is_wrong(part, parts.get(part)) if part in parts else "it is not there"
        if wrong is not None:
            found.append(Damage(part=part, message=wrong))
    if not with_steps:
        return tuple(found)
    for step in steps_of(parts.get(ORDER)):
        part = STEP + step
        wrong = (
            what_is_wrong(part, parts[part])
            if part in parts
            else f"the step {step!r} has no words: it was lost"
        )
        if wrong is not None:
            found.append(Damage(part=part, message=wrong))
    return tuple(found)


def steps_of(order: Any) -> list[str]:
    """The steps that an order names, each once, as far as it can be read."""
    names = cast("list[Any]", order) if isinstance(order, list) else []
    return list(dict.fromkeys(each for each in names if isinstance(each, str) and NAME.fullmatch(each)))
