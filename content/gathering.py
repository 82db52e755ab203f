"""Everything wrong with a document at once: each error is mended in a copy for the time being, to see what follows.

What validation says last hides behind what it says first: a misspelled key keeps the references from being looked at,
and a reference the conditions. Only what nothing else depends on is mended, so that no finding is made by the mending.
"""

import copy
import difflib
import re
from collections.abc import Iterable
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from content import yaml
from content.explaining import path_of, value_at
from content.refusing import REFUSED
from content.values import Piece

AGAIN = "-again"  # put behind an identifier that is there twice
UNKNOWN = "extra_forbidden"  # the error's type for a key that is not known
MOST = 200  # errors of one round; whoever has more mends these first
FORMS = frozenset({"string_type", "bool_type", "literal_error", "model_type", REFUSED})
ROUNDS = 40  # of mending; whoever has more to mend begins with these
STANDS_IN: dict[
    str, object
] = {  # what nothing else in a document depends on, and a value that is valid there
    **dict.fromkeys(
        ("title", "text", "alt", "prompt", "name", "meaning", "quantity", "purpose", "scope"), "?"
    ),
    "unit": "1",
    "revision": 1,
    "language": "en",
    "when": "true",
    "applies_to": {},
    "risk_class": "low",
}
APART = frozenset({"media", "parts", "tools", "group", "standard_time", "safety", "references"})  # of a step
BESIDE = frozenset(
    {"translations", "attachments", "lint", "governed_by", "summary", "review_interval"}
)  # of a document
COMPUTED = frozenset({"low", "high", "target"})
NAMING = frozenset({"when", "limits", "same_as", "next", "on_failure"})  # where steps and checks are named


def errors(values: Any, kind: type[Piece]) -> list[ErrorDetails]:
    """What validation says about `values`, as far as it can be known at once; empty when nothing is wrong."""
    found: dict[tuple[yaml.Path, str], ErrorDetails] = {}
    untold: set[tuple[yaml.Path, str]] = set()
    mended: set[yaml.Path] = set()
    replaced: set[str] = set()  # checks that others stand in for: nothing that names them is told
    copied = values
    for _ in range(ROUNDS):
        fresh = {
            (path, error["msg"]): error
            for error in _told(copied, kind)
            for path in [path_of(copied, error)]
            if (path, error["msg"]) not in found
            and (path, error["msg"]) not in untold
            and not _is_made(error, path, mended, found.values())
        }
        if not fresh:
            break
        for (path, told), error in fresh.items():
            if _names(f"{told} {value_at(copied, path)}", path, replaced):
                untold.add((path, told))
            else:
                found[path, told] = error
        copied = copy.deepcopy(copied)  # the errors keep what was given as it was
        for (path, _), error in fresh.items():
            place = _mend(copied, path, error, replaced)
            if place is not None:
                mended.add(place)
    return list(found.values())


def _told(values: Any, kind: type[Piece]) -> list[ErrorDetails]:
    try:
        kind.model_validate(values)
    except ValidationError as problem:
        told = [error for error in problem.errors()[:MOST] if not _counts_only_valid(error)]
        return _one_of_each_choice(values, told)
    return []


def _one_of_each_choice(values: Any, told: list[ErrorDetails]) -> list[ErrorDetails]:
    """Where a value can be of several forms, only what is wrong with the form that it comes nearest to."""
    paths = [path_of(values, error) for error in told]
    kept: list[ErrorDetails] = []
    for place, (error, path) in enumerate(zip(told, paths, strict=True)):
        tried = bool(error["loc"]) and error["type"] in FORMS and error["loc"][-1:] != path[-1:]
        rivals = (*paths[:place], *(other for other in paths[place + 1 :] if len(other) > len(path)))
        if not (tried and any(other[: len(path)] == path for other in rivals)):
            kept.append(error)
    return kept


def _counts_only_valid(error: ErrorDetails) -> bool:
    """Whether a list is called too short only because the entries that it has are not valid."""
    entries: Any = error["input"]
    return (
        error["type"] == "too_short"
        and isinstance(entries, list)
        and len(cast("list[Any]", entries)) >= error.get("ctx", {}).get("min_length", 0)
    )


def _is_made(
    error: ErrorDetails, path: yaml.Path, mended: set[yaml.Path], found: Iterable[ErrorDetails]
) -> bool:
    """Whether an error may come from the mending: by its place, by its words, or by names that were taken out."""
    if AGAIN in error["msg"]:
        return True
    if any(path[:end] in mended for end in range(1, len(path) + 1)):
        return True
    names = not path or bool(NAMING.intersection(path))
    return names and any(_may_name(str(error["loc"][-1])) for error in found if error["type"] == UNKNOWN)


def _may_name(key: str) -> bool:
    """Whether an unknown key may be a misspelled one that the conditions know something by."""
    return not difflib.get_close_matches(key, [*STANDS_IN, *APART], n=1)


def _names(told: str, path: yaml.Path, replaced: set[str]) -> bool:
    """Whether what is told, or what stands there, names a check that another one stands in for."""
    if not replaced or not NAMING.intersection(path):
        return False
    return any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", told) for name in replaced)


def _mend(values: Any, path: yaml.Path, error: ErrorDetails, replaced: set[str]) -> yaml.Path | None:
    """Mend in `values` what the error is about; the place that was mended, None where other parts may depend on it."""
    apart = _apart(path)
    if apart is not None and error["type"] != UNKNOWN:
        around = value_at(values, apart[:-1])
        if isinstance(around, dict):
            cast("dict[str, Any]", around).pop(str(apart[-1]), None)
            return apart
    around = value_at(values, path[:-1]) if path else None
    if isinstance(around, dict) and _mend_entry(cast("dict[str, Any]", around), path, error):
        return path
    return _stand_in(values, path, error, replaced)


def _apart(path: yaml.Path) -> yaml.Path | None:
    """The part of a step, or of the document, around a path that nothing else depends on."""
    if path and path[0] in BESIDE:
        return path[:1]
    if len(path) > 2 and path[0] == "steps" and path[2] in APART:
        return path[:3]
    return None


def _mend_entry(entry: dict[str, Any], path: yaml.Path, error: ErrorDetails) -> bool:
    key = str(path[-1])
    if error["type"] == UNKNOWN:
        entry.pop(key, None)
    elif key in STANDS_IN:
        entry[key] = copy.deepcopy(STANDS_IN[key])
    elif key in COMPUTED and "limits" in path:
        entry[key] = "0"
    elif key == "id" and error["type"] == REFUSED:
        entry[key] = f"{entry[key]}{AGAIN}"
    else:
        return False
    return True


def _stand_in(values: Any, path: yaml.Path, error: ErrorDetails, replaced: set[str]) -> yaml.Path | None:
    """Let a confirm stand in for a check that is wrong in itself: steps and other checks can be looked at then."""
    if len(path) < 4 or path[0] != "steps" or path[2] != "checks" or NAMING.intersection(path):
        return None
    checks, place = value_at(values, path[:3]), path[3]
    check = value_at(values, path[:4])
    name = cast("dict[str, Any]", check).get("id") if isinstance(check, dict) else None
    if not isinstance(checks, list) or not isinstance(place, int) or not isinstance(name, str):
        return None
    if path[4:5] == ("id",) and error["type"] == REFUSED:
        return None
    checks[place] = {"id": name, "kind": "confirm", "prompt": "?"}
    replaced.update({name, name.replace("-", "_")})
    return path[:4]
