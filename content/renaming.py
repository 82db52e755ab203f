"""Give a step or a check another identifier, and every place that names it: ways, failures, conditions, translations.

It works on a document's values, valid or not, and changes nothing in place.
"""

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from content.conditions import spelled

_TOKEN = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([A-Za-z_][\w.]*)""")
ABOUT = frozenset({"passed", "attempts", "visits"})  # what expressions say about a step or a check
OWN = frozenset({"order", "unit", "options"})  # names that no step has
LIMITS = ("low", "high", "target")
Values = dict[str, Any]


def step_renamed(
    head: Mapping[str, Any], steps: list[Values], old: str, new: str
) -> tuple[Values, list[Values]]:
    """The head and the steps with the step `old` called `new`."""

    def named(words: list[str]) -> list[str]:
        place = 1 if words[0] in ABOUT and len(words) > 1 else 0
        if words[place] == spelled(old) and (place or words[0] not in OWN):
            words[place] = spelled(new)
        return words

    told = [_told(step, named) for step in steps]
    for step in told:
        if step.get("id") == old:
            step["id"] = new
        for rule in _objects(step, "next"):
            _put(rule, "to", old, new)
        for check in _objects(step, "checks"):
            if isinstance(check.get("on_failure"), dict):
                _put(check["on_failure"], "go_to", old, new)
            first, dot, second = str(check.get("same_as", "")).partition(".")
            if dot and first == old:
                check["same_as"] = f"{new}.{second}"
    return _head(head, f"steps.{old}.", f"steps.{new}.", old, new), told


def check_renamed(
    head: Mapping[str, Any], steps: list[Values], step: str, old: str, new: str
) -> tuple[Values, list[Values]]:
    """The head and the steps with the check `old` of `step` called `new`."""

    def named(words: list[str]) -> list[str]:
        place = 1 if words[0] in ABOUT and len(words) > 1 else 0
        if len(words) > place + 1 and words[place : place + 2] == [spelled(step), spelled(old)]:
            words[place + 1] = spelled(new)
        return words

    told = [_told(each, named) for each in steps]
    for each in told:
        for check in _objects(each, "checks"):
            if each.get("id") == step and check.get("id") == old:
                check["id"] = new
            _put(check, "same_as", f"{step}.{old}", f"{step}.{new}")
        for group in _objects(each, "groups") if each.get("id") == step else ():
            group["checks"] = [new if name == old else name for name in group.get("checks", [])]
    begin = f"steps.{step}.checks."
    return _head(head, f"{begin}{old}.", f"{begin}{new}.", "", ""), told


def _head(head: Mapping[str, Any], begin: str, anew: str, old: str, new: str) -> Values:
    """The head with the keys of its translations, and what its suppressions name."""
    changed = copy.deepcopy(dict(head))
    translations: Any = changed.get("translations")
    if isinstance(translations, dict):
        changed["translations"] = {
            language: _begun(texts, begin, anew)
            for language, texts in cast("dict[str, Any]", translations).items()
        }
    for each in _objects(changed, "lint") if old else ():
        _put(each, "step", old, new)
    return changed


def _begun(texts: Any, begin: str, anew: str) -> Any:
    """A language's texts under keys that begin anew."""
    if not isinstance(texts, dict):
        return texts
    return {
        anew + key.removeprefix(begin) if key.startswith(begin) else key: text
        for key, text in cast("dict[str, Any]", texts).items()
    }


def _put(values: Values, field: str, old: str, new: str) -> None:
    if values.get(field) == old:
        values[field] = new


def _objects(values: Mapping[str, Any], field: str) -> Iterator[Values]:
    held = values.get(field, [])
    for each in cast("list[Any]", held) if isinstance(held, list) else ():
        if isinstance(each, dict):
            yield cast("Values", each)


def _told(step: Values, named: Callable[[list[str]], list[str]]) -> Values:
    """A copy of the step whose expressions name things anew."""

    def word(match: re.Match[str]) -> str:
        return match[0] if match[1] else ".".join(named(match[2].split(".")))

    made = copy.deepcopy(step)
    for values, field in places_of_expressions(made):
        values[field] = _TOKEN.sub(word, values[field])
    return made


def places_of_expressions(step: Values) -> Iterator[tuple[Values, str]]:
    """Where a step's values hold expressions: what holds them, and the field."""
    for values in (step, *_objects(step, "next"), *_objects(step, "checks")):
        if isinstance(values.get("when"), str):
            yield values, "when"
    for check in _objects(step, "checks"):
        for around in (check, *_objects(check, "columns")):
            limits = around.get("limits")
            for field in LIMITS if isinstance(limits, dict) else ():
                if isinstance(cast("Values", limits).get(field), str):
                    yield cast("Values", limits), field
