"""Tokens of pipelines and calendar programs: they act for a person, may do one thing, and end by themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from server.audit import note
from server.errors import Invalid, NotAllowed, NotThere
from server.house import House
from server.people.sessions import Role, Visitor
from server.people.tokens import hashed, new_token
from server.store import tables
from server.store.engine import reading, writing

SCOPES = ("submit", "calendar", "events")
LONGEST = 366  # days
PREFIX = "key-"  # by which the token is told from a session's


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A token as a list shows it, without its secret."""

    id: int
    name: str
    person: str
    scope: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used: datetime | None


def make_key(house: House, name: str, person: str, scope: str, days: int) -> str:
    """A new token, which is shown only now. Raises Invalid."""
    if scope not in SCOPES:
        raise Invalid(f"there is no scope {scope!r}", f"one of {', '.join(SCOPES)}")
    if not 1 <= days <= LONGEST:
        raise Invalid(f"a token is good for 1 to {LONGEST} days", "make a new one when it ends")
    if not name.strip():
        raise Invalid("the token has no name", "say what uses it")
    token, now = PREFIX + new_token(), house.now()
    with writing(house.engine) as tx:
        row = {
            "name": name.strip()[:80],
            "token_hash": hashed(token),
            "person": person,
            "scope": scope,
            "created_at": now,
            "expires_at": now + timedelta(days=days),
        }
        tx.execute(insert(tables.keys).values(row))
        note(tx, now, person, "made a token", name.strip()[:80], f"{scope}, {days} days")
    return token


def find_key(house: House, token: str, scope: str) -> Visitor | None:
    """For whom a token acts; None when it is unknown, of another scope, revoked or over, or its person is gone."""
    row = _row(house, token, scope)
    if row is None:
        return None
    with writing(house.engine) as tx:
        tx.execute(update(tables.keys).where(tables.keys.c.id == row.id).values(last_used=house.now()))
    return Visitor(
        id=row.person, name=row.name, role=Role(row.role), csrf="", session="", expires_at=row.expires_at
    )


def still_holds(house: House, token: str, scope: str, needed: Role) -> bool:
    """Whether a token that was found before still holds, and who it acts for still has that role."""
    row = _row(house, token, scope)
    return row is not None and Role(row.role).may(needed)


def _row(house: House, token: str, scope: str) -> Any:
    k, p = tables.keys.c, tables.people.c
    now = house.now()
    query = (
        select(k.id, k.person, k.expires_at, p.name, p.role)
        .join(tables.people, p.id == k.person)
        .where(k.token_hash == hashed(token), k.scope == scope, k.revoked_at.is_(None), k.expires_at > now)
    )
    with reading(house.engine) as tx:
        return tx.execute(query.where(p.active)).one_or_none()


def keys(tx: Connection) -> list[Key]:
    """Every token, the newest first."""
    k = tables.keys
    return [
        Key(
            id=row.id,
            name=row.name,
            person=row.person,
            scope=row.scope,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            last_used=row.last_used,
        )
        for row in tx.execute(select(k).order_by(k.c.id.desc()))
    ]


def revoke_key(house: House, number: int, by: str, role: Role) -> None:
    """End a token: one's own, or as an administrator anybody's. Raises NotThere and NotAllowed."""
    k = tables.keys.c
    with writing(house.engine) as tx:
        whose = tx.execute(select(k.person).where(k.id == number)).scalar()
        if whose not in {None, by} and role is not Role.ADMINISTRATOR:
            raise NotAllowed(f"This token acts for {whose}.", "They revoke it, or an administrator.")
        query = (
            update(tables.keys).where(k.id == number, k.revoked_at.is_(None)).values(revoked_at=house.now())
        )
        if tx.execute(query).rowcount == 0:
            raise NotThere("There is no such token.", "Load the page again.")
        note(tx, house.now(), by, "revoked a token", str(number))
