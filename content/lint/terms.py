"""Rules about one word for one thing, and one way of writing it: terms, and the numbers of parts."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from content.instruction import Instruction
from content.lint import words
from content.lint.subject import Found, Remark, Subject
from content.scope import Path
from content.sop import Sop

TOKEN = re.compile(r"[^\W\d_][\w'’-]*|[^\w\s]|\d\S*")
SHORTEST = 5  # letters of a word that is looked at; shorter ones fall together by chance
ENDINGS = ("ing", "e", "s", "")  # of a word that says what kind of thing it is: sealing ring, seal ring


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A word, or two beside each other, as it is written at a place; `key` is the same for all ways of writing it."""

    key: str
    term: str
    at: Path


def inconsistent_term(subject: Subject) -> Found:
    """One thing that has two names, or one name that is written in two ways."""
    texts = [(at, words.plain(text)) for at, text in subject.wording()]
    names = _names(subject)
    found = [
        *_ways(_spellings(texts)),
        *_ways(_kinds(texts, names)),
    ]
    for first, other in found:
        kept, left = (other, first) if other.term in names and first.term not in names else (first, other)
        yield Remark(
            at=left.at,
            message=f"“{left.term}” here and “{kept.term}” elsewhere in the document",
            mend=f"write one of them everywhere, such as “{kept.term}”",
        )
    yield from _synonyms(subject, texts, names)


def inconsistent_part(subject: Subject) -> Found:
    """A part number that is written otherwise than in the list, or stands twice in it."""
    if not isinstance(subject.document, Instruction):
        return
    counted = Counter(part.number for part in subject.document.parts)
    seen: set[str] = set()
    for place, part in enumerate(subject.document.parts):
        if counted[part.number] > 1 and part.number in seen:
            yield Remark(
                at=("parts", place),
                message=f"{part.number} is listed twice",
                mend="make one line of it, with the quantity of both, or mend the number",
            )
        seen.add(part.number)
    listed = set(counted) | set(subject.document.applies_to.part_numbers)
    loose = {_bare(number): number for number in listed if re.search(r"\d", number)}
    shapes = sorted((_loosely(number) for number in loose.values()), key=len, reverse=True)
    if shapes:
        looks = re.compile(rf"(?<![\w-])(?:{'|'.join(shapes)})(?![\w-])", re.IGNORECASE)
        for at, text in subject.wording():
            for written in looks.findall(text):
                if written not in listed:
                    yield Remark(
                        at=at,
                        message=f"{written} is written {loose[_bare(written)]} in the list of parts",
                        mend=f"write {loose[_bare(written)]}",
                    )


def _bare(number: str) -> str:
    return re.sub(r"[\W_]", "", number).casefold()


def _loosely(number: str) -> str:
    """What finds a number whose hyphens, dots and blanks are left out or written otherwise."""
    pieces = re.findall(r"[^\W\d_]+|\d+", number)
    return r"[-._/ ]?".join(re.escape(piece) for piece in pieces)


def _names(subject: Subject) -> frozenset[str]:
    """The names that the document itself gives to things."""
    document = subject.document
    if isinstance(document, Sop):
        return frozenset(entry.term.casefold() for entry in document.definitions)
    return frozenset(thing.name.casefold() for thing in (*document.parts, *document.tools))


def _ways(written: Iterator[_Written]) -> Iterator[tuple[_Written, _Written]]:
    """What is written in several ways: the way that came first, and each other one where it first stands."""
    first: dict[str, _Written] = {}
    told: set[tuple[str, str]] = set()
    for each in written:
        known = first.setdefault(each.key, each)
        if known.term != each.term and (each.key, each.term) not in told:
            told.add((each.key, each.term))
            yield known, each


def _spellings(texts: list[tuple[Path, str]]) -> Iterator[_Written]:
    """Words with a hyphen, joined, and apart, where all three can be the same name."""
    every: dict[str, list[_Written]] = defaultdict(list)
    for at, text in texts:
        tokens = [each.casefold() for each in TOKEN.findall(text)]
        for place, token in enumerate(tokens):
            after = tokens[place + 1] if place + 1 < len(tokens) else "."
            if "-" in token and (not after[0].isalpha() or after in words.SMALL):
                every[token.replace("-", "")].append(_Written(key=token.replace("-", ""), term=token, at=at))
            elif token[0].isalpha() and "-" not in token:
                every[token].append(_Written(key=token, term=token, at=at))
            if _pair(token, after) and token not in words.DOING:
                every[token + after].append(_Written(key=token + after, term=f"{token} {after}", at=at))
    for key, found in every.items():
        if len(key) >= SHORTEST and len({each.term for each in found}) > 1:
            yield from found


def _kinds(texts: list[tuple[Path, str]], names: frozenset[str]) -> Iterator[_Written]:
    """Names of two words of which the first is formed otherwise: sealing ring, seal ring."""
    for at, text in texts:
        tokens = [each.casefold() for each in TOKEN.findall(text)]
        for place, (token, after) in enumerate(pairwise(tokens)):
            named = f"{token} {after}" in names or (place and tokens[place - 1] in words.BEFORE_A_NAME)
            if named and _pair(token, after):
                kind, thing = _stem(token), after.removesuffix("s")
                if len(kind) >= SHORTEST - 1:
                    yield _Written(key=f"{kind} {thing}", term=f"{token} {thing}", at=at)


def _pair(first: str, second: str) -> bool:
    """Whether two words beside each other can be one name."""
    return (
        first[0].isalpha()
        and second[0].isalpha()
        and not {first, second} & words.SMALL
        and "-" not in first + second
    )


def _stem(word: str) -> str:
    return next(word.removesuffix(ending) for ending in ENDINGS if word.endswith(ending))


def _synonyms(subject: Subject, texts: list[tuple[Path, str]], names: frozenset[str]) -> Found:
    """Names of one thing, of which the document uses several."""
    for same in words.SAME.get(subject.document.language.partition("-")[0], ()):
        used: dict[str, Path] = {}
        for at, text in texts:
            for term, pattern in same:
                if pattern.search(text):
                    used.setdefault(term, at)
        if len(used) > 1:
            kept = next((term for term in used if term in names), next(iter(used)))
            for term, at in used.items():
                if term != kept:
                    yield Remark(
                        at=at,
                        message=f"“{term}” here and “{kept}” elsewhere: two names of one thing",
                        mend=f"write one of them everywhere, such as “{kept}”",
                    )
