"""A shared block on its way to its next revision: signed like the riskiest document that uses it, then released.

What uses the revision before is in doubt until it has taken over the new one, or somebody has looked.
"""

from sqlalchemy import Connection, func, select, update

from content.blocks import Block
from content.folder import Document
from content.instruction import Instruction
from content.revision import RevisionState
from server.audit import note
from server.errors import Conflict
from server.house import House
from server.library import doubting, lifecycle, shared
from server.library.drafts import Draft, hold, read
from server.library.reviewing import insist_on_signatures
from server.reports import library as shelf
from server.store import tables
from server.store.engine import writing


def release(house: House, draft: str, by: str, *, seen: str | None = None) -> Block:
    """Make an approved draft of a block its next revision; `seen` is the content that was shown. Raises Conflict."""
    b = tables.blocks.c
    with writing(house.engine) as tx:
        hold(tx, draft)
        held = read(tx, draft)
        insist_on_signatures(tx, held, seen)
        highest = tx.execute(select(func.max(b.revision)).where(b.id == held.document)).scalar()
        made = Block.model_validate(held.values | {"revision": int(highest or 0) + 1})
        shared.keep(tx, house, made, _files(held, made), by, draft)
        lifecycle.move(tx, house, draft, RevisionState.RELEASED, by, f"revision {made.revision}")
        _supersede(tx, house, made, draft, by)
        _cast_doubt(tx, house, made, by)
    lifecycle.say(house, draft)
    return made


def _supersede(tx: Connection, house: House, block: Block, draft: str, by: str) -> None:
    d = tables.drafts.c
    earlier = select(d.id).where(d.document == block.id, d.kind == "block", d.id != draft)
    for one in tx.execute(earlier.where(d.state == RevisionState.RELEASED)).scalars().all():
        lifecycle.move(tx, house, one, RevisionState.SUPERSEDED, by, f"revision {block.revision} rules")


def _files(held: Draft, block: Block) -> dict[str, str]:
    missing = [path for path in block.files if path not in held.media]
    if missing:
        raise Conflict(f"The file {missing[0]} is not there.", "Take the draft back and add it.")
    return {path: held.media[path] for path in block.files}


def _cast_doubt(tx: Connection, house: House, block: Block, by: str) -> None:
    """The documents whose newest release shows an earlier revision need a look."""
    for found in shelf.newest(tx):
        document = found.document
        used = document.blocks if isinstance(document, Instruction) else ()
        if any(use.block == block.id and use.revision != block.revision for use in used):
            _doubt(tx, house, document, block, by)


def _doubt(tx: Connection, house: House, document: Document, block: Block, by: str) -> None:
    f = tables.flags.c
    asked = (f.document == document.id, f.cause == "block", f.thing == block.id, f.cleared_at.is_(None))
    reason = (
        f"The shared block “{block.title}”, which it uses, was released anew as revision {block.revision}"
    )
    if tx.execute(select(f.id).where(*asked)).first() is not None:
        tx.execute(update(tables.flags).where(*asked).values(reason=reason))
    else:
        doubting.flag(tx, house, document.id, reason, by, thing=block.id, cause="block")


def left_behind(tx: Connection, house: House, document: Instruction, by: str) -> None:
    """An earlier content came back: where it shows an earlier revision of a block, somebody has to look."""
    newest = {each.block.id: each.block for each in shared.newest(tx)}
    for use in document.blocks:
        block = newest.get(use.block)
        if block is not None and use.revision != block.revision:
            _doubt(tx, house, document, block, by)


def taken_over(tx: Connection, house: House, document: Instruction, by: str) -> None:
    """A document was released: where it shows the newest revision of a block, that casts no doubt on it any more."""
    f, now = tables.flags.c, house.now()
    newest = {each.block.id: each.block for each in shared.newest(tx)}
    for use in document.blocks:
        block = newest.get(use.block)
        if block is None or use.revision != block.revision:
            continue
        asked = (f.document == document.id, f.cause == "block", f.thing == block.id, f.cleared_at.is_(None))
        told = f"revision {document.revision} shows revision {block.revision} of the block"
        values = {"cleared_at": now, "cleared_by": by, "outcome": told}
        if tx.execute(update(tables.flags).where(*asked).values(**values)).rowcount:
            note(tx, now, by, "reviewed", document.id, told)
