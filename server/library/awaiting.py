"""What waits for signatures, and for whose: told from what was written down at submission, without reading a draft.

Who opens a draft has it judged whole; the number beside *Reviews* and the list behind it must not read them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from content.revision import RevisionState
from server.house import House
from server.library.drafts import read
from server.library.policy import Stage, away, policies, strictest
from server.library.reviewing import look
from server.library.standing import APPROVED, Signature, Standing, authors, signatures, stand, turn_of
from server.people.sessions import Role
from server.store import tables
from server.store.engine import reading

STATES = (RevisionState.IN_REVIEW, RevisionState.APPROVED)
MOST_NAMED = 500  # in one question to the database


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A draft that waits for somebody."""

    draft: str
    document: str
    title: str
    state: str
    since: datetime
    mine: bool


def waiting(house: House, person: str, role: Role) -> tuple[Waiting, ...]:
    """Drafts in review or approved, those first that this person can sign."""
    with reading(house.engine) as tx:
        d = tables.drafts
        rows = tx.execute(select(d).where(d.c.state.in_(STATES)).order_by(d.c.changed_at)).all()
        absent = away(tx, person, house.now())
        standing = _standing(tx, rows)
    found = [
        Waiting(
            draft=row.id,
            document=row.document,
            title=row.title,
            state=row.state,
            since=row.changed_at,
            mine=turn_of(standing[row.id], person, role, absent).stage is not None,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda each: (not each.mine, each.since)))


def _standing(tx: Connection, rows: Sequence[Any]) -> dict[str, Standing]:
    risks = _released_risks(tx)
    asked = {(each.kind, each.risk_class): each.stages for each in policies(tx)}
    found: dict[str, Standing] = {}
    for place in range(0, len(rows), MOST_NAMED):
        part = rows[place : place + MOST_NAMED]
        names = [row.id for row in part]
        signed, wrote = signatures(tx, names), authors(tx, names)
        for row in part:
            if not row.content:  # submitted before that was written down
                found[row.id] = look(tx, read(tx, row.id)).standing
                continue
            stages = asked[row.kind, strictest([row.risk_class, risks.get(row.document, "")])]
            found[row.id] = _stand(row, wrote.get(row.id, frozenset()), stages, signed.get(row.id, ()))
    return found


def _stand(
    row: Any, wrote: frozenset[str], stages: tuple[Stage, ...], signed: tuple[Signature, ...]
) -> Standing:
    valid = [s for s in signed if (s.round, s.verdict, s.content) == (row.round, APPROVED, row.content)]
    return stand(row.state, wrote, stages, valid)


def _released_risks(tx: Connection) -> dict[str, str]:
    """The risk class of the newest release of each document that is being revised."""
    r, d = tables.releases.c, tables.drafts.c
    query = (
        select(r.document, r.risk_class)
        .where(r.withdrawn_at.is_(None))
        .where(r.document.in_(select(d.document).where(d.state.in_(STATES))))
        .order_by(r.revision)
    )
    return {row.document: row.risk_class for row in tx.execute(query)}
