"""A text that matches a regular expression, found by walking the expression itself."""

# pyright: basic
# Python's own parser of expressions has no types
import re
from re import _constants as op  # pyright: ignore[reportAttributeAccessIssue]
from re import _parser  # pyright: ignore[reportAttributeAccessIssue]
from typing import Any

from content import patterns

REPEATED = 200  # times at most that a piece is repeated in an example
LONGEST = 2_000  # characters of an example


def example_of(pattern: str) -> str | None:
    """A text that all of `pattern` matches; None where none was found, as with look-ahead."""
    try:
        text = _spell(_parser.parse(pattern), {})
        return text if len(text) <= LONGEST and patterns.fits(pattern, text) else None
    except (re.error, ValueError, RecursionError):  # also a pattern that is not taken here
        return None


def _spell(parsed: Any, groups: dict[int, str]) -> str:
    return "".join(_piece(name, argument, groups) for name, argument in parsed)


def _piece(name: Any, argument: Any, groups: dict[int, str]) -> str:
    if name is op.LITERAL:
        return chr(argument)
    if name is op.NOT_LITERAL:
        return "A" if argument != ord("A") else "B"
    if name is op.ANY:
        return "A"
    if name is op.IN:
        return _one_of(argument)
    if name is op.BRANCH:
        return _spell(argument[1][0], groups)
    if name is op.SUBPATTERN:
        text = _spell(argument[3], groups)
        groups[argument[0]] = text
        return text
    if name is op.GROUPREF:
        return groups.get(argument, "")
    if name in {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}:
        least, most, inner = argument
        times = min(max(least, 1 if most else 0), REPEATED)
        return _spell(inner, groups)[: LONGEST + 1] * times
    if name is op.ATOMIC_GROUP:
        return _spell(argument, groups)
    return ""  # a place in the text, such as its end


def _one_of(choices: Any) -> str:
    if choices[0][0] is op.NEGATE:
        refused = {letter for name, argument in choices[1:] for letter in _letters(name, argument)}
        return next(letter for letter in "Aa0 -_.#" if letter not in refused)
    return _letters(*choices[0])[0]


def _letters(name: Any, argument: Any) -> str:
    if name is op.LITERAL:
        return chr(argument)
    if name is op.RANGE:
        low, high = argument
        return "".join(chr(code) for code in range(low, min(high, low + 200) + 1))
    words = {
        op.CATEGORY_DIGIT: "7",
        op.CATEGORY_SPACE: " ",
        op.CATEGORY_WORD: "A",
        op.CATEGORY_NOT_DIGIT: "A",
    }
    return words.get(argument, "A")
