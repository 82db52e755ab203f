"""A draft's step for the preview as far as it is valid: what is not yet right is left out, never the whole picture."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from pydantic import ValidationError

from content.explaining import path_of
from content.instruction import Instruction
from server.errors import NotThere
from server.library.drafts import Draft

ROUNDS = 12  # of leaving out
STANDS_IN = {"title": "…", "text": "…", "prompt": "…"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """The document's values for one step's picture; `whole` where nothing was left out."""

    values: dict[str, Any]
    whole: bool


def present(draft: Draft, step: str) -> Presented:
    """What can be drawn of the draft's step; raises NotThere."""
    values = draft.values
    steps = values.get("steps", [])
    if step not in draft.steps:
        raise NotThere("There is no such step in this draft.", "Load the page again.")
    values["steps"] = [_there(each, draft) for each in steps]
    whole = values["steps"] == steps
    try:
        Instruction.model_validate(_as_instruction(values))
    except ValidationError:
        whole, values = False, _reduced(_as_instruction(values), step)
    return Presented(values=_as_instruction(values), whole=whole)


def _as_instruction(values: dict[str, Any]) -> dict[str, Any]:
    """A block is drawn as an instruction of its own."""
    if values.get("kind") != "block":
        return values
    return {**values, "kind": "work-instruction", "applies_to": {}}


def _there(step: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    """The step without media whose files are not there."""
    media = [
        medium
        for medium in step.get("media", [])
        if all(medium[key] in draft.media for key in ("picture", "video", "poster") if key in medium)
    ]
    return {**step, "media": media} if media != step.get("media", []) else dict(step)


def _reduced(values: dict[str, Any], step: str) -> dict[str, Any]:
    """The document with one step as it is and the others by their titles, until it is valid."""
    head = {
        "id": values.get("id"),
        "kind": "work-instruction",
        "title": values.get("title") or "…",
        "revision": 1,
        "language": values.get("language", "en"),
        "applies_to": {},
        "translations": values.get("translations", {}),
    }
    kept = copy.deepcopy(next(each for each in values["steps"] if each.get("id") == step))
    for key in ("when", "next", "groups", "group"):
        kept.pop(key, None)
    for check in kept.get("checks", []):
        for key in ("when", "on_failure", "attempts"):
            check.pop(key, None)
        if "limits" in check:
            check.pop("limits")
            check.setdefault("low", "0")
    listed = {
        "tools": [{"id": each, "name": _name(values, "tools", "id", each)} for each in kept.get("tools", [])],
        "parts": _parts(values, kept.get("parts", [])),
    }
    others = [
        {"id": each["id"], "title": each.get("title") or "…", "text": "…"} if each.get("id") != step else kept
        for each in values["steps"]
    ]
    made: dict[str, Any] = {**head, **listed, "steps": others}
    for _ in range(ROUNDS):
        try:
            Instruction.model_validate(made)
        except ValidationError as problem:
            for error in problem.errors():
                _leave_out(made, path_of(made, error))
        else:
            break
    return made


def _name(values: Mapping[str, Any], field: str, key: str, wanted: str) -> str:
    held = cast("list[dict[str, Any]]", values.get(field, []))
    return next(
        (str(each.get("name")) for each in held if each.get(key) == wanted and each.get("name")), wanted
    )


def _parts(values: Mapping[str, Any], numbers: list[str]) -> list[dict[str, Any]]:
    return [
        {"number": each, "name": _name(values, "parts", "number", each)} for each in dict.fromkeys(numbers)
    ]


def _leave_out(values: Any, path: tuple[str | int, ...]) -> None:
    """Take out the entry that is wrong: a check, a medium, a field of the step; words get a stand-in."""
    if len(path) >= 3 and path[0] == "steps":
        step = values["steps"][path[1]]
        field, entry = path[2], step.get(path[2])
        if field in STANDS_IN:
            step[field] = STANDS_IN[str(field)]
        elif isinstance(entry, list) and len(path) > 3 and isinstance(path[3], int) and path[3] < len(entry):
            del entry[path[3]]
        else:
            step.pop(field, None)
    elif path and path[0] not in {"steps", "id", "kind"}:
        if path[0] in {"title", "language"}:
            values[path[0]] = "…" if path[0] == "title" else "en"
        elif len(path) > 1 and isinstance(values.get(path[0]), list) and isinstance(path[1], int):
            del values[path[0]][path[1]]
        else:
            values.pop(path[0], None)
