"""The signatures under what was released: whose, when, in which stage, and what each meant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from content.history import Released
from server.store.tables import approvals, drafts, people


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One signature, as a page tells it."""

    stage: str
    name: str
    on_behalf_of: str
    meaning: str
    comment: str
    at: datetime


def under(tx: Connection, wanted: Iterable[str]) -> Mapping[str, tuple[Signed, ...]]:
    """The signatures of the round in which each of these drafts was approved, by draft."""
    absent = people.alias()
    query = (
        select(approvals, people.c.name, absent.c.name.label("absent"))
        .join(drafts, drafts.c.id == approvals.c.draft)
        .outerjoin(people, people.c.id == approvals.c.person)
        .outerjoin(absent, absent.c.id == approvals.c.on_behalf_of)
        .where(approvals.c.draft.in_(set(wanted)), approvals.c.verdict == "approved")
        .where(approvals.c.round == drafts.c.round)
        .order_by(approvals.c.id)
    )
    found: dict[str, tuple[Signed, ...]] = {}
    for row in tx.execute(query):
        signed = Signed(
            stage=row.stage,
            name=row.name or row.person,
            on_behalf_of=row.absent or row.on_behalf_of or "",
            meaning=row.meaning,
            comment=row.comment,
            at=row.at,
        )
        found[row.draft] = (*found.get(row.draft, ()), signed)
    return found


def as_told(release: Released) -> tuple[Signed, ...]:
    """The signatures under a release that came with its history, as they were told there."""
    return tuple(
        Signed(
            stage=each.stage,
            name=each.name or each.by,
            on_behalf_of=each.on_behalf_of or "",
            meaning=each.meaning,
            comment=each.comment or "",
            at=each.at,
        )
        for each in release.signatures
    )
