"""Merge two changes of one part field by field; a field that both changed stays as it is and is told. Pure."""

from dataclasses import dataclass
from typing import Any, cast

KEYS = ("id", "number")  # what names an entry of a list
_ABSENT = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """A field that both changed to something else; `at` leads to it, and None is what is not there."""

    at: tuple[str, ...]
    base: Any
    theirs: Any
    mine: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What both made of it: their words stand where both changed the same, and `apart` says where that is."""

    body: Any
    apart: tuple[Apart, ...]


def merge(base: Any, theirs: Any, mine: Any) -> Merged:
    """What both made of `base`."""
    apart: list[Apart] = []
    body = _merge(base, theirs, mine, (), apart)
    return Merged(body=None if body is _ABSENT else body, apart=tuple(apart))


def _merge(base: Any, theirs: Any, mine: Any, at: tuple[str, ...], apart: list[Apart]) -> Any:
    if _same(mine, theirs) or _same(mine, base):
        return theirs
    if _same(theirs, base):
        return mine
    if isinstance(theirs, dict) and isinstance(mine, dict):
        known = cast("dict[str, Any]", base) if isinstance(base, dict) else {}
        return _objects(known, cast("dict[str, Any]", theirs), cast("dict[str, Any]", mine), at, apart)
    if isinstance(theirs, list) and isinstance(mine, list):
        was = cast("list[Any]", base) if isinstance(base, list) else []
        return _lists(was, cast("list[Any]", theirs), cast("list[Any]", mine), at, apart)
    return _told(base, theirs, mine, at, apart)


def _told(base: Any, theirs: Any, mine: Any, at: tuple[str, ...], apart: list[Apart]) -> Any:
    shown = [None if each is _ABSENT else each for each in (base, theirs, mine)]
    apart.append(Apart(at=at, base=shown[0], theirs=shown[1], mine=shown[2]))
    return theirs


def _same(one: Any, other: Any) -> bool:
    return one is other or (type(one) is type(other) and one == other)


def _objects(
    base: dict[str, Any],
    theirs: dict[str, Any],
    mine: dict[str, Any],
    at: tuple[str, ...],
    apart: list[Apart],
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in dict.fromkeys((*theirs, *mine)):
        was, their, my = (each.get(key, _ABSENT) for each in (base, theirs, mine))
        value = _merge(was, their, my, (*at, key), apart)
        if value is not _ABSENT:
            found[key] = value
    return found


def _lists(
    base: list[Any], theirs: list[Any], mine: list[Any], at: tuple[str, ...], apart: list[Apart]
) -> list[Any]:
    """Lists whose entries have names are merged entry by entry; others are one field."""
    named = [_by_name(each) for each in (base, theirs, mine)]
    if any(each is None for each in named):
        return _told(base, theirs, mine, at, apart)
    was, their, my = (cast("dict[str, Any]", each) for each in named)
    found: list[Any] = []
    for name in _order(list(was), list(their), list(my), at, apart):
        before, theirs_now, mine_now = (each.get(name, _ABSENT) for each in (was, their, my))
        value = _merge(before, theirs_now, mine_now, (*at, name), apart)
        if value is not _ABSENT:
            found.append(value)
    return found


def _by_name(entries: list[Any]) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    for entry in entries:
        name = entry if isinstance(entry, str) else None
        if isinstance(entry, dict):
            values = cast("dict[str, Any]", entry)
            name = next((str(values[key]) for key in KEYS if key in values), None)
        if name is None or name in found:
            return None
        found[name] = entry
    return found


def _order(
    base: list[str], theirs: list[str], mine: list[str], at: tuple[str, ...], apart: list[Apart]
) -> list[str]:
    """The order of the entries: the one that was changed; additions stand behind what they stood behind."""
    kept = [name for name in base if name in theirs and name in mine]
    their_kept, my_kept = ([name for name in each if name in kept] for each in (theirs, mine))
    if their_kept != kept and my_kept not in (kept, their_kept):
        apart.append(Apart(at=at, base=base, theirs=theirs, mine=mine))
        leading, other = theirs, mine
    else:
        leading, other = (mine, theirs) if my_kept != kept else (theirs, mine)
    gone = set(base) - set(kept)
    found = [name for name in leading if name not in gone or name not in base]
    for place, name in enumerate(other):
        if name not in found and name not in base:
            before = other[place - 1] if place else None
            found.insert(found.index(before) + 1 if before in found else 0, name)
    # what one deleted and the other changed is left to the merging of the entry itself
    return [*found, *(name for name in base if name in gone and name not in found)]
