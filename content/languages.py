"""The languages of a document: every text for people under a lasting key, and translations that know their source.

A translation says which source text it was made from, by the beginning of its SHA-256; when the source changes, the
translation is stale and no longer shown. What falls back does so openly: exact language, its base (`pt` for `pt-BR`),
the document's own.

A key names what holds the text by its identifiers (`steps.bolt.checks.seated.prompt`). What has none, such as an
annotation or a notice, is known by what it says: its key ends in the beginning of the text's SHA-256, never in its
place in a list, so that what stands beside it can come, go and move.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin, get_type_hints

from pydantic import Field

from content.values import Language, Line, Piece, Text

OF = 8  # hexadecimal digits of the source's SHA-256 that a translation keeps
PLACED = re.compile(  # keys as they were written before: entries without an identifier stood under their place
    r"(?:^|(?<=\.))(media|annotations|captions|safety|order|qualifications|attachments|roles|responsibilities|responsible"
    r"|consulted|informed|definitions|policy|inputs|outputs|metrics|records|references|next)\.\d{1,7}(?=\.|$)"
)
SPOKEN = (get_args(Line)[1], get_args(Text)[1])  # what marks a field as a text
NOT_FOR_PEOPLE = frozenset(
    {  # texts that are read by machines, or that name one thing in every language
        ("Scan", "exact"),
        ("Scan", "pattern"),
        ("Scan", "gs1"),
        ("FreeText", "pattern"),
        ("Measure", "unit"),
        ("Measure", "quantity"),
        ("Torque", "unit"),
        ("Number", "unit"),
        ("Column", "unit"),
        ("Applies", "families"),
        ("Suppression", "reason"),
        ("Step", "references"),
    }
)
D = TypeVar("D", bound=Piece)


class Translated(Piece):
    """A text in another language; `of` is the beginning of the SHA-256 of the source text it was made from."""

    of: Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")]
    text: Text


class TranslationFile(Piece):
    """One language of a document, as it lies beside it."""

    language: Language
    texts: dict[str, Translated]


Translations = dict[Language, dict[str, Translated]]


@dataclass(frozen=True, slots=True)
class Fallback:
    """A text that is not there in the language that was wanted: `missing`, or `stale` since its source changed."""

    key: str
    why: str


def stamp(source: str) -> str:
    """What a translation keeps of the text it was made from."""
    return hashlib.sha256(source.encode()).hexdigest()[:OF]


def lasting(key: str, of: str) -> str:
    """The key of a translation that was made from `of`; one that was written with places in lists is turned."""
    turned, places = PLACED.subn(r"\1", key)
    return f"{turned}.{of}" if places else key


def spoken(document: Piece, language: str) -> dict[str, Translated]:
    """What the document has in exactly that language, by lasting keys."""
    every: Mapping[str, Mapping[str, Translated]] = getattr(document, "translations", {})
    held = every.get(language, {})
    turned = {lasting(key, each.of): each for key, each in held.items()}
    return turned | {key: held[key] for key in turned if key in held}


def texts(document: Piece) -> dict[str, str]:
    """Every text of the document that people read, by its lasting key, in order of reading."""
    found: dict[str, str] = {}

    def note(key: str, text: str) -> str:
        found[key] = text
        return text

    _walk(document, "", note)
    return found


def languages(document: Piece) -> tuple[str, ...]:
    """The document's own language first, then those that it has translations in."""
    own = str(getattr(document, "language", ""))
    held: Mapping[str, object] = getattr(document, "translations", {})
    return (own, *sorted(language for language in held if language != own))


def translated(document: D, language: str) -> tuple[D, tuple[Fallback, ...]]:
    """The document in that language as far as it goes, and every text that fell back to the document's own."""
    if language == getattr(document, "language", None):
        return document, ()
    fell: dict[str, Fallback] = {}
    held = _held(document, language)

    def speak(key: str, text: str) -> str:
        known = held.get(key)
        if known is not None and known.of == stamp(text):
            return known.text
        fell[key] = Fallback(key, "missing" if known is None else "stale")
        return text

    return cast("D", _walk(document, "", speak)), tuple(fell.values())


def _held(document: Piece, language: str) -> Mapping[str, Translated]:
    """The texts of a language over those of its base."""
    return spoken(document, language.partition("-")[0]) | spoken(document, language)


@cache
def _spoken(kind: type[Piece]) -> tuple[tuple[str, bool], ...]:
    """The fields of a kind of piece that are walked: its name, and whether it is a text."""
    found: list[tuple[str, bool]] = []
    for name, hint in get_type_hints(kind, include_extras=True).items():
        if name in kind.model_fields and name not in {"translations", "id", "kind", "language"}:
            text = _is_text(hint) and (kind.__name__, name) not in NOT_FOR_PEOPLE
            if text or _holds_pieces(hint):
                found.append((name, text))
    return tuple(found)


def _is_text(hint: Any) -> bool:
    if get_origin(hint) is Annotated:
        return hint.__metadata__[0] in SPOKEN or any(_is_text(each) for each in get_args(hint)[:1])
    return any(_is_text(each) for each in get_args(hint))


def _holds_pieces(hint: Any) -> bool:
    if isinstance(hint, type) and issubclass(hint, Piece):
        return True
    return any(_holds_pieces(each) for each in get_args(hint))


def _walk(piece: Piece, key: str, say: Callable[[str, str], str], *, named: bool = True) -> Piece:
    """The piece with each of its texts said anew; what is not `named` has texts that are known by what they say."""
    changed: dict[str, Any] = {}
    for name, is_text in _spoken(type(piece)):
        value = getattr(piece, name)
        said = _said(value, f"{key}.{name}" if key else name, say, is_text=is_text, named=named)
        if said is not value:
            changed[name] = said
    return piece.model_copy(update=changed) if changed else piece


def _said(value: Any, key: str, say: Callable[[str, str], str], *, is_text: bool, named: bool) -> Any:
    match value:
        case str() if is_text and any(letter.isalpha() for letter in value):
            said = say(key if named else f"{key}.{stamp(value)}", value)
            return value if said == value else said
        case Piece():
            return _walk(value, key, say, named=named)
        case tuple():
            items = cast("tuple[Any, ...]", value)
            said = tuple(_entry(item, key, say, is_text=is_text, named=named) for item in items)
            return items if all(new is old for new, old in zip(said, items, strict=True)) else said
        case _:
            return value


def _entry(item: Any, key: str, say: Callable[[str, str], str], *, is_text: bool, named: bool) -> Any:
    """An entry of a list, under the identifier that lasts; one without stands under the list itself."""
    name = getattr(item, "id", None) or getattr(item, "number", None)
    if isinstance(name, str):
        return _said(item, f"{key}.{name}", say, is_text=is_text, named=named)
    return _said(item, key, say, is_text=is_text, named=False)
