"""Everything wrong with a document at once: each error is mended in a copy for the time being, to see what follows.

What validation says last hides behind what it says first: a misspelled key keeps the references from being looked at,
and a reference the conditions. Only what nothing else depends on is mended, so that no finding is made by the mending.
"""

import copy
import difflib
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
}
APART = frozenset({"media", "parts", "tools", "group", "standard_time", "safety", "references"})
COMPUTED = frozenset({"low", "high", "target"})
NAMING = frozenset({"when", "limits", "same_as", "next", "on_failure"})  # where steps and checks are named


def errors(values: Any, kind: type[Piece]) -> list[ErrorDetails]:
    """What validation says about `values`, as far as it can be known at once; empty when nothing is wrong."""
    found: dict[tuple[yaml.Path, str], ErrorDetails] = {}
    mended: set[yaml.Path] = set()
    copied = values
    for _ in range(ROUNDS):
        fresh = {
            (path, error["msg"]): error
            for error in _told(copied, kind)
            for path in [path_of(copied, error)]
            if (path, error["msg"]) not in found and not _is_made(error, path, mended, found.values())
        }
        if not fresh:
            break
        found.update(fresh)
        copied = copy.deepcopy(copied)  # the errors keep what was given as it was
        mended.update(path for (path, _), error in fresh.items() if _mend(copied, path, error))
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


def _mend(values: Any, path: yaml.Path, error: ErrorDetails) -> bool:
    """Mend in `values` what the error is about; False where other parts of the document may depend on it."""
    around = value_at(values, path[:-1]) if path else None
    if not isinstance(around, dict):
        return False
    entry, key = cast("dict[str, Any]", around), str(path[-1])
    if error["type"] == UNKNOWN or (key in APART and "checks" not in path):
        entry.pop(key, None)
    elif key in STANDS_IN:
        entry[key] = STANDS_IN[key]
    elif key in COMPUTED and "limits" in path:
        entry[key] = "0"
    elif key == "id" and error["type"] == REFUSED:
        entry[key] = f"{entry[key]}{AGAIN}"
    else:
        return False
    return True
