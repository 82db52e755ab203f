"""What a reviewer reads: the draft whole, and beside the release or the revision that it was made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from content.blocks import Block
from content.errors import ContentError
from content.folder import Document
from content.instruction import Instruction
from content.sop import Sop
from server.errors import NotThere
from server.library import shared
from server.library.drafts import Draft
from server.media import MediaStore
from server.portal import ways
from server.portal.annotating import Overlay, overlay
from server.portal.beside import Look, beside, digests_of, size_of
from server.portal.flowchart import Chart, lay_out
from server.portal.taught import Scenes, scenes
from server.reports import library as shelf
from server.store import tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A draft's document whole, and what differs from `revision`, where there is one to compare with.

    `others` are the revisions that it can be compared with, by number; `since` is a newer one than it was begun from,
    which it therefore does not contain. A shared block is shown as the instruction that its steps would be.
    """

    document: Document
    revision: int | None
    others: tuple[int, ...]
    since: int | None
    look: Look | None
    chart: Chart | None
    linked: Mapping[str, str]
    overlays: Mapping[str, Overlay]
    step_notes: Mapping[str, list[ways.Note]]
    check_notes: Mapping[tuple[str, str], list[ways.Note]]
    scenes: Scenes

    @property
    def is_instruction(self) -> bool:
        """Whether it has steps."""
        return isinstance(self.document, Instruction)

    @property
    def parts(self) -> Mapping[str, Any]:
        """The parts of an instruction by their numbers."""
        return {part.number: part for part in getattr(self.document, "parts", ())}

    @property
    def tools(self) -> Mapping[str, Any]:
        """The tools of an instruction by their identifiers."""
        return {tool.id: tool for tool in getattr(self.document, "tools", ())}


def shown_of(tx: Connection, store: MediaStore, held: Draft, against: int | None = None) -> Shown | None:
    """The draft as a reviewer reads it, beside the revision `against`, else beside that which it was made from.

    None while it is no valid document.
    """
    try:
        document = _document(held)
    except (ValueError, ContentError):
        return None
    others = _revisions(tx, held)
    begun = next((number for number, digest in others.items() if digest == held.based_on), None)
    before, revision, digests = _before(tx, held, others, begun if against is None else against)
    look = None if before is None else beside(tx, store, before, document, digests, held.media)
    steps = document.steps if isinstance(document, Instruction) else ()
    instruction = document if isinstance(document, Instruction) else None
    return Shown(
        document=document,
        revision=revision,
        others=tuple(others),
        since=max(others) if begun is not None and max(others) > begun else None,
        look=look,
        chart=lay_out(document) if isinstance(document, Sop) else None,
        linked=shelf.titles(tx, document.instructions) if isinstance(document, Sop) else {},
        overlays=_overlays(store, held, instruction),
        step_notes={step.id: ways.of_step(instruction, step) for step in steps if instruction},
        scenes=scenes(store, instruction, held.media),
        check_notes={
            (step.id, check.id): ways.of_check(instruction, check)
            for step in steps
            for check in step.checks
            if instruction
        },
    )


def _document(held: Draft) -> Document:
    if held.kind == "block":
        return as_instruction(Block.model_validate(held.values))
    return (Sop if held.kind == "sop" else Instruction).model_validate(held.values)


def as_instruction(block: Block) -> Instruction:
    """A shared block as the instruction that its steps would be."""
    return Instruction.model_validate(block.plain() | {"kind": "work-instruction", "applies_to": {}})


def _revisions(tx: Connection, held: Draft) -> dict[int, str | None]:
    """The revisions there are, the newest first, each with the digest of its release; a block's have none."""
    if held.kind == "block":
        try:
            return {each.block.revision: None for each in shared.revisions(tx, held.document)}
        except NotThere:
            return {}
    r = tables.releases.c
    query = select(r.revision, r.digest).where(r.document == held.document).order_by(r.revision.desc())
    return {row.revision: row.digest for row in tx.execute(query)}


def _before(
    tx: Connection, held: Draft, others: Mapping[int, str | None], wanted: int | None
) -> tuple[Document | None, int | None, Mapping[str, str]]:
    """What it is compared with, its number, and the digests of its media."""
    if held.kind == "block":
        if not others:
            return None, None, {}
        earlier = next(
            each
            for each in shared.revisions(tx, held.document)
            if each.block.revision == (wanted if wanted in others else max(others))
        )
        return as_instruction(earlier.block), earlier.block.revision, earlier.media
    digest = others.get(wanted) if wanted is not None else None
    release = None if digest is None else shelf.release(tx, digest)
    if release is None:
        return None, None, {}
    return release.document, release.document.revision, digests_of(release)


def _overlays(store: MediaStore, held: Draft, document: Instruction | None) -> dict[str, Overlay]:
    """What is drawn over each picture, by its step and place; nothing for a file that is not here."""
    found: dict[str, Overlay] = {}
    for step in document.steps if document else ():
        for place, medium in enumerate(step.media):
            digest = held.media.get(medium.files[-1])
            if digest is None:
                continue
            try:
                size = size_of(store.path(digest))
            except (NotThere, OSError):
                continue
            found[f"{step.id} {place}"] = overlay(getattr(medium, "annotations", ()), *size)
    return found
