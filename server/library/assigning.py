"""Assignments: which releases a station must hold, with a counter that only grows."""

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from content import package, wire
from server.audit import note
from server.errors import Conflict, Invalid, NotThere
from server.house import House
from server.library import changing, places, settling, tenure
from server.store import tables
from server.store.engine import deciding, reading, writing

FORMAT = 1


def create_station(  # noqa: PLR0917 - a station as people list it
    house: House, station: str, name: str, line: str, area: str, by: str
) -> None:
    """Add a station; raises Conflict when there is one of that identifier."""
    with deciding(house.engine) as tx:
        if tx.execute(select(tables.stations.c.id).where(tables.stations.c.id == station)).scalar():
            raise Conflict(f"there is a station {station} already", "choose another identifier")
        tx.execute(insert(tables.stations).values(id=station, name=name, line=line, area=area, counter=0))
        note(tx, house.now(), by, "created station", station, name)
        made = tx.execute(select(tables.stations).where(tables.stations.c.id == station)).one()
        grown = dict[str, int]()
        for document in places.documents_at(tx, made):  # what is placed where it stands it gets at once
            grown |= settling.settle_in(tx, house, document)
    settling.tell(house, grown)
    house.live.say("stations")


def rename_station(house: House, station: str, name: str, by: str) -> None:
    """Give a station another name; its kiosk shows it after its next look."""
    with writing(house.engine) as tx:
        changed = tx.execute(update(tables.stations).where(tables.stations.c.id == station).values(name=name))
        if changed.rowcount == 0:
            raise NotThere(f"there is no station {station}")
        counter = settling.grow(tx, station)
        note(tx, house.now(), by, "renamed station", station, name)
    house.push(station, counter)
    house.live.say("stations")


def assign(house: House, station: str, releases: Sequence[str], by: str) -> int:
    """Make `releases` (digests) what the station must hold; the assignment's new counter."""
    with deciding(house.engine) as tx:
        known = set(
            tx.scalars(select(tables.releases.c.digest).where(tables.releases.c.digest.in_(releases)))
        )
        missing = [digest for digest in releases if digest not in known]
        if missing:
            raise Invalid(f"there is no release {missing[0][:12]}…", "publish it first")
        _refuse_out_of_force(tx, station, releases, house.now())
        counter = settling.grow(tx, station)
        tx.execute(delete(tables.assignments).where(tables.assignments.c.station == station))
        for digest in dict.fromkeys(releases):
            tx.execute(insert(tables.assignments).values(station=station, release=digest))
        tenure.begin(tx, station, dict.fromkeys(releases), house.now())
        named = tables.releases.c
        documents = tx.execute(select(named.document).where(named.digest.in_(releases))).scalars().all()
        places.place_exactly(tx, station, documents, by, house.now())
        note(tx, house.now(), by, "assigned", station, f"{len(releases)} releases, counter {counter}")
    house.push(station, counter)
    house.live.say("stations")
    return counter


def _refuse_out_of_force(tx: Connection, station: str, wanted: Sequence[str], now: datetime) -> None:
    """Refuse what must not be on the floor, whoever names it: withdrawn, held, or not in force there yet."""
    r = tables.releases.c
    rows = tx.execute(
        select(r.digest, r.document, r.revision, r.withdrawn_at).where(r.digest.in_(wanted))
    ).all()
    held = settling.held_documents(tx)
    for row in rows:
        named = f"{row.document} revision {row.revision}"
        if row.withdrawn_at is not None:
            raise Conflict(f"{named} was withdrawn", "choose another release")
        if row.document in held:
            raise Conflict(f"{row.document} is held until it is reviewed", "review it first")
        waits = settling.waits(settling.candidates(tx, row.document), row.revision, station, now)
        if waits:
            raise Conflict(f"{named}: {waits}", "wait until it is in force there, or let its roll-out go on")


def assign_documents(house: House, station: str, documents: Sequence[str], by: str) -> int:
    """Assign the latest release of each document."""
    with reading(house.engine) as tx:
        found = [_latest(tx, document) for document in documents]
    return assign(house, station, found, by)


def touch_all(house: House) -> None:
    """Let every kiosk look again: the people who may sign in have changed."""
    with writing(house.engine) as tx:
        counters = {
            station: settling.grow(tx, station) for station in tx.scalars(select(tables.stations.c.id)).all()
        }
    for station, counter in counters.items():
        house.push(station, counter)


def counter_of(house: House, station: str) -> int:
    """The counter of a station's assignment; raises NotThere."""
    with reading(house.engine) as tx:
        counter = tx.execute(
            select(tables.stations.c.counter).where(tables.stations.c.id == station)
        ).scalar()
    if counter is None:
        raise NotThere(f"there is no station {station}")
    return counter


def tag(house: House, station: str, broker: str) -> str:
    """What an assignment's ETag says: it changes with the counter, and once a day with what is issued anew."""
    issued = f"{house.now():%Y%m%d} {house.settings.valid_days} {house.signer.public_key.keyid} {broker}"
    return f'"{station}-{counter_of(house, station)}-{zlib.crc32(issued.encode()):08x}"'


def assignment(house: House, station: str, broker: str) -> bytes:
    """The station's signed assignment (a DSSE envelope), which names the broker that kiosks listen to."""
    with reading(house.engine) as tx:
        payload = _assignment(tx, house, station, broker)
    return package.seal(wire.canonical(payload).encode(), package.ASSIGNMENT_TYPE, house.signer)


def _assignment(tx: Connection, house: House, station: str, broker: str) -> dict[str, Any]:
    row, now = tx.execute(select(tables.stations).where(tables.stations.c.id == station)).one(), house.now()
    r, a, p = tables.releases.c, tables.assignments.c, tables.people.c
    releases = tx.execute(
        select(r.digest, r.document, r.revision, r.title)
        .join(tables.assignments, a.release == r.digest)
        .where(a.station == station, r.withdrawn_at.is_(None))
        .order_by(r.document)
    ).all()
    people = tx.execute(
        select(p.id, p.name, p.badge_hash, p.pin_hash, p.role)
        .where(p.active, p.badge_hash.is_not(None))
        .order_by(p.id)
    ).all()
    return {
        "format": FORMAT,
        "station": {"id": row.id, "name": row.name, "line": row.line, "area": row.area},
        "counter": row.counter,
        "issued_at": now.isoformat(),
        "expires_at": (now + timedelta(days=house.settings.valid_days)).isoformat(),
        "releases": [
            {"digest": e.digest, "document": e.document, "revision": e.revision, "title": e.title}
            for e in releases
        ],
        "people": [
            {"id": e.id, "name": e.name, "badge": e.badge_hash, "pin": e.pin_hash, "role": e.role}
            for e in people
        ],
        "broker": broker,
        "withdrawn": tenure.withdrawn(tx, row.id),
        "terms": changing.terms_of(tx, row.id, [e.digest for e in releases]),
    }


def _latest(tx: Connection, document: str) -> str:
    digest = tx.execute(
        select(tables.releases.c.digest)
        .where(tables.releases.c.document == document, tables.releases.c.withdrawn_at.is_(None))
        .order_by(tables.releases.c.revision.desc())
        .limit(1)
    ).scalar()
    if digest is None:
        raise Invalid(f"{document} has no release", "publish it first")
    return digest
