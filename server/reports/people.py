"""The people who may work at kiosks or sign in to the portal."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from server.store.tables import audit, people, sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person, how they can sign in, and how many sessions they have open."""

    id: str
    name: str
    role: str
    login: str | None
    badge: bool
    pin: bool
    active: bool
    sessions: int
    last_seen: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One entry of the audit trail."""

    at: datetime
    who: str
    what: str
    subject: str
    detail: str


def everybody(tx: Connection, now: datetime) -> tuple[Person, ...]:
    """Everybody, by name, those who are no longer active at the end."""
    open_now = (
        select(
            sessions.c.person, func.count().label("open"), func.max(sessions.c.last_seen).label("last_seen")
        )
        .where(sessions.c.expires_at > now)
        .group_by(sessions.c.person)
        .subquery()
    )
    query = (
        select(people, open_now.c.open, open_now.c.last_seen)
        .join(open_now, open_now.c.person == people.c.id, isouter=True)
        .order_by(people.c.active.desc(), people.c.name)
    )
    return tuple(
        Person(
            id=row.id,
            name=row.name,
            role=row.role,
            login=row.login,
            badge=row.badge_hash is not None,
            pin=row.pin_hash is not None,
            active=row.active,
            sessions=row.open or 0,
            last_seen=row.last_seen,
        )
        for row in tx.execute(query)
    )


def trail(tx: Connection, limit: int = 100, subject: str = "") -> tuple[AuditRow, ...]:
    """The newest entries of the audit trail, all or those about one subject."""
    query = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if subject:
        query = query.where(audit.c.subject == subject)
    return tuple(
        AuditRow(at=row.at, who=row.who, what=row.what, subject=row.subject, detail=row.detail)
        for row in tx.execute(query)
    )
