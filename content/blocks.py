"""Reusable blocks: steps that several instructions share by reference, each with a prefix before its identifiers.

In a document's steps stands `{block: ID, prefix: NAME}`. The block is a folder of its own with a `block.yaml`; when the
document is read, its steps take the reference's place, and the document remembers which revision they came from. Where
the reference says a `digest`, the block has to be that one. Its translations come along.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import Field

from content import wire
from content.conditions import spelled
from content.instruction import Part, Step, Tool
from content.languages import Translations
from content.values import DocumentId, Language, Line, Piece

BLOCK_FILE = "block.yaml"
REFERENCE = ("block", "prefix", "digest")
PLACE = "blocks"  # the folder beside the instructions, and inside one that was packed
_NAME = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|((?:(?:passed|attempts|visits)\.)?)([A-Za-z_]\w*)"""
)


class Block(Piece):
    """Steps that stand in several work instructions, written once."""

    id: Annotated[DocumentId, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
    kind: Literal["block"]
    title: Line
    revision: Annotated[int, Field(ge=1)]
    language: Language
    tools: tuple[Tool, ...] = ()
    parts: tuple[Part, ...] = ()
    translations: Translations = Field(default_factory=dict)
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=100)]

    @property
    def digest(self) -> str:
        """SHA-256 of what it says in its own language, whatever its number."""
        values = {
            name: value for name, value in self.plain().items() if name not in {"revision", "translations"}
        }
        return hashlib.sha256(wire.canonical(values).encode()).hexdigest()

    @property
    def files(self) -> tuple[str, ...]:
        """Every media file it needs, relative to its own folder."""
        return tuple(dict.fromkeys(file for step in self.steps for file in step.files))


def folder_of(block: str, document: Path) -> Path | None:
    """Where a block lies: inside the document's folder, or in the library that the folder is part of."""
    places = [
        document / PLACE / block,
        *(parent / PLACE / block for parent in list(document.resolve().parents)[:2]),
    ]
    return next((place for place in places if (place / BLOCK_FILE).is_file()), None)


def file_of(path: str, document: Path) -> Path:
    """Where a document's file lies; one of a block's may lie in the library."""
    parts = Path(path).parts
    if len(parts) > 2 and parts[0] == PLACE and not (document / path).exists():
        block = folder_of(parts[1], document)
        if block is not None:
            return block.joinpath(*parts[2:])
    return document / path


def used(values: Any) -> list[tuple[int, dict[str, str]]]:
    """The references among a document's raw steps: where they stand, and their block, prefix and digest."""
    found: list[tuple[int, dict[str, str]]] = []
    steps: Any = cast("dict[str, Any]", values).get("steps") if isinstance(values, dict) else None
    for place, step in enumerate(cast("list[Any]", steps) if isinstance(steps, list) else []):
        if isinstance(step, dict) and "block" in step:
            entry = cast("dict[str, Any]", step)
            named = {key: str(entry[key]) for key in REFERENCE if entry.get(key) is not None}
            found.append((place, named))
    return found


def translations_of(block: Block, prefix: str | None) -> dict[str, dict[str, Any]]:
    """The translations of the block's steps, under the keys that they have in the document."""
    begin = "steps." if prefix is None else f"steps.{prefix}-"
    return {
        language: {
            begin + key.removeprefix("steps."): text.plain()
            for key, text in texts.items()
            if key.startswith("steps.")
        }
        for language, texts in block.translations.items()
    }


def folded(values: Mapping[str, Any], blocks: Mapping[str, Block]) -> dict[str, Any] | None:
    """A document's values with references in place of the steps of its blocks; None where one is not found again.

    `blocks` are those that the document says it uses, by their names.
    """
    steps: list[Any] = list(values.get("steps", ()))
    translations = {language: dict(texts) for language, texts in values.get("translations", {}).items()}
    for use in values.get("blocks", ()):
        block, prefix = blocks.get(use["block"]), use.get("prefix")
        shared = [] if block is None else steps_of(block, prefix)
        place = next((n for n in range(len(steps)) if shared and steps[n : n + len(shared)] == shared), None)
        if block is None or place is None or use.get("digest", block.digest) != block.digest:
            return None
        named = {key: use[key] for key in ("block", "prefix", "digest") if key in use}
        steps[place : place + len(shared)] = [named]
        for language, texts in translations_of(block, prefix).items():
            held = translations.get(language, {})
            translations[language] = {key: text for key, text in held.items() if texts.get(key) != text}
    kept = {name: value for name, value in values.items() if name not in {"blocks", "translations", "steps"}}
    left = {language: texts for language, texts in translations.items() if texts}
    return kept | ({"translations": left} if left else {}) | {"steps": steps}


def steps_of(block: Block, prefix: str | None) -> list[dict[str, Any]]:
    """The block's steps as values, with the prefix before their identifiers and wherever they are named."""
    steps = [step.plain() for step in block.steps]
    for medium in (medium for step in steps for medium in step.get("media", ())):
        for field in ("picture", "video", "poster"):
            if field in medium:
                medium[field] = f"{PLACE}/{block.id}/{medium[field]}"
    for check in (check for step in steps for check in step.get("checks", ()) if "taught" in check):
        check["taught"] = f"{PLACE}/{block.id}/{check['taught']}"
    names = {step.id for step in block.steps}
    return steps if prefix is None else [_prefixed(step, names, prefix) for step in steps]


def _prefixed(step: dict[str, Any], names: set[Any], prefix: str) -> dict[str, Any]:
    step = {**step, "id": f"{prefix}-{step['id']}"}
    for rule in step.get("next", ()):
        rule["to"] = _renamed(rule["to"], names, prefix)
        _rewrite(rule, ("when",), names, prefix)
    _rewrite(step, ("when",), names, prefix)
    for check in step.get("checks", ()):
        _rewrite(check, ("when",), names, prefix)
        _rewrite(check.get("limits", {}), ("low", "high", "target"), names, prefix)
        for column in check.get("columns", ()):
            _rewrite(column.get("limits", {}), ("low", "high", "target"), names, prefix)
        if "same_as" in check:
            first, _, second = check["same_as"].partition(".")
            check["same_as"] = f"{_renamed(first, names, prefix)}.{second}"
        if isinstance(check.get("on_failure"), dict):
            check["on_failure"]["go_to"] = _renamed(check["on_failure"]["go_to"], names, prefix)
    return step


def _renamed(step: str, names: set[Any], prefix: str) -> str:
    return f"{prefix}-{step}" if step in names else step


def _rewrite(values: dict[str, Any], fields: tuple[str, ...], names: set[Any], prefix: str) -> None:
    """Expressions name the block's own steps with the prefix too."""
    known = {spelled(name): spelled(f"{prefix}-{name}") for name in names}

    def renamed(match: re.Match[str]) -> str:
        return match[0] if match[1] else f"{match[2]}{known.get(match[3], match[3])}"

    for field in fields:
        if field in values:
            values[field] = re.sub(r"(?<![\w.])" + _NAME.pattern, renamed, values[field])
