"""Where a document names a thing: a tool, a part, a device, a piece of software, a standard.

Everything that a document says is looked at: words, safety notices, checks with their devices, and what a step needs.
"""

from collections.abc import Iterator
from typing import Any

from content.folder import Document
from content.instruction import Instruction

# looked at step by step, or nothing that people read
APART = frozenset({"translations", "steps", "flow", "blocks", "lint"})
NO_WORDS = frozenset(
    {"id", "kind", "language", "shape", "level", "combine", "group", "to", "picture", "video", "poster"}
)


def places(document: Document, thing: str) -> tuple[str, ...] | None:
    """The titles of the steps, or of a procedure's boxes, that name it; None when the document does not at all."""
    values = document.plain()
    wanted = thing.strip().casefold()
    aliases = _aliases(document, wanted)
    parts = values.get("steps" if isinstance(document, Instruction) else "flow", [])
    named = tuple(str(each["title"]) for each in parts if _names(each, wanted, aliases))
    head = {name: value for name, value in values.items() if name not in APART}
    return named if named or aliases or _names(head, wanted, frozenset()) else None


def _aliases(document: Document, wanted: str) -> frozenset[str]:
    """What the document calls the thing in its steps: tools by their identifiers, whatever they are named."""
    if not isinstance(document, Instruction):
        return frozenset()
    tools = {tool.id for tool in document.tools if mentions(f"{tool.id} {tool.name}", wanted)}
    parts = {part.number for part in document.parts if mentions(f"{part.number} {part.name}", wanted)}
    return frozenset(tools | parts)


def _names(value: Any, wanted: str, aliases: frozenset[str]) -> bool:
    if aliases and aliases & {*value.get("tools", ()), *value.get("parts", ())}:
        return True
    return any(mentions(text, wanted) for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            if name not in NO_WORDS:
                yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def mentions(text: str, wanted: str) -> bool:
    """Whether a text names it as a whole word; `wanted` in lower case."""
    said = text.casefold()
    place = said.find(wanted) if wanted else -1
    while place >= 0:
        before, after = said[place - 1 : place], said[place + len(wanted) : place + len(wanted) + 1]
        if not (before.isalnum() or after.isalnum()):
            return True
        place = said.find(wanted, place + 1)
    return False
