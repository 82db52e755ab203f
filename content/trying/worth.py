"""Which values of a name make a difference to an instruction's conditions: only those are worth a path of their own.

Where all else that a condition looks at stays as it is for the whole run, its values are told apart by working the
condition out; otherwise every number and text that it is compared with is tried, and what lies between and beyond.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

from content.checks import Check
from content.conditions import Expression, Known, Scope, Type, Wrong, spelled
from content.evidence import within
from content.example import example_of
from content.instruction import Instruction, Step
from content.scope import UNIT, expressions

STEP = Decimal("0.000001")  # numbers are typed with six decimals at most
HALVINGS = 60  # of the space in which a condition changes
LONGEST = 200  # characters of a text that is made to have a length
_CONSTANT = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<![\w.])-?\s*\d+(?:\.\d+)?""")
_QUOTED = re.compile(r""""((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'""")
_CALCULATED = re.compile(r"[*/%+]|[\w.)]\s*-")
_MATCHED = re.compile(r"""matches\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
_WIDE = tuple(sign * Decimal(10) ** power for sign in (1, -1) for power in range(-2, 8))
V = TypeVar("V", Decimal, str)


class Worth:
    """What the conditions of one instruction look at."""

    def __init__(self, instruction: Instruction) -> None:
        self._looking: dict[str, list[Expression]] = {}
        self._parts: dict[str, list[Expression]] = {}
        for _, text, wanted in expressions(instruction):
            compiled = instruction.scope.compile(text, wanted)
            for name in compiled.names:
                self._looking.setdefault(name, []).append(compiled)
            for part in _parts(instruction.scope, text):
                for name in part.names:
                    self._parts.setdefault(name, []).append(part)
        self._beside = {
            name: tuple(sorted({other for each in looking for other in each.names} - {name}))
            for name, looking in self._looking.items()
        }
        self._checks = {(step.id, check.id) for step, checks in instruction.checks_used for check in checks}
        self._lasting = {"options", *(spelled("unit", field) for field in UNIT)}
        self._lasting |= {spelled("order", parameter.id) for parameter in instruction.parameters}
        self._numbers: dict[object, tuple[Decimal, ...]] = {}
        self._words: dict[object, tuple[str, ...]] = {}

    def beside(self, name: str) -> tuple[str, ...]:
        """The names that stand together with `name` in a condition or limit."""
        return self._beside.get(name, ())

    def looked_at(self, name: str) -> bool:
        """Whether any condition or limit depends on `name`."""
        return name in self._looking

    def matters(self, step: Step, check: Check) -> bool:
        """Whether any depends on what the check takes, or on whether or how often it was tried."""
        return (step.id, check.id) in self._checks

    def fate(self, step: Step, check: Check) -> bool:
        """Whether any depends on whether the check was passed, or on how often it was tried."""
        return any(spelled(word, step.id, check.id) in self._looking for word in ("passed", "attempts"))

    def attempts(self, step: Step, check: Check) -> int:
        """How many bad attempts make a difference to conditions."""
        looking = self._looking.get(spelled("attempts", step.id, check.id), ())
        counts = [int(number) for each in looking for number in _numbers(each.text) if 0 <= number < 100]
        return max(counts, default=0) + 1

    def fitted(self, option: str) -> bool:
        """Whether any condition asks for that option of the unit."""
        texts = [each.text for each in self._looking.get("options", ())]
        return any(option in _quoted(text) or not _quoted(text) for text in texts)

    def numbers(
        self,
        name: str,
        known: Mapping[str, Known],
        also: Sequence[Decimal] = (),
        low: Decimal | None = None,
        high: Decimal | None = None,
        *,
        outside: bool = False,
    ) -> tuple[Decimal, ...]:
        """Values of `name` that make a difference, those of `also` preferred: within the limits, or `outside` them."""
        beside = self._known_beside(name, known)
        key = (name, tuple(also), low, high, outside, *beside.items())
        if key not in self._numbers:
            base = {number for each in self._looking.get(name, ()) for number in _numbers(each.text)}
            base |= {value for value in beside.values() if isinstance(value, Decimal)}
            tried = [*also, *_around(sorted(base))]
            edges = _edges(name, self._calculated(name, beside), beside, tried)
            settled = self._settled(name, beside)
            if edges:
                tried += _around(sorted({*edges, *tried, *_WIDE} if settled else edges))
            fitting = [each for each in dict.fromkeys(tried) if within(each, low, high) is not outside]
            if settled:
                fitting = _told_apart(name, self._looking.get(name, ()), beside, fitting)
            self._numbers[key] = tuple(fitting)
        return self._numbers[key]

    def words(
        self,
        name: str,
        known: Mapping[str, Known],
        also: Sequence[str] = (),
        fits: Callable[[str], bool] = lambda _: True,
    ) -> tuple[str, ...]:
        """Texts of `name` that fit and make a difference, those of `also` preferred; a name's `fits` is one for all."""
        beside = self._known_beside(name, known)
        key = (name, tuple(also), *beside.items())
        if key not in self._words:
            looking = self._looking.get(name, ())
            found = [*also, *(word for each in looking for word in _compared(each.text))]
            found += [value for value in beside.values() if isinstance(value, str)]
            tried = list(dict.fromkeys(filter(fits, (*found, "other"))))
            if self._settled(name, beside):
                tried = list(_by_outcome(name, looking, beside, tried).values())
            self._words[key] = tuple(tried)
        return self._words[key]

    def _known_beside(self, name: str, known: Mapping[str, Known]) -> dict[str, Known]:
        return {other: known[other] for other in self.beside(name) if other in known}

    def _calculated(self, name: str, known: Mapping[str, Known]) -> list[Expression]:
        """The comparisons that calculate with `name` and look at nothing that changes in the run."""
        found = [part for part in self._parts.get(name, ()) if _CALCULATED.search(part.text)]
        return [
            part
            for part in found
            if all(other in self._lasting and other in known for other in part.names - {name})
        ]

    def _settled(self, name: str, known: Mapping[str, Known]) -> bool:
        return all(other in self._lasting and other in known for other in self.beside(name))


def _parts(scope: Scope, text: str) -> Iterator[Expression]:
    """The comparisons that a condition is put together of, as far as they stand by themselves."""
    for written in re.split(r"&&|\|\||\?|:", text):
        part = written.strip().lstrip("!").strip()
        while part.startswith("(") and part.count("(") > part.count(")"):
            part = part[1:].strip()
        while part.endswith(")") and part.count(")") > part.count("("):
            part = part[:-1].strip()
        with suppress(Wrong):
            yield scope.compile(part, Type.FLAG)


def _numbers(text: str) -> list[Decimal]:
    """The numbers that an expression names; texts in quotes are left out."""
    found: list[Decimal] = []
    for match in _CONSTANT.finditer(text):
        if match[0][0] in "\"'":
            continue
        number = Decimal("".join(match[0].split()))
        before = text[: match.start()].rstrip()[-1:]
        subtracted = number < 0 and (before.isalnum() or before in {"_", ")", "]"})
        found.append(-number if subtracted else number)
    return found


def _quoted(text: str) -> list[str]:
    return [first or second for first, second in _QUOTED.findall(text)]


def _compared(text: str) -> list[str]:
    """The texts that an expression compares with, and such as begin, end or only differ in length."""
    words = _quoted(text)
    if re.search(r"\.(startsWith|endsWith|contains)\(", text):
        words += [made for word in list(words) for made in (f"{word}x", f"x{word}", f"x{word}x")]
    for first, second in _MATCHED.findall(text):
        example = example_of((first or second).replace("\\\\", "\\"))
        words += [example] if example else []
    if "size(" in text:
        lengths = {int(number) + more for number in _numbers(text) for more in (-1, 0, 1)}
        words += ["x" * length for length in sorted(lengths) if 0 < length <= LONGEST]
    return words


def _around(base: Sequence[Decimal]) -> list[Decimal]:
    """The numbers, and one between each two and beyond either end."""
    if not base:
        return []
    between = [((low + high) / 2).quantize(STEP).normalize() for low, high in pairwise(base)]
    return [*base, *between, base[0] - 1, base[-1] + 1]


def _told_apart(
    name: str,
    looking: Sequence[Expression],
    beside: Mapping[str, Known],
    tried: Sequence[Decimal],
) -> list[Decimal]:
    """One value for each way in which the conditions turn out; of limits that follow from it, the outermost two."""
    values = list(_by_outcome(name, looking, beside, tried).values())
    if any(each.gives is Type.NUMBER for each in looking) and tried:
        values += [min(tried), max(tried)]
    return list(dict.fromkeys(values))


def _edges(
    name: str, calculated: Sequence[Expression], beside: Mapping[str, Known], tried: Iterable[Decimal]
) -> set[Decimal]:
    """The values at which comparisons that calculate with `name` turn out otherwise, each by itself."""
    wide = sorted({*tried, Decimal(0), *_WIDE}) if calculated else []
    return {
        edge
        for part in calculated
        for low, high in pairwise(wide)
        for edge in _edge(name, part, beside, low, high)
    }


def _edge(
    name: str, part: Expression, beside: Mapping[str, Known], low: Decimal, high: Decimal
) -> list[Decimal]:
    """The values on either side of a place between the two where a comparison turns out otherwise."""
    first = _outcome(name, (part,), beside, low)
    if first == _outcome(name, (part,), beside, high):
        return []
    for _ in range(HALVINGS):
        if high - low <= STEP:
            break
        middle = ((low + high) / 2).quantize(STEP)
        if _outcome(name, (part,), beside, middle) == first:
            low = middle
        else:
            high = middle
    return [low.normalize(), high.normalize()]


def _by_outcome(
    name: str, looking: Sequence[Expression], beside: Mapping[str, Known], tried: Iterable[V]
) -> dict[object, V]:
    found: dict[object, V] = {}
    for value in tried:
        found.setdefault(_outcome(name, looking, beside, value), value)
    return found


def _outcome(
    name: str, looking: Sequence[Expression], beside: Mapping[str, Known], value: Decimal | str
) -> object:
    known = {**beside, name: value}
    return tuple(each.holds(known) for each in looking if each.gives is Type.FLAG)
