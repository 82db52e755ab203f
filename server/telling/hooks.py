"""Webhooks: the addresses of other systems that are told of every move, and how far each has been told."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from server.audit import note
from server.errors import Conflict, Invalid, NotThere
from server.house import House
from server.store import tables
from server.store.engine import reading, writing
from server.telling import addresses, calling, moves
from server.telling.addresses import AddressRefused

MOST = 20  # each of them is called for every move


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """An address that is told, without its secret; `waiting` moves have not reached it yet."""

    id: int
    url: str
    created_at: datetime
    created_by: str
    told: int
    waiting: int
    failures: int
    last_error: str
    due: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A new webhook, and the secret of its signatures, which is shown only now."""

    id: int
    secret: str


def add(house: House, url: str, by: str) -> Added:
    """Tell an address of every move from now on; the first is that it was added. Raises Invalid and Conflict."""
    target = addresses.take_apart(url.strip())
    try:
        addresses.place_of(target, house.settings.tell)
    except AddressRefused as problem:
        raise Invalid(str(problem), "or give another address") from None
    secret, h = calling.new_secret(), tables.hooks
    with writing(house.engine) as tx:
        known = tx.execute(select(h.c.url)).scalars().all()
        if target.url in known:
            raise Conflict("this address is told already", "end it first for a new secret")
        if len(known) >= MOST:
            raise Conflict(f"at most {MOST} addresses are told", "end one first")
        now, told = house.now(), moves.newest(tx)
        values = {"url": target.url, "secret": secret, "created_at": now, "created_by": by, "told": told}
        number = tx.execute(insert(h).values(values).returning(h.c.id)).scalar_one()
        note(tx, now, by, "added a webhook", target.host, target.url)
    return Added(id=int(number), secret=secret)


def end(house: House, hook: int, by: str) -> None:
    """Tell it no more; raises NotThere."""
    h = tables.hooks
    with writing(house.engine) as tx:
        url = tx.execute(delete(h).where(h.c.id == hook).returning(h.c.url)).scalar()
        if url is None:
            raise NotThere("There is no such webhook.", "Load the page again.")
        note(tx, house.now(), by, "ended a webhook", addresses.take_apart(url).host, url)


def try_now(house: House, hook: int) -> None:
    """Do not wait until the next attempt; raises NotThere."""
    h = tables.hooks
    with writing(house.engine) as tx:
        if tx.execute(update(h).where(h.c.id == hook).values(due=None)).rowcount == 0:
            raise NotThere("There is no such webhook.", "Load the page again.")


def hooks(house: House) -> list[Hook]:
    """Every address that is told."""
    with reading(house.engine) as tx:
        rows = tx.execute(select(tables.hooks).order_by(tables.hooks.c.id)).all()
        return [
            Hook(
                id=row.id,
                url=row.url,
                created_at=row.created_at,
                created_by=row.created_by,
                told=row.told,
                waiting=_waiting(tx, row.told),
                failures=row.failures,
                last_error=row.last_error,
                due=row.due,
            )
            for row in rows
        ]


def _waiting(tx: Connection, told: int) -> int:
    a = tables.audit.c
    return int(tx.execute(select(func.count()).select_from(tables.audit).where(a.id > told)).scalar_one())
