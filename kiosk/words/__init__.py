"""What the kiosk itself says, by language; instructions carry their own languages."""

import tomllib
from functools import cache
from pathlib import Path

DEFAULT = "en"


@cache
def _table(language: str) -> dict[str, str]:
    file = Path(__file__).with_name(f"{language}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def say(key: str, language: str = DEFAULT, **values: object) -> str:
    """The words for `key`; English where the language has none. Raises KeyError when nobody has."""
    text = _table(language).get(key) or _table(DEFAULT)[key]
    return text.format(**values)


def languages() -> tuple[str, ...]:
    """The languages that there are words of."""
    return tuple(sorted(file.stem for file in Path(__file__).parent.glob("*.toml")))


def keys(language: str) -> frozenset[str]:
    """Every key a language has words for."""
    return frozenset(_table(language))
