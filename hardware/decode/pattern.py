"""A line's fields by a regular expression with named groups, for devices that every maker spells otherwise."""

import re
from collections.abc import Iterable
from decimal import Decimal

from hardware.decode.numbers import number

LONGEST = 200  # characters of a pattern that a table may hold


def compiled(pattern: str, needed: Iterable[str], known: Iterable[str]) -> re.Pattern[str]:
    """The pattern; raises ValueError with the mend when it is none, or lacks or invents a group."""
    if len(pattern) > LONGEST:
        raise ValueError(f"has {len(pattern)} characters; at most {LONGEST} are taken")
    try:
        made = re.compile(pattern)
    except re.error as problem:
        raise ValueError(f"is no regular expression: {problem}") from None
    for group in needed:
        if group not in made.groupindex:
            raise ValueError(f"names no group {group!r}; write (?P<{group}>…) around it")
    for group in made.groupindex:
        if group not in {*needed, *known}:
            names = ", ".join((*needed, *known))
            raise ValueError(f"names a group {group!r} that means nothing here; known: {names}")
    return made


def amount(text: str | None) -> Decimal | None:
    """A number as devices write it, with a point or a comma; None when it is none."""
    return None if text is None else number(text.strip().replace(",", "."))
