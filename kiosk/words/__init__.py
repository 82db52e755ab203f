"""What the kiosk itself says, by language; instructions carry their own languages.

Two kinds of files: `en.toml`, `de.toml` hold the sentences that the kiosk makes, by key. What it only passes on
(the reasons of the rooms below it, of the server, and of the record, which is in English) stands in
`heard/de.toml`: the English sentence with its gaps, and the same in the other language.
"""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path

DEFAULT = "en"
HERE = Path(__file__).parent
GAP = re.compile(r"\\\{(\w+)\\\}")  # a {gap} in a sentence that was escaped
DEEPEST = 4  # sentences within one another


@cache
def _table(language: str) -> dict[str, str]:
    file = HERE / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


@cache
def heard(language: str) -> dict[str, str]:
    """English sentences with their gaps, and the same in that language; none where there is no file."""
    file = HERE / "heard" / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Those with gaps, the most particular first."""
    gapped = [each for each in heard(language) if "{" in each]
    gapped.sort(key=lambda each: len(re.sub(r"\{\w+\}", "", each)), reverse=True)
    return tuple((as_pattern(each), heard(language)[each]) for each in gapped)


def as_pattern(sentence: str) -> re.Pattern[str]:
    """What matches a sentence whatever stands in its gaps."""
    return re.compile(GAP.sub(r"(?P<\1>.+?)", re.escape(sentence)), re.DOTALL)


def say(key: str, language: str = DEFAULT, **values: object) -> str:
    """The words for `key`; English where the language has none. Raises KeyError when nobody has."""
    text = _table(language).get(key) or _table(DEFAULT)[key]
    return text.format(**values)


@lru_cache(maxsize=256)
def again(text: str, language: str = DEFAULT, depth: int = 0) -> str:
    """An English sentence that came from elsewhere, in that language; as it is where nobody has put it into words.

    What stands in its gaps may be such a sentence too.
    """
    if not text or language == DEFAULT or depth > DEEPEST:
        return text
    if text in heard(language):
        return heard(language)[text]
    for pattern, said in _patterns(language):
        if found := pattern.fullmatch(text):
            values = {name: again(value, language, depth + 1) for name, value in found.groupdict().items()}
            return said.format(**values)
    return text


def languages() -> tuple[str, ...]:
    """The languages that there are words of."""
    return tuple(sorted(file.stem for file in HERE.glob("*.toml")))


def keys(language: str) -> frozenset[str]:
    """Every key a language has words for."""
    return frozenset(_table(language))
