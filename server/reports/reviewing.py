"""What is due: documents that have to be looked at again by a date, and those that something has cast doubt on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select

from content.folder import Document
from content.sop import Sop
from server.reports.library import newest
from server.store import tables

SHORTEST = timedelta(days=1)  # an interval of seconds would leave a document overdue for ever
SOON = timedelta(days=30)
PERIODIC = "periodic review"  # how it was written down before it was signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How often documents of a kind are reviewed, and how many deviations ask for it sooner; 0: never."""

    kind: str
    days: int
    deviations: int
    within: int  # days


RULES = (
    Rule(kind="sop", days=365, deviations=0, within=30),
    Rule(kind="work-instruction", days=730, deviations=10, within=30),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A document, when it was looked at last, and when again; `why` says where its interval comes from."""

    document: str
    kind: str
    title: str
    revision: int
    release: str
    looked_at: datetime
    due: datetime
    interval: timedelta
    why: str
    state: str  # overdue, soon or later


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A document that needs a review, and why."""

    id: int
    document: str
    title: str
    kind: str
    reason: str
    cause: str
    hold: bool
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a periodic review, and who signed it."""

    revision: int
    name: str
    verdict: str
    meaning: str
    outcome: str
    at: datetime


def rules(tx: Connection) -> dict[str, Rule]:
    """How the documents of each kind are reviewed."""
    found = {rule.kind: rule for rule in RULES}
    for row in tx.execute(select(tables.review_rules)):
        found[row.kind] = Rule(kind=row.kind, days=row.days, deviations=row.deviations, within=row.within)
    return found


def planned(tx: Connection, now: datetime) -> list[Planned]:
    """Every document by the date of its next review."""
    releases = newest(tx)
    held = rules(tx)
    procedures: dict[str, Sop] = {
        each.document.id: each.document for each in releases if isinstance(each.document, Sop)
    }
    r = tables.releases.c
    newest_ones = r.digest.in_([each.digest for each in releases])
    released = {
        row.digest: row.released_at for row in tx.execute(select(r.digest, r.released_at).where(newest_ones))
    }
    looked = _looked_at(tx)
    found: list[Planned] = []
    for each in releases:
        document = each.document
        interval, why = _interval(document, procedures, held)
        last = max(released[each.digest], looked.get(document.id, released[each.digest]))
        due = last + interval
        found.append(
            Planned(
                document=document.id,
                kind=document.kind,
                title=document.title,
                revision=document.revision,
                release=each.digest,
                looked_at=last,
                due=due,
                interval=interval,
                why=why,
                state="overdue" if due <= now else "soon" if due <= now + SOON else "later",
            )
        )
    return sorted(found, key=lambda each: (each.due, each.title))


def _interval(
    document: Document, procedures: Mapping[str, Sop], held: Mapping[str, Rule]
) -> tuple[timedelta, str]:
    """How often a document is reviewed, and who says so."""
    if document.review_interval is not None:
        return max(document.review_interval, SHORTEST), "as it says itself"
    if not isinstance(document, Sop):
        governing = [procedures[name] for name in document.governed_by if name in procedures]
        if governing:
            every = {sop.id: _interval(sop, procedures, held)[0] for sop in governing}
            strictest = min(governing, key=lambda sop: every[sop.id])
            return every[strictest.id], f"with “{strictest.title}”"
    kind = "procedures" if isinstance(document, Sop) else "work instructions"
    return timedelta(days=held[document.kind].days), f"as {kind} here are"


def _looked_at(tx: Connection) -> dict[str, datetime]:
    """When somebody said last that the document is still right."""
    f, c = tables.flags.c, tables.confirmations.c
    before = select(f.document, func.max(f.cleared_at).label("at")).where(
        f.cleared_at.is_not(None), f.reason == PERIODIC
    )
    signed = select(c.document, func.max(c.at).label("at")).where(c.verdict == "right")
    found = {row.document: row.at for row in tx.execute(before.group_by(f.document))}
    for row in tx.execute(signed.group_by(c.document)):
        found[row.document] = max(row.at, found.get(row.document, row.at))
    return found


def flags(tx: Connection, document: str = "") -> list[Flag]:
    """The flags that stand, of one document or of all, those that hold a document first."""
    f, d = tables.flags.c, tables.documents.c
    query = (
        select(tables.flags, d.title, d.kind)
        .join(tables.documents, d.id == f.document)
        .where(f.cleared_at.is_(None))
        .order_by(f.hold.desc(), f.at)
    )
    if document:
        query = query.where(f.document == document)
    return [
        Flag(
            id=row.id,
            document=row.document,
            title=row.title,
            kind=row.kind,
            reason=row.reason,
            cause=row.cause or ("thing" if row.thing else ""),
            hold=row.hold,
            at=row.at,
            by=row.by,
        )
        for row in tx.execute(query)
    ]


def outcomes(tx: Connection, document: str) -> list[Outcome]:
    """The signed outcomes of a document's reviews, the newest first."""
    c, r, p = tables.confirmations.c, tables.releases.c, tables.people.c
    query = (
        select(tables.confirmations, r.revision, p.name)
        .join(tables.releases, r.digest == c.release)
        .outerjoin(tables.people, p.id == c.person)
        .where(c.document == document)
        .order_by(c.id.desc())
    )
    return [
        Outcome(
            revision=row.revision,
            name=row.name or row.person,
            verdict=row.verdict,
            meaning=row.meaning,
            outcome=row.outcome,
            at=row.at,
        )
        for row in tx.execute(query)
    ]


def in_doubt(tx: Connection, now: datetime) -> int:
    """How many documents somebody has to look at now: flagged, or overdue."""
    f, d = tables.flags.c, tables.review_dates.c
    flagged = select(f.document).where(f.cleared_at.is_(None))
    overdue = select(d.document).where(d.due <= now)
    every = select(tables.documents.c.id).where(
        or_(tables.documents.c.id.in_(flagged), tables.documents.c.id.in_(overdue))
    )
    return int(tx.execute(select(func.count()).select_from(every.subquery())).scalar_one())
