"""Merge two changes of one part: fields that only one touched come together; one that both touched is a clash. Pure."""

from typing import Any, cast

KEYS = ("id", "number")  # what names an entry of a list


class Clash(Exception):
    """Both changed the same, to something else; `fields` says where."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


def merged(base: Any, theirs: Any, mine: Any) -> Any:
    """What both made of `base`; raises Clash."""
    clashes: list[str] = []
    found = _merge(base, theirs, mine, "", clashes)
    if clashes:
        raise Clash(tuple(clashes))
    return found


def _merge(base: Any, theirs: Any, mine: Any, where: str, clashes: list[str]) -> Any:
    if mine in (base, theirs) and type(mine) is type(base if mine == base else theirs):
        return theirs
    if theirs == base:
        return mine
    if isinstance(theirs, dict) and isinstance(mine, dict):
        known = cast("dict[str, Any]", base) if isinstance(base, dict) else {}
        return _objects(known, cast("dict[str, Any]", theirs), cast("dict[str, Any]", mine), where, clashes)
    if all(isinstance(each, list) for each in (base, theirs, mine)):
        lists = tuple(cast("list[Any]", each) for each in (base, theirs, mine))
        return _lists(lists[0], lists[1], lists[2], where, clashes)
    clashes.append(where or "everything")
    return mine


_ABSENT = object()


def _objects(
    base: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any], where: str, clashes: list[str]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in dict.fromkeys((*theirs, *mine)):
        place = f"{where}.{key}" if where else key
        was, their, my = (each.get(key, _ABSENT) for each in (base, theirs, mine))
        value = _merge(was, their, my, place, clashes)
        if value is not _ABSENT:
            found[key] = value
    return found


def _lists(base: list[Any], theirs: list[Any], mine: list[Any], where: str, clashes: list[str]) -> list[Any]:
    """Lists whose entries have names are merged entry by entry; of others, only additions come together."""
    named = [_by_name(each) for each in (base, theirs, mine)]
    if any(each is None for each in named):
        clashes.append(where or "order")
        return mine
    was, their, my = (cast("dict[str, Any]", each) for each in named)
    order = _order(list(was), list(their), list(my), where, clashes)
    found: list[Any] = []
    for name in order:
        value = _merge(
            was.get(name, _ABSENT),
            their.get(name, _ABSENT),
            my.get(name, _ABSENT),
            f"{where}.{name}",
            clashes,
        )
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


def _order(base: list[str], theirs: list[str], mine: list[str], where: str, clashes: list[str]) -> list[str]:
    """The order of the entries: the one that was changed; additions stand behind what they stood behind."""
    kept = [name for name in base if name in theirs and name in mine]
    their_kept, my_kept = ([name for name in each if name in kept] for each in (theirs, mine))
    if their_kept != kept and my_kept not in (kept, their_kept):
        clashes.append(where or "order")
        return mine
    leading, other = (mine, theirs) if my_kept != kept else (theirs, mine)
    gone = set(base) - {name for name in base if name in theirs and name in mine}
    found = [name for name in leading if name not in gone or name not in base]
    for place, name in enumerate(other):
        if name not in found and name not in base:
            before = other[place - 1] if place else None
            found.insert(found.index(before) + 1 if before in found else 0, name)
    # what one deleted and the other changed is left to the merging of the entry itself
    return [*found, *(name for name in base if name in gone and name not in found)]
