"""Who is signed in: sessions that the server keeps, can end at any time, and knows only by a hash."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Engine, delete, func, insert, select, update

from server.people.passwords import BackOff, matches, wait_after
from server.store.engine import reading, writing
from server.store.tables import people, sessions

LONGEST = timedelta(hours=12)  # a shift; then everybody signs in again
IDLE = timedelta(
    hours=2
)  # of a portal session; a page that is open on the floor stays alive by its live updates
TOUCHED = timedelta(minutes=1)  # `last_seen` is not written more often
REFUSED = "Login or password is wrong."


class Role(StrEnum):
    """What a person may do; each may all that those before it may."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ENGINEER = "engineer"
    ADMINISTRATOR = "administrator"

    def may(self, needed: "Role") -> bool:
        """Whether this role reaches what `needed` opens."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


class Kind(StrEnum):
    """What a session is used from."""

    PORTAL = "portal"
    API = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A signed-in person and what their session carries; `session` names it without giving it away."""

    id: str
    name: str
    role: Role
    csrf: str
    session: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A new session; its token is known only here and to whoever holds it."""

    token: str
    visitor: Visitor


class SignInRefused(Exception):
    """Nobody was signed in; `wait` is how long every further try will be refused."""

    def __init__(self, message: str, wait: timedelta) -> None:
        super().__init__(message)
        self.wait = wait


def sign_in(
    engine: Engine, login: str, password: str, *, kind: Kind, address: str, at: datetime, back_off: BackOff
) -> Opened:
    """Open a session; raises SignInRefused, an unknown login in the same words as a wrong password."""
    login = login.strip().casefold()
    with reading(engine) as tx:
        query = select(people).where(func.lower(people.c.login) == login, people.c.active)
        person = tx.execute(query).one_or_none()
    locked = person.locked_until - at if person is not None and person.locked_until else timedelta()
    wait = max(locked, back_off.wait(login, address, at))
    if wait > timedelta():
        raise SignInRefused(_patience(wait), wait)
    if not matches(password, None if person is None else person.password_hash):
        back_off.failed(login, address, at)
        if person is not None:
            _remember_failure(engine, person.id, person.failures + 1, at)
        wait = back_off.wait(login, address, at)
        raise SignInRefused(REFUSED + (f" {_patience(wait)}" if wait else ""), wait)
    assert person is not None
    back_off.succeeded(login)
    return open_session(engine, person.id, kind=kind, at=at)


def prove(  # noqa: PLR0917 - who proves what, from where, and when
    engine: Engine, person: str, password: str, address: str, at: datetime, back_off: BackOff
) -> None:
    """Have somebody who is signed in prove it again, for a signature; raises SignInRefused."""
    with reading(engine) as tx:
        row = tx.execute(select(people.c.login).where(people.c.id == person, people.c.active)).one_or_none()
    login = "" if row is None or row.login is None else row.login
    wait = back_off.wait(login, address, at)
    if wait > timedelta():
        raise SignInRefused(_patience(wait), wait)
    with reading(engine) as tx:
        kept = tx.execute(select(people.c.password_hash).where(people.c.id == person)).scalar()
    if not matches(password, kept):
        back_off.failed(login, address, at)
        wait = back_off.wait(login, address, at)
        raise SignInRefused(
            "The password is wrong; nothing was signed." + (f" {_patience(wait)}" if wait else ""), wait
        )
    back_off.succeeded(login)


def _remember_failure(engine: Engine, person: str, failures: int, at: datetime) -> None:
    wait = wait_after(failures)
    with writing(engine) as tx:
        tx.execute(
            update(people)
            .where(people.c.id == person)
            .values(failures=failures, locked_until=at + wait if wait else None)
        )


def _patience(wait: timedelta) -> str:
    seconds = max(1, round(wait.total_seconds()))
    amount = f"{seconds} seconds" if seconds < 120 else f"{round(seconds / 60)} minutes"
    return f"There were too many tries; wait {amount}, then try again."


def open_session(engine: Engine, person: str, *, kind: Kind, at: datetime) -> Opened:
    """A session for somebody who has proved who they are; earlier failures are forgotten."""
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    with writing(engine) as tx:
        tx.execute(delete(sessions).where(sessions.c.expires_at < at))
        tx.execute(update(people).where(people.c.id == person).values(failures=0, locked_until=None))
        tx.execute(
            insert(sessions).values(
                token_hash=_hash(token),
                person=person,
                kind=kind,
                csrf=csrf,
                created_at=at,
                last_seen=at,
                expires_at=at + LONGEST,
            )
        )
    visitor = find(engine, token, kind=kind, at=at)
    assert visitor is not None
    return Opened(token=token, visitor=visitor)


def find(engine: Engine, token: str, *, kind: Kind, at: datetime) -> Visitor | None:
    """Whose session it is; None when it is unknown, ended, too old, too long idle, or its person is gone."""
    query = (
        select(sessions, people.c.name, people.c.role)
        .join(people, people.c.id == sessions.c.person)
        .where(sessions.c.token_hash == _hash(token), sessions.c.kind == kind, people.c.active)
    )
    with reading(engine) as tx:
        row = tx.execute(query).one_or_none()
    if row is None or row.expires_at <= at or at - row.last_seen > IDLE:
        return None
    if at - row.last_seen > TOUCHED:
        with writing(engine) as tx:
            tx.execute(update(sessions).where(sessions.c.token_hash == row.token_hash).values(last_seen=at))
    return Visitor(
        id=row.person,
        name=row.name,
        role=Role(row.role),
        csrf=row.csrf,
        session=row.token_hash,
        expires_at=row.expires_at,
    )


def close(engine: Engine, session: str) -> None:
    """End a session by its name; nothing happens when it is gone already."""
    with writing(engine) as tx:
        tx.execute(delete(sessions).where(sessions.c.token_hash == session))


def close_all(engine: Engine, person: str) -> None:
    """End every session of a person."""
    with writing(engine) as tx:
        tx.execute(delete(sessions).where(sessions.c.person == person))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
