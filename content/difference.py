"""What differs between two values of a document: words, fields and entries of lists, as a person reads them."""

import difflib
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, cast

from content.instruction import Applies, Part, Tool
from content.values import Piece, format_duration

MANY = 1_500  # words of a text; above that what stands everywhere is no anchor, or a long text would take seconds
KEYS = ("id", "number", "role", "activity", "term", "name", "rule", "block", "file", "language")
_SINGLE = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af"  # scripts that are written without blanks
# signs above letters belong to their word; punctuation of other scripts does not
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u0900-\u0963\u0981-\u0d7f\u0e31-\u0e4e\u200c\u200d"
)
# a number with its decimals is one word; blanks belong to the word before
_WORD = re.compile(rf"^\s+|(?:[{_SINGLE}]|\d+(?:[.,:]\d+)*|(?:(?![{_SINGLE}])[\w{_MARKS}])+|[^\w\s])\s*")


class How(StrEnum):
    """What became of a thing between the two revisions."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Words:
    """Words that stand in both texts (SAME), only in the one before (REMOVED) or only in the one after (ADDED)."""

    how: How
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, before and after, in words; empty on the side where it is not there. `item` names the entry of a list.

    `prose` says that it is running text, which is best shown word by word.
    """

    field: str
    before: str
    after: str
    item: str = ""
    prose: bool = False

    @property
    def words(self) -> tuple[Words, ...]:
        """Both sides as one sequence of words."""
        return wording(self.before, self.after)


@lru_cache(maxsize=512)
def wording(before: str, after: str) -> tuple[Words, ...]:
    """Two texts word by word: without what was added it is the one, without what was removed the other."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > MANY)
    same = ""
    found: list[Words] = []
    for _, start, end, to_start, to_end in matcher.get_opcodes():
        gone, come = "".join(old[start:end]), "".join(new[to_start:to_end])
        shared = gone if gone == come else _first_word(old[start:end], new[to_start:to_end])
        same += shared
        gone, come = gone[len(shared) :], come[len(shared) :]
        if gone or come:
            found += [Words(How.SAME, same)] if same else []
            found += [Words(How.REMOVED, gone)] if gone else []
            found += [Words(How.ADDED, come)] if come else []
            same = ""
    return (*found, *([Words(How.SAME, same)] if same else []))


def _first_word(old: list[str], new: list[str]) -> str:
    """The word that both begin with, when only the blanks after it differ: a text went on where it ended before."""
    word = old[0].rstrip() if old and new else ""
    return word if word and word == new[0].rstrip() else ""


def changes(
    before: Piece, after: Piece, leave: frozenset[str], prose: frozenset[str] = frozenset()
) -> tuple[FieldChange, ...]:
    """Every field that differs, except those to leave; a field of `prose` is running text."""
    return tuple(
        change
        for name in dict.fromkeys([*type(before).model_fields, *type(after).model_fields])
        if name not in leave
        for change in field(
            name, getattr(before, name, None), getattr(after, name, None), prose=name in prose
        )
    )


def field(name: str, before: Any, after: Any, *, prose: bool = False) -> list[FieldChange]:
    """How one field differs; entry by entry where it is a list."""
    if plain(before) == plain(after):
        return []
    if isinstance(before, tuple | None) and isinstance(after, tuple | None):
        old, new = cast("tuple[Any, ...]", before or ()), cast("tuple[Any, ...]", after or ())
        return _entries(name, old, new, prose=prose)
    if isinstance(before, Applies) and isinstance(after, Applies):
        return [replace(each, field=f"{name}: {each.field}") for each in changes(before, after, frozenset())]
    return [FieldChange(name, spelled(before), spelled(after), prose=prose)]


def _entries(name: str, before: tuple[Any, ...], after: tuple[Any, ...], *, prose: bool) -> list[FieldChange]:
    old, new = _keyed(before), _keyed(after)
    if old is None or new is None:
        return _lines(
            name, [spelled(each) for each in before], [spelled(each) for each in after], prose=prose
        )
    found = [
        FieldChange(name, spelled(old.get(key)), spelled(new.get(key)), key, prose)
        for key in dict.fromkeys([*old, *new])
        if plain(old.get(key)) != plain(new.get(key))
    ]
    kept = [key for key in old if key in new]
    if kept != [key for key in new if key in old]:
        found.append(FieldChange(name, ", ".join(old), ", ".join(new), "order"))
    return found


def _keyed(items: tuple[Any, ...]) -> dict[str, Any] | None:
    """The entries by what they are known by; None where they have no names of their own."""
    found: dict[str, Any] = {}
    for item in items:
        key = next((value for each in KEYS if isinstance(value := getattr(item, each, None), str)), None)
        if not isinstance(item, Piece) or key is None or key in found:
            return None
        found[key] = item
    return found


def _lines(name: str, before: list[str], after: list[str], *, prose: bool) -> list[FieldChange]:
    found: list[FieldChange] = []
    for tag, start, end, to_start, to_end in difflib.SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        if tag != "equal":
            old, new = before[start:end], after[to_start:to_end]
            for place in range(max(len(old), len(new))):
                gone = old[place] if place < len(old) else ""
                come = new[place] if place < len(new) else ""
                found.append(FieldChange(name, gone, come, prose=prose))
    return found


def plain(value: Any) -> Any:
    """A value as JSON values, so that `8.5` and `8.50` differ as they do in the release."""
    if isinstance(value, Piece):
        return value.plain()
    if isinstance(value, tuple):
        return [plain(item) for item in cast("tuple[Any, ...]", value)]
    return str(value) if isinstance(value, Decimal) else value


def spelled(value: Any) -> str:
    """A value of a document as a person reads it; two that differ are spelled differently."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case timedelta():
            return format_duration(value)
        case Tool():
            return value.name
        case Part():
            return f"{value.quantity} × {value.name} ({value.number})"
        case Piece():
            return _mapping(value.plain())
        case tuple():
            return ", ".join(spelled(item) for item in cast("tuple[Any, ...]", value))
        case Mapping():
            return _mapping(cast("Mapping[str, Any]", value))
        case _:
            return str(value)


def _mapping(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{key.replace('_', ' ')}: {_nested(value)}" for key, value in values.items())


def _nested(value: Any) -> str:
    match value:
        case dict():
            return f"({_mapping(cast('dict[str, Any]', value))})"
        case list():
            return f"[{', '.join(_nested(item) for item in cast('list[Any]', value))}]"
        case _:
            return spelled(value)


def moved(before: Sequence[str], after: Sequence[str]) -> frozenset[str]:
    """Which of the names that stand on both sides were moved: as few as explain the new order."""
    places = {name: place for place, name in enumerate(before)}
    kept = [name for name in after if name in places]
    stays = _longest_rise([places[name] for name in kept])
    return frozenset(name for name in kept if places[name] not in stays)


def _longest_rise(numbers: Sequence[int]) -> set[int]:
    """The numbers of a longest rising subsequence (patience sorting)."""
    tops: list[int] = []
    below: dict[int, int | None] = {}
    for number in numbers:
        pile = bisect_left(tops, number)
        below[number] = tops[pile - 1] if pile else None
        tops[pile : pile + 1] = [number]
    found: set[int] = set()
    number = tops[-1] if tops else None
    while number is not None:
        found.add(number)
        number = below[number]
    return found
