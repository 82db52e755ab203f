"""The people of the plant: who may sign in at a kiosk, by badge and PIN, or at the portal, by password."""

import secrets

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from server.audit import note
from server.errors import Conflict, Invalid, NotThere
from server.house import House
from server.library.assigning import touch_all
from server.people.passwords import PasswordRefused, protect
from server.people.sessions import Role
from server.people.tokens import hashed
from server.store import tables
from server.store.engine import reading, writing

# a PIN has few digits and is checked on a small kiosk; what protects it is the lock-out there
PIN_HASHER = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))


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
    if role not in set(Role):
        raise Invalid(f"there is no role {role!r}", f"one of {', '.join(Role)}")
    if pin is not None and not (pin.isdigit() and 4 <= len(pin) <= 8):
        raise Invalid("a PIN has 4 to 8 digits")
    try:
        password_hash = None if password is None else protect(password)
    except PasswordRefused as problem:
        raise Invalid(str(problem)) from None
    row = {
        "id": person,
        "name": name,
        "role": role,
        "login": None if login is None else login.strip().casefold(),
        "password_hash": password_hash,
        "badge_hash": None if badge is None else hashed(badge),
        "pin_hash": None if pin is None else PIN_HASHER.hash(pin),
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


def deactivate(house: House, person: str, by: str) -> None:
    """Let a person sign in nowhere any more; what they did stays recorded. Raises NotThere."""
    with writing(house.engine) as tx:
        done = tx.execute(update(tables.people).where(tables.people.c.id == person).values(active=False))
        if done.rowcount == 0:
            raise NotThere(f"there is no person {person}")
        tx.execute(tables.sessions.delete().where(tables.sessions.c.person == person))
        note(tx, house.now(), by, "deactivated person", person)
    touch_all(house)


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
