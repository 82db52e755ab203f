"""The people of the plant: who may sign in at a kiosk, by badge and PIN, or at the portal, by password."""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from server.audit import note
from server.errors import Conflict, Invalid, NotThere
from server.house import House
from server.library.assigning import touch_all
from server.people import passwords
from server.people.passwords import PasswordRefused, protect
from server.people.sessions import Role
from server.people.tokens import hashed
from server.store import tables
from server.store.engine import reading, writing


def add_person(
    house: House,
    person: str,
    name: str,
    role: str,
    by: str,
    *,
    login: str | None = None,
    password: str | None = None,
    badge: str | None = None,
    pin: str | None = None,
) -> None:
    """Add a person; a badge lets them sign in at kiosks, a login and password at the portal.

    Raises:
        Invalid: unknown role, a PIN that is not 4 to 8 digits, or a password that is too short.
        Conflict: that identifier, login or badge is taken.
    """
    _refuse_odd(role, pin)
    password_hash = None if password is None else _protected(password)
    row = {
        "id": person,
        "name": name,
        "role": role,
        "login": None if login is None else login.strip().casefold(),
        "password_hash": password_hash,
        "badge_hash": None if badge is None else hashed(badge),
        "pin_hash": None if pin is None else passwords.PIN_HASHER.hash(pin),
        "active": True,
        "failures": 0,
    }
    try:
        with writing(house.engine) as tx:
            tx.execute(insert(tables.people).values(row))
            note(tx, house.now(), by, "added person", person, f"{name}, {role}")
    except IntegrityError:
        raise Conflict(
            f"the identifier {person}, its login or its badge is taken", "choose another"
        ) from None
    if badge is not None:
        touch_all(house)


def _refuse_odd(role: str, pin: str | None) -> None:
    if role not in set(Role):
        raise Invalid(f"there is no role {role!r}", f"one of {', '.join(Role)}")
    if pin is not None and not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
        raise Invalid("a PIN has 4 to 8 digits")


def _protected(password: str) -> str:
    try:
        return protect(password)
    except PasswordRefused as problem:
        raise Invalid(str(problem)) from None


def deactivate(house: House, person: str, by: str) -> None:
    """Let a person sign in nowhere any more; what they did stays recorded. Raises NotThere and Conflict."""
    with writing(house.engine) as tx:
        _refuse_last_administrator(tx, person)
        done = tx.execute(update(tables.people).where(tables.people.c.id == person).values(active=False))
        if done.rowcount == 0:
            raise NotThere(f"there is no person {person}")
        tx.execute(tables.sessions.delete().where(tables.sessions.c.person == person))
        note(tx, house.now(), by, "deactivated person", person)
    touch_all(house)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a person is from now on; a badge, PIN or password that is None stays as it is, an empty one goes."""

    name: str
    role: str
    login: str | None
    password: str | None = None
    badge: str | None = None
    pin: str | None = None


def change(house: House, person: str, wanted: Changes, by: str) -> None:
    """Change a person; who gets another role, login or password signs in anew.

    Raises:
        NotThere: there is no such person.
        Invalid: unknown role, no name, a PIN that is not 4 to 8 digits, a login without a password, one too short.
        Conflict: that login or badge is taken, or nobody would be an administrator any more.
    """
    _refuse_odd(wanted.role, wanted.pin or None)
    if not wanted.name.strip():
        raise Invalid("a person needs a name", "write it as it should stand in the records")
    p = tables.people.c
    login = (wanted.login or "").strip().casefold() or None
    values: dict[str, Any] = {"name": wanted.name.strip(), "role": wanted.role, "login": login}
    if wanted.password:
        values |= {"password_hash": _protected(wanted.password), "failures": 0, "locked_until": None}
    if login is None:
        values["password_hash"] = None
    if wanted.badge is not None:
        values["badge_hash"] = hashed(wanted.badge) if wanted.badge else None
    if wanted.pin is not None:
        values["pin_hash"] = passwords.PIN_HASHER.hash(wanted.pin) if wanted.pin else None
    try:
        with writing(house.engine) as tx:
            row = tx.execute(select(tables.people).where(p.id == person)).first()
            if row is None:
                raise NotThere(f"there is no person {person}")
            if login is not None and not values.get("password_hash", row.password_hash):
                raise Invalid("a login needs a password", "write one of at least 10 characters")
            if wanted.role != Role.ADMINISTRATOR or login is None:
                _refuse_last_administrator(tx, person)
            tx.execute(update(tables.people).where(p.id == person).values(**values))
            told = _told(row, values)
            if {"role", "login", "password"} & set(told):
                tx.execute(delete(tables.sessions).where(tables.sessions.c.person == person))
            words = ", ".join(f"{name} {what}".strip() for name, what in told.items())
            note(tx, house.now(), by, "changed person", person, words or "nothing")
    except IntegrityError:
        raise Conflict("the login or the badge is another person's", "choose another") from None
    touch_all(house)


def _told(row: Any, values: dict[str, Any]) -> dict[str, str]:
    """What of a person is another now, for the audit trail: never a secret, nor its hash."""
    told = {
        name: f"{getattr(row, name) or 'none'} → {values[name] or 'none'}"
        for name in ("name", "role", "login")
        if values[name] != getattr(row, name)
    }
    secrets_of = {"password": "password_hash", "badge": "badge_hash", "PIN": "pin_hash"}
    return told | {
        name: "" if values[column] else "taken away"
        for name, column in secrets_of.items()
        if column in values and values[column] != getattr(row, column)
    }


def reactivate(house: House, person: str, by: str) -> None:
    """Let somebody who was away sign in again, as before. Raises NotThere."""
    with writing(house.engine) as tx:
        done = tx.execute(update(tables.people).where(tables.people.c.id == person).values(active=True))
        if done.rowcount == 0:
            raise NotThere(f"there is no person {person}")
        note(tx, house.now(), by, "reactivated person", person)
    touch_all(house)


def _refuse_last_administrator(tx: Connection, person: str) -> None:
    p = tables.people.c
    able = (p.role == Role.ADMINISTRATOR, p.active, p.login.is_not(None), p.password_hash.is_not(None))
    found = tx.execute(select(p.id).where(*able)).scalars().all()
    if found == [person]:
        raise Conflict(
            "Nobody else is an administrator who can sign in.", "Make somebody else an administrator first."
        )


def new_password(house: House, person: str, password: str, by: str, *, but: str = "") -> None:
    """Give somebody another password; whoever is signed in as them has to sign in anew, except in the session `but`.

    Raises:
        NotThere: there is no such person.
        Invalid: the password is too short, or they have no login.
    """
    p, s = tables.people.c, tables.sessions.c
    protected = _protected(password)
    with writing(house.engine) as tx:
        row = tx.execute(select(p.login).where(p.id == person)).first()
        if row is None:
            raise NotThere(f"there is no person {person}", "look at the page People")
        if row.login is None:
            raise Invalid(f"{person} has no login", "give them one on the page People")
        values = {"password_hash": protected, "failures": 0, "locked_until": None}
        tx.execute(update(tables.people).where(p.id == person).values(**values))
        tx.execute(delete(tables.sessions).where(s.person == person, s.token_hash != but))
        note(tx, house.now(), by, "changed password", person)


def rescue(house: House, login: str, by: str) -> tuple[str, str]:
    """A made-up password for an administrator whose own was lost, and their login; they are active again.

    Raises NotThere where nobody has that login, and Invalid where it is no administrator's.
    """
    p = tables.people.c
    with reading(house.engine) as tx:
        row = tx.execute(select(p.id, p.role, p.login).where(p.login == login.strip().casefold())).first()
    if row is None:
        raise NotThere(
            f"nobody has the login {login!r}", "administrators are listed by `stepline people list`"
        )
    if row.role != Role.ADMINISTRATOR:
        raise Invalid(f"{login} is no administrator", "an administrator changes it on the page People")
    made_up = secrets.token_urlsafe(12)
    new_password(house, row.id, made_up, by)
    with writing(house.engine) as tx:
        tx.execute(update(tables.people).where(p.id == row.id).values(active=True))
    return row.login, made_up


def bootstrap(house: House, password: str | None) -> str | None:
    """Make the first administrator `admin` when there is nobody; its password when it was made up here."""
    with reading(house.engine) as tx:
        if tx.execute(select(func.count()).select_from(tables.people)).scalar():
            return None
    made_up = password or secrets.token_urlsafe(12)
    add_person(
        house, "admin", "Administrator", Role.ADMINISTRATOR, "first start", login="admin", password=made_up
    )
    return None if password else made_up
