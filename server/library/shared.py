"""Shared blocks on the server: revisions that never change, where each is used, and documents that take a newer one.

A revision counts once somebody has signed it: under its own draft (see `sharing`), or under a document that came with
it and shows its steps. Until then it is only proposed: nobody is offered it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from content import blocks as language
from content.blocks import Block
from content.folder import Document, load_block
from content.instruction import Instruction
from server.audit import note
from server.errors import NotThere
from server.house import House
from server.reports import library as shelf
from server.store import tables
from server.store.engine import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """One revision of a block: what it says, and its files by their paths."""

    block: Block
    media: Mapping[str, str]  # path -> digest
    at: datetime
    by: str
    draft: str | None = None  # under which its signatures stand


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockUse:
    """A document that uses a block: from which revision, and in which of its steps."""

    document: str
    title: str
    revision: int
    prefix: str | None
    steps: tuple[str, ...]
    draft: str | None


def newest(tx: Connection) -> tuple[Shared, ...]:
    """Every block in its newest revision, by title."""
    b = tables.blocks.c
    signed = select(b.id, func.max(b.revision).label("revision")).where(b.proposed.is_(False))
    highest = signed.group_by(b.id).subquery()
    query = select(tables.blocks).join(highest, (b.id == highest.c.id) & (b.revision == highest.c.revision))
    return tuple(_shared(row) for row in tx.execute(query.order_by(b.title)).all())


def revisions(tx: Connection, block: str) -> tuple[Shared, ...]:
    """Every revision of a block that counts, the newest first; raises NotThere."""
    b = tables.blocks.c
    query = select(tables.blocks).where(b.id == block, b.proposed.is_(False)).order_by(b.revision.desc())
    found = tuple(_shared(row) for row in tx.execute(query).all())
    if not found:
        raise NotThere("There is no such block.", "Look in the library.")
    return found


def of(tx: Connection, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Shared]:
    """The revisions that are named, as far as they are there."""
    b = tables.blocks.c
    names = set(wanted)
    if not names:
        return {}
    rows = tx.execute(select(tables.blocks).where(b.id.in_({name for name, _ in names}))).all()
    return {(row.id, row.revision): _shared(row) for row in rows if (row.id, row.revision) in names}


def _shared(row: Any) -> Shared:
    block = Block.model_validate_json(row.body)
    return Shared(block=block, media=json.loads(row.media), at=row.at, by=row.by, draft=row.draft)


def keep(  # noqa: PLR0917 - which block with which files, by whom
    tx: Connection, house: House, block: Block, media: Mapping[str, str], by: str, draft: str | None = None
) -> None:
    """Keep a revision of a block that counts; one that is there already stays as it is, unless it was proposed only."""
    if _keep(tx, house, block, media, by, proposed=False, draft=draft):
        note(tx, house.now(), by, "block kept", block.id, f"revision {block.revision}")


def _keep(tx: Connection, house: House, block: Block, media: Mapping[str, str], by: str, **more: Any) -> bool:
    b = tables.blocks.c
    here = (b.id == block.id, b.revision == block.revision)
    if tx.execute(select(b.id).where(*here, b.proposed.is_(False))).scalar() is not None:
        return False
    tx.execute(delete(tables.blocks).where(*here))
    row = {"id": block.id, "revision": block.revision, "title": block.title, "digest": block.digest}
    row |= {"body": json.dumps(block.plain()), "media": json.dumps(dict(media)), "at": house.now(), "by": by}
    tx.execute(insert(tables.blocks).values(row | more))
    return True


def keep_of_folder(  # noqa: PLR0917 - whose blocks, where they lie, who brought them
    tx: Connection,
    house: House,
    folder: Path,
    document: Document,
    media: Mapping[str, str],
    by: str,
    *,
    proposed: bool,
) -> None:
    """Keep the blocks that came along with a document's folder; `media` are the document's files.

    Of a document that still waits for its signatures they are only `proposed`.
    """
    for use in document.blocks if isinstance(document, Instruction) else ():
        home = language.folder_of(use.block, folder)
        block = None if home is None else load_block(home)
        if block is not None and block.revision == use.revision:
            files = _files_of(block.id, media)
            if not proposed:
                keep(tx, house, block, files, by)
            elif _keep(tx, house, block, files, by, proposed=True):
                note(tx, house.now(), by, "block proposed", block.id, f"revision {block.revision}")


def _files_of(block: str, media: Mapping[str, str]) -> dict[str, str]:
    """A block's own files among those of a document."""
    prefix = f"{language.PLACE}/{block}/"
    return {path.removeprefix(prefix): digest for path, digest in media.items() if path.startswith(prefix)}


def accept(tx: Connection, house: House, document: Document, media: Mapping[str, str], by: str) -> None:
    """A document was released that brought blocks: who signed it has signed them, as far as it shows just them."""
    b = tables.blocks
    for use in document.blocks if isinstance(document, Instruction) else ():
        here = (b.c.id == use.block, b.c.revision == use.revision, b.c.proposed)
        row = tx.execute(select(b).where(*here)).first()
        if row is None:
            continue
        found = _shared(row)
        if _shows(document, found.block, use.prefix) and found.media == _files_of(use.block, media):
            tx.execute(update(b).where(*here).values(proposed=False))
            note(tx, house.now(), by, "block kept", use.block, f"revision {use.revision}, with {document.id}")


def _shows(document: Document, block: Block, prefix: str | None) -> bool:
    """Whether the block's steps stand in the document just as they are."""
    steps, wanted = document.plain()["steps"], language.steps_of(block, prefix)
    return any(steps[place : place + len(wanted)] == wanted for place in range(len(steps)))


# --- where they are used -----------------------------------------------------------


def shares(tx: Connection, *documents: Document) -> dict[tuple[str, str | None], frozenset[str]]:
    """The steps in the documents that are a shared block's, by the block and the prefix that it has there."""
    used = [use for each in documents if isinstance(each, Instruction) for use in each.blocks]
    held = of(tx, {(use.block, use.revision) for use in used})
    found: dict[tuple[str, str | None], frozenset[str]] = {}
    for use in used:
        if (known := held.get((use.block, use.revision))) is not None:
            named = frozenset(str(step["id"]) for step in language.steps_of(known.block, use.prefix))
            found[use.block, use.prefix] = found.get((use.block, use.prefix), frozenset()) | named
    return found


def titles(tx: Connection) -> dict[str, str]:
    """What the shared blocks are called."""
    b = tables.blocks.c
    return {row.id: row.title for row in tx.execute(select(b.id, b.title).order_by(b.revision))}


def uses(tx: Connection, block: str) -> tuple[BlockUse, ...]:
    """Every document whose newest release or open draft uses the block; a draft stands for its document."""
    d, p = tables.drafts.c, tables.draft_parts.c
    rows = tx.execute(
        select(d.id, d.document, d.title, p.body)
        .join(tables.draft_parts, p.draft == d.id)
        .where(d.state == "draft", p.part.like("step:%"), p.body.like(f'%"block":"{block}"%'))
    ).all()
    held = {each.block.revision: each.block for each in revisions(tx, block)}
    found = [_in_draft(row, json.loads(row.body), held) for row in rows if _is_use(row.body, block)]
    open_drafts = set(tx.execute(select(d.document).where(d.state == "draft")).scalars())
    for release in shelf.newest(tx):
        document = release.document
        if isinstance(document, Instruction) and document.id not in open_drafts:
            found += [
                _in_release(document, use.revision, use.prefix, block)
                for use in document.blocks
                if use.block == block
            ]
    return tuple(sorted(found, key=lambda use: (use.title, use.prefix or "")))


def risks_of_uses(tx: Connection, block: str) -> list[str]:
    """The risk classes of all that uses the block: released, or being written."""
    found = [
        str(release.document.risk_class)
        for release in shelf.newest(tx)
        if isinstance(release.document, Instruction)
        and any(use.block == block for use in release.document.blocks)
    ]
    p, d = tables.draft_parts.c, tables.drafts.c
    uses = (
        select(p.draft)
        .join(tables.drafts, d.id == p.draft)
        .where(d.state.in_(("draft", "in-review", "approved")), p.body.like(f'%"block":"{block}"%'))
    )
    heads = select(p.body).where(p.part == "head", p.draft.in_(uses))
    return found + [str(json.loads(body).get("risk_class", "low")) for body in tx.execute(heads).scalars()]


def _is_use(body: str, block: str) -> bool:
    values = json.loads(body)
    return isinstance(values, dict) and values.get("block") == block


def _in_draft(row: Any, body: dict[str, Any], held: Mapping[int, Block]) -> BlockUse:
    block = held.get(int(body.get("revision", 0)))
    return BlockUse(
        document=row.document,
        title=row.title,
        revision=int(body.get("revision", 0)),
        prefix=body.get("prefix"),
        steps=() if block is None else tuple(step.title for step in block.steps),
        draft=row.id,
    )


def _in_release(document: Instruction, revision: int, prefix: str | None, block: str) -> BlockUse:
    begin = "" if prefix is None else f"{prefix}-"
    place = f"{language.PLACE}/{block}/"
    steps = tuple(
        f"{number}. {step.title}"
        for number, step in enumerate(document.steps, start=1)
        if (prefix is not None and step.id.startswith(begin))
        or any(file.startswith(place) for medium in step.media for file in medium.files)
    )
    return BlockUse(
        document=document.id, title=document.title, revision=revision, prefix=prefix, steps=steps, draft=None
    )


def current(house: House, block: str) -> Shared:
    """The newest revision of a block; raises NotThere."""
    with reading(house.engine) as tx:
        return revisions(tx, block)[0]
