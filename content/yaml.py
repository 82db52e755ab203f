"""YAML as documents use it: plain values, exact numbers, no repeated keys, and the line that each value stands on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

import yaml
from yaml import events

from content.errors import DocumentError, Finding

Path = tuple[str | int, ...]
LARGEST_FILE = 2_000_000  # characters; a 500-step instruction has about 300,000
DEEPEST = 20  # levels; the language itself needs 8
LONGEST_NUMBER = 40  # characters; more is no measurement
MOST_FINDINGS = 50  # in one file; whoever has more mends these first

# YAML 1.2's booleans and numbers only: `on`, `no` and `1:30` stay text, as their writer meant them
BOOLEANS = {"true": True, "false": False}
NOTHING = frozenset({"", "~", "null"})
WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
BROKEN = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]{1,3})?")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
Parser = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader  # the one in C is ten times as fast


@dataclass(slots=True)
class _Open:
    """A mapping or list whose entries are being read; `key` waits for its value."""

    path: Path
    values: Any
    key: str | None = None


@dataclass(slots=True)
class _Reading:
    """What was read so far; nothing in it calls itself, so that no nesting exhausts the stack."""

    file: str
    lines: dict[Path, int] = field(default_factory=dict)
    open: list[_Open] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)
    document: Any = None

    def take(self, event: events.NodeEvent) -> None:
        """Put a value, or the beginning of one, where it belongs."""
        line = event.start_mark.line + 1
        if event.anchor is not None:
            self._refuse(
                line, "a value begins with `&` or `*`, which YAML takes for a reference", "put it in quotes"
            )
        if isinstance(event, events.ScalarEvent | events.CollectionStartEvent) and event.tag is not None:
            self._refuse(line, f"the tag {event.tag!r} is not used in documents", "leave it out")
        around = self.open[-1] if self.open else None
        if around is not None and isinstance(around.values, dict) and around.key is None:
            self._name(around, event, line)
        else:
            self._place(around, event, line)

    def _name(self, around: _Open, event: events.NodeEvent, line: int) -> None:
        if not isinstance(event, events.ScalarEvent):
            raise _wrong(self.file, line, "a key is not a word", "write `name: value`", self.found)
        around.key = str(event.value)
        path = (*around.path, around.key)
        if path in self.lines:
            self._refuse(line, f"`{around.key}` is given twice", "keep one of them")
        self.lines[path] = line

    def _place(self, around: _Open | None, event: events.NodeEvent, line: int) -> None:
        value = _value(event)
        if around is None:
            path: Path = ()
            self.document = value
        elif around.key is not None:
            path = (*around.path, around.key)
            around.values[around.key] = value
            around.key = None
        else:
            path = (*around.path, len(around.values))
            around.values.append(value)
        self.lines.setdefault(path, line)
        if isinstance(value, dict | list):
            if len(path) > DEEPEST:
                raise _wrong(
                    self.file, line, "values are nested too deeply", f"at most {DEEPEST} levels", self.found
                )
            self.open.append(_Open(path, value))

    def _refuse(self, line: int, message: str, mend: str) -> None:
        self.found.append(Finding(file=self.file, line=line, where="", message=message, mend=mend))
        if len(self.found) >= MOST_FINDINGS:
            raise DocumentError(tuple(self.found))


def read(text: str, file: str) -> tuple[Any, dict[Path, int]]:
    """The values in `text` and the line (from 1) of each path into them.

    Raises DocumentError naming file and line when it is not YAML, has a repeated key or an alias, or is too large.
    """
    if len(text) > LARGEST_FILE:
        raise _wrong(file, None, f"the file has {len(text):,} characters", f"at most {LARGEST_FILE:,}")
    strange = UNPRINTABLE.search(text)
    if strange is not None:
        line = text.count("\n", 0, strange.start()) + 1
        message = f"not valid YAML: the character U+{ord(strange[0]):04X} cannot be read"
        raise _wrong(file, line, message, "take it out; save the file as UTF-8 text")
    reading = _Reading(file)
    for event in _events(text.removeprefix("\ufeff"), reading):
        if isinstance(event, events.NodeEvent):
            reading.take(event)
        elif isinstance(event, events.CollectionEndEvent):
            reading.open.pop()
        elif isinstance(event, events.DocumentStartEvent) and () in reading.lines:
            raise _wrong(
                file,
                event.start_mark.line + 1,
                "a second document begins here",
                "one document is one file: take the `---` out",
            )
    if reading.found:
        raise DocumentError(tuple(reading.found))
    if not isinstance(reading.document, dict):
        raise _wrong(file, 1, "the file does not hold a document", "begin with `id:` and `kind:`")
    return cast("dict[str, Any]", reading.document), reading.lines


def _events(text: str, reading: _Reading) -> Iterator[events.Event]:
    try:
        yield from yaml.parse(text, Loader=Parser)  # pyright: ignore[reportUnknownMemberType] - PyYAML has no types
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else None
        message = f"not valid YAML: {problem.problem}"
        raise _wrong(
            reading.file, line, message, "check indentation, brackets and quotes", reading.found
        ) from None
    except yaml.YAMLError as problem:
        raise _wrong(
            reading.file, None, f"not valid YAML: {problem}", "save it as UTF-8 text", reading.found
        ) from None


def _wrong(
    file: str, line: int | None, message: str, mend: str, before: list[Finding] | None = None
) -> DocumentError:
    return DocumentError(
        (*(before or ()), Finding(file=file, line=line, where="", message=message, mend=mend))
    )


def _value(event: events.NodeEvent) -> Any:
    if isinstance(event, events.MappingStartEvent):
        return {}
    if isinstance(event, events.SequenceStartEvent):
        return []
    if isinstance(event, events.ScalarEvent):
        return _plain(event.value) if event.implicit[0] else event.value
    return None  # an alias, which is refused


def _plain(text: str) -> Any:
    """What a text without quotes means."""
    if text in BOOLEANS:
        return BOOLEANS[text]
    if text in NOTHING:
        return None
    if text[0] in "-+0123456789" and len(text) <= LONGEST_NUMBER:
        if WHOLE.fullmatch(text):
            return int(text)
        if BROKEN.fullmatch(text):
            return Decimal(text)
    return text
