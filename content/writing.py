"""Documents written as YAML that reads well in a diff: one fact a line, long texts as blocks, defaults left out."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from content.blocks import BLOCK_FILE, Block
from content.folder import INSTRUCTION_FILE, LANGUAGES, SOP_FILE, Document
from content.languages import Translated

WIDE = 110  # characters of a line on which a small mapping or list still stands as a whole
FIRST = ("id", "number", "kind", "shape", "title", "name", "prompt")
PLACES = frozenset({"x", "y", "width", "height", "rx", "ry", "from", "to", "at", "points"})
ROOMY = frozenset({"steps", "flow", "blocks"})  # lists whose entries stand apart
_PLAIN = re.compile(r"[A-Za-z][\w .()/%°·×+-]*")
_WORDS = frozenset({"true", "false", "null"})
_DURATION = re.compile(r"(\d+(ms|d|h|m|s))+")


def write(document: Document | Block, folder: Path) -> Path:
    """Write the document's YAML into `folder`, which is made, and its translations beside it; the main file.

    Media files are the caller's: they are named relative to the folder.
    """
    name = {"sop": SOP_FILE, "block": BLOCK_FILE}.get(document.kind, INSTRUCTION_FILE)
    return write_values(document.plain(), folder, name)


def write_values(values: Mapping[str, Any], folder: Path, name: str) -> Path:
    """Write a document's values as the file `name` of `folder`, and its translations beside it; the file."""
    folder.mkdir(parents=True, exist_ok=True)
    for language, texts in values.get("translations", {}).items():
        write_translation(folder, language, texts)
    own = {key: value for key, value in values.items() if key != "translations"}
    (folder / name).write_text(spell(_tidy(own)), encoding="utf-8")
    return folder / name


def write_translation(
    folder: Path, language: str, texts: Mapping[str, Translated | Mapping[str, str]]
) -> Path:
    """Write one language of a document beside it."""
    plain = {key: each.plain() if isinstance(each, Translated) else dict(each) for key, each in texts.items()}
    file = folder / LANGUAGES / f"{language}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(spell({"language": language, "texts": plain}), encoding="utf-8")
    return file


class _Number(str):
    """Digits that stand without quotes: a coordinate, which is no exact number."""

    __slots__ = ()


def _tidy(value: Any) -> Any:
    """What names a thing first, and coordinates as numbers."""
    if isinstance(value, list):
        return [_tidy(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    values = cast("dict[str, Any]", value)
    drawn = "shape" in values
    ordered = sorted(values, key=lambda key: FIRST.index(key) if key in FIRST else len(FIRST))
    return {key: _bare(values[key]) if drawn and key in PLACES else _tidy(values[key]) for key in ordered}


def _bare(value: Any) -> Any:
    if isinstance(value, list):
        return [_bare(item) for item in cast("list[Any]", value)]
    return _Number(value)


def tidy(values: Mapping[str, Any]) -> str:
    """A document's values as YAML, what names a thing first and coordinates as numbers, as `write` spells them."""
    return spell(_tidy(dict(values)))


def spell(values: Mapping[str, Any]) -> str:
    """JSON values as YAML; `content.yaml` reads it back as the same values."""
    return "\n".join(_mapping(values, 0)) + "\n"


def _mapping(values: Mapping[str, Any], depth: int) -> Iterator[str]:
    pad = "  " * depth
    for key, value in values.items():
        name = _key(key)
        flow = _flow(value)
        if isinstance(value, str) and _is_block(value):
            yield f"{pad}{name}: |"
            yield from (f"{pad}  {line}" if line else "" for line in value.split("\n"))
        elif flow is not None and (depth > 0 or not _of_mappings(value)):
            line = f"{pad}{name}: {flow}"
            yield from [line] if len(line) <= WIDE or not _nested(value) else _below(name, value, depth)
        else:
            yield from _below(name, value, depth)


def _below(name: str, value: Any, depth: int) -> Iterator[str]:
    pad = "  " * depth
    yield f"{pad}{name}:"
    if isinstance(value, dict):
        yield from _mapping(cast("dict[str, Any]", value), depth + 1)
        return
    for place, item in enumerate(cast("list[Any]", value)):
        if place and name in ROOMY and isinstance(item, dict) and "text" in item:
            yield ""
        yield from _item(item, depth + 1)


def _item(item: Any, depth: int) -> Iterator[str]:
    pad = "  " * depth
    flow = _flow(item)
    if flow is not None and (not isinstance(item, dict) or len(pad) + 2 + len(flow) <= WIDE):
        yield f"{pad}- {flow}"
        return
    if isinstance(item, str):
        yield f"{pad}- |"
        yield from (f"{pad}  {line}" if line else "" for line in item.split("\n"))
        return
    lines = (
        list(_mapping(cast("dict[str, Any]", item), depth + 1))
        if isinstance(item, dict)
        else [f"{pad}  {_flow(item, whole=True)}"]
    )
    yield f"{pad}- {lines[0].lstrip()}"
    yield from lines[1:]


def _of_mappings(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in cast("list[Any]", value))


def _nested(value: Any) -> bool:
    return isinstance(value, dict | list) and value not in ({}, [])


def _flow(value: Any, *, whole: bool = False) -> str | None:
    """The value on one line; None when it holds a text of several lines and not the `whole` is wanted so."""
    if isinstance(value, dict):
        found = cast("dict[str, Any]", value)
        parts = [(key, _flow(item, whole=whole)) for key, item in found.items()]
        if any(part is None for _, part in parts):
            return None
        return "{" + ", ".join(f"{_key(key)}: {part}" for key, part in parts) + "}"
    if isinstance(value, list):
        items = [_flow(item, whole=whole) for item in cast("list[Any]", value)]
        return None if None in items else "[" + ", ".join(str(item) for item in items) + "]"
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, str):
        return None if _is_block(value) and not whole else _scalar(value)
    return json.dumps(value)


def _scalar(text: str) -> str:
    if _DURATION.fullmatch(text) or (
        _PLAIN.fullmatch(text) and text.lower() not in _WORDS and not text.endswith(" ")
    ):
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    """JSON's quotes are YAML's; what YAML would take for a line's end is escaped."""
    quoted = json.dumps(text, ensure_ascii=False)
    return re.sub(
        "[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", quoted
    )


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z][\w.-]*", key) else _quoted(key)


def _is_block(text: str) -> bool:
    """Whether a text of several lines can stand as a block without losing anything."""
    if "\n" not in text or re.search(
        "[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]", text
    ):
        return False
    lines = text.split("\n")
    return (
        not text.startswith((" ", "\n"))
        and not text.endswith("\n")
        and all(line == line.rstrip() for line in lines)
    )
