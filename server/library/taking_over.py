"""Documents that take a newer revision of a block: a draft of each, with the reference moved on."""

from collections.abc import Sequence

from sqlalchemy import select

from server.house import House
from server.library import drafts, shared
from server.library.edits import Change, changes
from server.library.shapes import STEP
from server.reports import library as shelf
from server.store import tables
from server.store.engine import reading


def take_over(house: House, block: str, documents: Sequence[str], by: str) -> tuple[list[str], list[str]]:
    """Begin or go on with a draft of each document in which its references take the block's newest revision.

    The drafts that were changed, and the documents that hold the steps without a reference to a known revision.
    """
    newest = shared.current(house, block).block
    changed: list[str] = []
    left: list[str] = []
    for document in dict.fromkeys(documents):
        draft = _draft_of(house, document, by)
        if draft is None or not _moved_on(house, draft, newest.id, newest.revision, newest.digest, by):
            left.append(document)
        else:
            changed.append(draft)
    return changed, left


def _draft_of(house: House, document: str, by: str) -> str | None:
    d = tables.drafts.c
    with reading(house.engine) as tx:
        known = tx.execute(select(d.id).where(d.document == document, d.state == "draft")).scalar()
        release = shelf.newest_release(tx, document)
    if known is not None or release is None:
        return known
    return drafts.from_release(house, release, by)


def _moved_on(house: House, draft: str, block: str, revision: int, digest: str, by: str) -> bool:  # noqa: PLR0917
    with reading(house.engine) as tx:
        held = drafts.read(tx, draft)
    if held.state != "draft":
        return False
    wanted = [
        Change(
            part=STEP + step,
            version=part.version,
            body={**part.body, "revision": revision, "digest": digest},
        )
        for step in held.steps
        for part in (held.parts[STEP + step],)
        if part.body.get("block") == block and part.body.get("revision") != revision
    ]
    if wanted:
        changes(house, draft, wanted, by)
    return any(held.parts[STEP + step].body.get("block") == block for step in held.steps)
