"""Expressions of the Common Expression Language: compiled, type-checked, and worked out from known values.

The language: https://github.com/cel-expr/cel-spec. An expression whose values are not all there is *unknown*, which is
no error: what depends on it decides what that means.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from cel_expr_python import cel  # pyright: ignore[reportMissingTypeStubs] - its stubs lie inside the package

DIGITS = 9  # significant ones that a computed limit is rounded to; binary fractions have 15
Known = str | bool | Decimal | float | tuple[str, ...]


class Type(StrEnum):
    """What a name stands for, or what an expression gives."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    TEXTS = "list of text"


Names = Mapping[str, Type]


class Wrong(Exception):
    """An expression that cannot be used; `column` counts from 1."""

    def __init__(self, *, message: str, column: int | None, mend: str) -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.mend = mend


_UNKNOWN = (cel.Type.ERROR, cel.Type.UNKNOWN)
_MENDS: dict[object, str] = {
    Type.FLAG: "compare it with something, like `== 'red'` or `> 2`",
    Type.NUMBER: "name a number: a parameter of `type: number`, or a check that measures",
    Type.TEXT: "name a text: a parameter of `type: text`, or a check that is scanned or answered",
}
_TYPES = {
    Type.TEXT: cel.Type.STRING,
    Type.NUMBER: cel.Type.DOUBLE,
    Type.FLAG: cel.Type.BOOL,
    Type.TEXTS: cel.Type.List(cel.Type.STRING),
}
_GIVES = {"STRING": Type.TEXT, "DOUBLE": Type.NUMBER, "INT": Type.NUMBER, "BOOL": Type.FLAG}
_RESERVED = re.compile(
    "as|break|const|continue|else|false|for|function|if|import|in|let|loop|namespace|null|package|return|true|var|"
    "void|while"
)
# a text in quotes, a name with its dots, a whole number: what a whole number is told apart by
_TOKEN = re.compile(
    r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|[A-Za-z_][\w.]*|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?u?"""
)
_PLACE = re.compile(r"<input>:(\d+):(\d+): (.*)")
_UNKNOWN_NAME = re.compile(r"undeclared reference to '([^']*)'")
_MISFIT = re.compile(r"found no matching overload for '([^']*)' applied to '\(([^)]*)\)'")


@lru_cache(maxsize=100_000)
def spelled(*identifiers: str) -> str:
    """A name as expressions write it: identifiers with their hyphens as underscores, joined by points."""
    return ".".join(_identifier(name) for name in identifiers)


def _identifier(name: str) -> str:
    written = name.replace("-", "_")
    return f"_{written}" if written[0].isdigit() or _RESERVED.fullmatch(written) else written


class Expression:
    """A compiled expression; `names` are those of its scope that it uses."""

    def __init__(self, text: str, compiled: cel.Expression, gives: Type, names: frozenset[str]) -> None:
        self.text = text
        self.gives = gives
        self.names = names
        self._compiled = compiled

    def value(self, known: Mapping[str, Known]) -> str | bool | Decimal | None:
        """What it gives; None when it is unknown. Division by zero and what would take too long are unknown too."""
        data = {name: _handed(known[name]) for name in self.names if name in known}
        try:
            found = self._compiled.eval(data=data)
        except RuntimeError:  # the library's bound on loops within loops
            return None
        if found.type() in _UNKNOWN:  # its value is then a sentence about why
            return None
        given = found.value()
        if isinstance(given, bool | str):
            return given
        if isinstance(given, int | float) and abs(given) < 1e15:
            return Decimal(f"{given:.{DIGITS}g}") + 0
        return None

    def holds(self, known: Mapping[str, Known]) -> bool | None:
        """Whether a condition holds; None when it is unknown."""
        given = self.value(known)
        return given if isinstance(given, bool) else None


def _handed(value: Known) -> object:
    if isinstance(value, Decimal):
        return float(value)
    return list(value) if isinstance(value, tuple) else value


class Scope:
    """The names that expressions of one document may use."""

    def __init__(self, names: Names) -> None:
        self.names = dict(names)
        self._env = cel.NewEnv(variables={name: _TYPES[kind] for name, kind in self.names.items()})
        self._ready: dict[tuple[str, Type | None], Expression] = {}

    def compile(self, text: str, wanted: Type | None = None) -> Expression:
        """An expression that gives what is wanted; raises Wrong."""
        if (text, wanted) not in self._ready:
            self._ready[text, wanted] = self._compile(text, wanted)
        return self._ready[text, wanted]

    def _compile(self, text: str, wanted: Type | None) -> Expression:
        try:
            compiled = self._env.compile(text)
        except RuntimeError as problem:
            try:  # readings are decimal numbers; `> 2` means `> 2.0`
                compiled = self._env.compile(_TOKEN.sub(_decimal, text))
            except RuntimeError:
                raise _in_words(text, str(problem), self.names) from None
        gives = _GIVES.get(compiled.return_type().name())
        if gives is None or (wanted is not None and gives is not wanted):
            found = gives or compiled.return_type().name().lower()
            raise Wrong(
                message=f"`{text}` gives a {found}, not a {wanted or 'text, number or flag'}",
                column=None,
                mend=_MENDS.get(wanted, "name one value, not a list or a mapping"),
            )
        used = frozenset(name for name in _TOKEN.findall(text) if name in self.names)
        used |= {
            name for name in self.names if any(word.startswith(f"{name}.") for word in _TOKEN.findall(text))
        }
        return Expression(text, compiled, gives, used)


def _decimal(match: re.Match[str]) -> str:
    return f"{match[0]}.0" if match[0].isdigit() else match[0]


def _in_words(text: str, problem: str, names: Names) -> Wrong:
    found = _PLACE.search(problem)
    line, column, message = (int(found[1]), int(found[2]) + 1, found[3]) if found else (1, None, problem)
    column = column if line == 1 else None
    if unknown := _UNKNOWN_NAME.search(message):
        return Wrong(
            message=f"`{unknown[1]}` is not known here", column=column, mend=_near(unknown[1], names)
        )
    if misfit := _MISFIT.search(message):
        return Wrong(
            message=f"`{misfit[1].strip('_')}` does not fit {_kinds(misfit[2])}",
            column=column,
            mend="compare a number with a number and a text with a text in quotes",
        )
    if "Syntax error" in message:
        return Wrong(
            message=f"`{text}` is no expression from column {column} on"
            if column
            else f"`{text}` is no expression",
            column=column,
            mend="write it like `order.size == 'M6' && weigh.mass > 2.5`",
        )
    return Wrong(message=message.removesuffix(" [INVALID_ARGUMENT]"), column=column, mend="")


def _kinds(listed: str) -> str:
    words = {
        "string": "text",
        "double": "number",
        "int": "whole number",
        "bool": "flag",
        "list(string)": "list",
    }
    return " and ".join(words.get(kind.strip(), kind.strip()) for kind in listed.split(", "))


def _near(name: str, names: Names) -> str:
    import difflib  # noqa: PLC0415 - only for a message

    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(f'`{each}`' for each in near)}?"
    return "declare it under `parameters`, or name a check as STEP.CHECK with underscores for hyphens"


@lru_cache(maxsize=256)
def scope_of(names: tuple[tuple[str, Type], ...]) -> Scope:
    """The scope of those names; documents that are read again find it made."""
    return Scope(dict(names))
