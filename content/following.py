"""Translations that follow their texts: a text known by its words keeps its translation, stale, when those change.

It works on a document's values, valid or not, and changes nothing in place.
"""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, cast

from content.languages import lasting, stamp

Texts = dict[str, Any]
FIELD = {"from": "source"}  # a field that is spelled otherwise in a document
APART = frozenset({"translations", "steps"})  # the steps are followed one by one


def followed(
    translations: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any], begin: str = ""
) -> dict[str, Any]:
    """The translations after a part, whose keys begin so, said something else; those that are stale say of what."""
    became = dict(_became(before, after, begin))
    if not became:
        return dict(translations)
    return {language: _moved(texts, became) for language, texts in translations.items()}


def _moved(texts: Any, became: Mapping[str, str]) -> Any:
    if not isinstance(texts, dict):
        return texts
    told = cast("dict[str, Any]", texts)
    if not all(isinstance(each, dict) for each in told.values()):
        return told
    held = {lasting(key, str(each.get("of"))): each for key, each in told.items()}
    if not any(old in held for old in became):
        return told
    for old, new in became.items():
        known = held.get(old)
        if known is None:
            continue
        if not old.endswith(f".{known.get('of')}"):  # was stale before: nobody asks for it any more
            del held[old]
        held.setdefault(new, known)
    return held


def _became(before: Mapping[str, Any], after: Mapping[str, Any], begin: str) -> Iterator[tuple[str, str]]:
    """The keys of texts that are gone, each with that of the text that stands in its place."""
    lists = [_lists(values, begin) for values in (before, after)]
    for key, old in lists[0].items():
        new = lists[1].get(key, [])
        for what, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if what == "replace" and last - first == end - start:
                pairs = zip(old[first:last], new[start:end], strict=True)
                yield from (
                    (f"{key}.{stamp(was)}", f"{key}.{stamp(now)}")
                    for was, now in pairs
                    if was not in new and now not in old
                )


def _lists(values: Mapping[str, Any], begin: str) -> dict[str, list[str]]:
    """The texts that have no identifier of their own, by what holds them."""
    found = sorted(_texts(values, begin, named=True), key=lambda each: each[0])
    return {key: [text for _, text in each] for key, each in groupby(found, key=lambda each: each[0])}


def _texts(value: Any, key: str, *, named: bool) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if not named and value.strip():
            yield key, value.strip()
    elif isinstance(value, dict):
        for name, each in cast("Texts", value).items():
            if key or name not in APART:
                yield from _texts(each, f"{key}.{FIELD.get(name, name)}".lstrip("."), named=named)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            name = (
                cast("Texts", each).get("id") or cast("Texts", each).get("number")
                if isinstance(each, dict)
                else None
            )
            own = isinstance(name, str)
            yield from _texts(each, f"{key}.{name}" if own else key, named=named and own)
