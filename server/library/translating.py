"""A draft's translations: how far each language is, what is stale and why, texts one by one and as XLIFF."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from pydantic import ValidationError
from sqlalchemy import Connection, select

from content import xliff
from content.blocks import Block
from content.instruction import Instruction
from content.languages import lasting, spoken, stamp, texts
from content.sop import Sop
from content.values import LONGEST_TEXT
from server.errors import Conflict, Invalid
from server.house import House
from server.library import submitting
from server.library.drafts import Draft, block_of, read
from server.library.edits import Change, change
from server.library.shapes import HEAD, STEP
from server.store import tables
from server.store.engine import reading

MOST_EDITS = 1_000  # that are looked through for what a text said before


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One text: its source, its translation, and whether that still fits; `before` is what it was made from."""

    key: str
    where: str
    source: str
    target: str
    state: str  # missing, stale, done
    before: str | None
    block: str | None  # the shared block that it belongs to, where it is translated


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many of a draft's texts are there in a language, and how many of those are stale."""

    language: str
    done: int
    stale: int
    all: int


def document_of(draft: Draft) -> Instruction | Sop | Block:
    """The draft as a document; raises Conflict while it is none."""
    try:
        return submitting.KINDS[draft.kind].model_validate(draft.values)
    except ValidationError:
        raise Conflict(
            "The draft cannot be translated before it is in order.", "Mend what is marked in red."
        ) from None


def sources(document: Instruction | Sop | Block) -> dict[str, str]:
    """Every text that has letters, by its key."""
    return {key: text for key, text in texts(document).items() if any(map(str.isalpha, text))}


def coverage(document: Instruction | Sop | Block) -> tuple[Coverage, ...]:
    """Each language that the document has something in."""
    told = sources(document)
    found: list[Coverage] = []
    for language in sorted(document.translations):
        known = {key: each for key, each in spoken(document, language).items() if key in told}
        stale = sum(each.of != stamp(told[key]) for key, each in known.items())
        found.append(Coverage(language=language, done=len(known) - stale, stale=stale, all=len(told)))
    return tuple(found)


def lines(tx: Connection, draft: Draft, language: str) -> tuple[Line, ...]:
    """Every text of the draft beside its translation."""
    document = document_of(draft)
    held = spoken(document, language)
    told = sources(document)
    stale = {each.of for key, each in held.items() if key in told and each.of != stamp(told[key])}
    before = _said_before(tx, draft, stale) if stale else {}
    titles = {str(step.id): step.title for step in getattr(document, "steps", ())}
    blocks = _of_blocks(draft)
    return tuple(_line(key, source, held.get(key), before, titles, blocks) for key, source in told.items())


def _line(  # noqa: PLR0917 - a text, its translation, and what is known about both
    key: str,
    source: str,
    known: Any,
    before: Mapping[str, str],
    titles: Mapping[str, str],
    blocks: Mapping[str, str],
) -> Line:
    state = "missing" if known is None else "done" if known.of == stamp(source) else "stale"
    first, _, rest = key.partition(".")
    step, _, field = rest.partition(".") if first == "steps" else ("", "", key)
    return Line(
        key=key,
        where=" · ".join([titles.get(step, step)] * bool(step) + _field(key, field, source)),
        source=source,
        target="" if known is None else known.text,
        state=state,
        before=before.get(known.of) if known is not None and state == "stale" else None,
        block=blocks.get(step),
    )


def _field(key: str, field: str, source: str) -> list[str]:
    """What a text is in its step, in words; what it says is beside it already."""
    own = field.removesuffix(f".{stamp(source)}") if key.endswith(f".{stamp(source)}") else field
    return own.replace("_", " ").split(".")


def _of_blocks(draft: Draft) -> dict[str, str]:
    """The document's steps that come from a block, and the block."""
    found: dict[str, str] = {}
    for name in draft.steps:
        body = draft.parts[STEP + name].body
        held = draft.shared.get(block_of(body)) if "block" in body else None
        if held is not None:
            begin = f"{body['prefix']}-" if body.get("prefix") else ""
            found |= {f"{begin}{step.id}": held.block.id for step in held.block.steps}
    return found


def _said_before(tx: Connection, draft: Draft, wanted: set[str]) -> dict[str, str]:
    """What the texts of those stamps were, from the draft's history and the document's releases."""
    e, r = tables.draft_edits.c, tables.releases.c
    query = select(e.before, e.after).where(e.draft == draft.id).order_by(e.id.desc()).limit(MOST_EDITS)
    bodies = [text for row in tx.execute(query).all() for text in (row.before, row.after) if text]
    payloads = tx.execute(select(r.payload).where(r.document == draft.document).order_by(r.revision.desc()))
    found: dict[str, str] = {}
    for body in (*bodies, *payloads.scalars()):
        if len(found) == len(wanted):
            break
        found |= {stamp(text): text for text in _strings(json.loads(body)) if stamp(text) in wanted}
    return found


def _strings(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            waiting += cast("dict[str, Any]", each).values()
        elif isinstance(each, list):
            waiting += cast("list[Any]", each)


# --- taking translations in -----------------------------------------------------------


def put(house: House, draft: str, language: str, given: Mapping[str, str], by: str) -> Coverage:
    """Keep translations of texts as they are now; an empty one is taken out. Raises Invalid for other keys."""
    with reading(house.engine) as tx:
        held = read(tx, draft)
    document = document_of(held)
    told = sources(document)
    _insist(document, language)
    head = held.head
    every = dict(head.get("translations", {}))
    known = {lasting(key, each["of"]): each for key, each in every.get(language, {}).items()}
    for key, text in given.items():
        if key not in told or len(text) > LONGEST_TEXT:
            raise Invalid(f"{key[:80]} is no text of this document", "load the page again")
        known.pop(key, None)
        if text.strip():
            known[key] = {"of": stamp(told[key]), "text": text.strip()}
    every[language] = known
    every = {name: each for name, each in every.items() if each}
    body = {name: value for name, value in head.items() if name != "translations"}
    body |= {"translations": every} if every else {}
    change(house, draft, Change(part=HEAD, version=held.parts[HEAD].version, body=body), by)
    with reading(house.engine) as tx:
        after = document_of(read(tx, draft))
    empty = Coverage(language=language, done=0, stale=0, all=len(told))
    return next((each for each in coverage(after) if each.language == language), empty)


def _insist(document: Instruction | Sop | Block, language: str) -> None:
    if not xliff.LANGUAGE.fullmatch(language) or language == document.language:
        raise Invalid(f"{language[:20]!r} is no language to translate into", "write it like de, ja or pt-BR")


def take(house: House, draft: str, data: str, by: str) -> tuple[str, int, tuple[str, ...]]:
    """Take a translator's XLIFF file: its language, how many texts were taken, and what was not and why."""
    with reading(house.engine) as tx:
        held = read(tx, draft)
    try:
        returned = xliff.take(document_of(held), data)
    except xliff.XliffWrong as problem:
        raise Invalid(str(problem), "send the file that was exported for this document") from None
    given = {key: each.text for key, each in returned.texts.items()}
    if given:
        put(house, draft, returned.language, given, by)
    return returned.language, len(given), returned.left
