"""What is due: documents that have to be looked at again by a date, and those that something has cast doubt on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from content.sop import Sop
from server.reports.library import newest
from server.store import tables

INTERVAL = timedelta(days=730)  # of a work instruction that no procedure governs
SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A document, when it was looked at last, and when again."""

    document: str
    kind: str
    title: str
    revision: int
    looked_at: datetime
    due: datetime
    state: str  # overdue, soon or later


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A document that needs a review, and why."""

    id: int
    document: str
    title: str
    kind: str
    reason: str
    hold: bool
    at: datetime
    by: str


def planned(tx: Connection, now: datetime) -> list[Planned]:
    """Every document by the date of its next review; a work instruction goes with its strictest procedure."""
    releases = newest(tx)
    intervals = {
        each.document.id: each.document.review_interval for each in releases if isinstance(each.document, Sop)
    }
    r = tables.releases.c
    released = {row.digest: row.released_at for row in tx.execute(select(r.digest, r.released_at))}
    looked = _looked_at(tx)
    found: list[Planned] = []
    for each in releases:
        document = each.document
        if isinstance(document, Sop):
            interval = document.review_interval
        else:
            interval = min(
                (intervals[name] for name in document.governed_by if name in intervals), default=INTERVAL
            )
        last = max(released[each.digest], looked.get(document.id, released[each.digest]))
        due = last + interval
        state = "overdue" if due <= now else "soon" if due <= now + SOON else "later"
        found.append(
            Planned(
                document=document.id,
                kind=document.kind,
                title=document.title,
                revision=document.revision,
                looked_at=last,
                due=due,
                state=state,
            )
        )
    return sorted(found, key=lambda each: each.due)


def _looked_at(tx: Connection) -> dict[str, datetime]:
    """When somebody said last that the document is still right."""
    f = tables.flags.c
    query = select(f.document, func.max(f.cleared_at).label("at")).where(f.cleared_at.is_not(None))
    return {row.document: row.at for row in tx.execute(query.group_by(f.document))}


def flags(tx: Connection) -> list[Flag]:
    """The flags that stand, those that hold a document first."""
    f, d = tables.flags.c, tables.documents.c
    query = (
        select(tables.flags, d.title, d.kind)
        .join(tables.documents, d.id == f.document)
        .where(f.cleared_at.is_(None))
        .order_by(f.hold.desc(), f.at)
    )
    return [
        Flag(
            id=row.id,
            document=row.document,
            title=row.title,
            kind=row.kind,
            reason=row.reason,
            hold=row.hold,
            at=row.at,
            by=row.by,
        )
        for row in tx.execute(query)
    ]
