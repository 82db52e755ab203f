"""Which releases a newer one has taken the place of: written down when it happens, and taken back when it comes off."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from content.revision import RevisionState, may_move
from server.house import House
from server.store import tables

SUPERSEDED, IN_FORCE_AGAIN = "superseded", "in force again"


def supersede(tx: Connection, house: House, document: str, ruling: int, by: str) -> None:
    """The revision `ruling` is in force everywhere: those before it are superseded, it and those after it are not."""
    r = tables.releases.c
    kept = (r.document == document, r.withdrawn_at.is_(None))
    older = (*kept, r.revision < ruling, r.superseded_at.is_(None))
    back = (*kept, r.revision >= ruling, r.superseded_at.is_not(None))
    for told, state, which in (
        (SUPERSEDED, RevisionState.SUPERSEDED, older),
        (IN_FORCE_AGAIN, RevisionState.RELEASED, back),
    ):
        at = house.now() if state is RevisionState.SUPERSEDED else None
        why = f"revision {ruling} rules"
        _mark(tx, {"at": house.now(), "who": by, "what": told}, which, why)
        found = update(tables.releases).where(*which).values(superseded_at=at).returning(r.digest)
        _move_drafts(tx, tx.execute(found).scalars().all(), state)


def withdrawn(tx: Connection, digest: str) -> None:
    """A release was withdrawn, and so was the draft that it was made from."""
    _move_drafts(tx, [digest], RevisionState.WITHDRAWN)


def _mark(tx: Connection, entry: dict[str, Any], which: Sequence[ColumnElement[bool]], why: str) -> None:
    """An audit entry for each of them; there can be many where nobody has settled the document for long."""
    r = tables.releases.c
    rows = tx.execute(select(r.document, r.revision).where(*which).order_by(r.revision)).all()
    each = [entry | {"subject": row.document, "detail": f"revision {row.revision}: {why}"} for row in rows]
    if each:
        tx.execute(insert(tables.audit), each)


def _move_drafts(tx: Connection, releases: Sequence[str], after: RevisionState) -> None:
    """Along an arrow of the drawing only; a release that came without a draft has none to move."""
    if not releases:
        return
    d, t = tables.drafts.c, tables.terms.c
    before = [state for state in RevisionState if may_move(state, after)]
    made_from = select(t.draft).where(t.release.in_(releases), t.draft.is_not(None))
    tx.execute(update(tables.drafts).where(d.id.in_(made_from), d.state.in_(before)).values(state=after))
