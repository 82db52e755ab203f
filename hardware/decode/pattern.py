"""A line's fields by a regular expression with named groups, for devices that every maker spells otherwise."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from pydantic_core import SchemaError, SchemaValidator, core_schema

from hardware.decode.numbers import number

LONGEST = 200  # characters of a pattern that a table may hold


class LinePattern:
    """A regular expression for a whole line.

    Noise that does not fit is turned away by an engine without backtracking (Rust's, which pydantic carries), so that
    no clumsy pattern makes a device's thread wait; Python's takes the groups out of what fits. (Documents have the
    like in `content.patterns`; the two rooms do not know each other.)
    """

    def __init__(self, pattern: str) -> None:
        """Raises ValueError when it is none, or one with look-around or back-references."""
        try:
            self._groups = re.compile(pattern)
            schema = core_schema.str_schema(pattern=rf"\A(?:{pattern})\z", regex_engine="rust-regex")
            self._whole = SchemaValidator(schema)
        except (re.error, OverflowError) as problem:
            raise ValueError(f"is no regular expression: {problem}") from None
        except SchemaError as problem:
            reason = str(problem).strip().splitlines()[-1].strip().removeprefix("error: ")
            raise ValueError(f"is no regular expression that is taken here: {reason}") from None
        self.names = frozenset(self._groups.groupindex)

    def fields(self, line: str) -> Mapping[str, str | None] | None:
        """What the groups hold; None when the line does not fit."""
        if not self._whole.isinstance_python(line):
            return None
        found = self._groups.fullmatch(line)
        return None if found is None else found.groupdict()


def compiled(pattern: str, needed: Iterable[str], known: Iterable[str]) -> LinePattern:
    """The pattern; raises ValueError with the mend when it is none, or lacks or invents a group."""
    if len(pattern) > LONGEST:
        raise ValueError(f"has {len(pattern)} characters; at most {LONGEST} are taken")
    made = LinePattern(pattern)
    for group in needed:
        if group not in made.names:
            raise ValueError(f"names no group {group!r}; write (?P<{group}>…) around it")
    for group in sorted(made.names):
        if group not in {*needed, *known}:
            names = ", ".join((*needed, *known))
            raise ValueError(f"names a group {group!r} that means nothing here; known: {names}")
    return made


def amount(text: str | None) -> Decimal | None:
    """A number as devices write it, with a point or a comma; None when it is none."""
    return None if text is None else number(text.strip().replace(",", "."))
