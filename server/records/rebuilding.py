"""Making the projections anew from the records: after a mended projection, or to prove them right."""

from collections.abc import Iterator

from sqlalchemy import Connection, delete, select

from content import wire
from content.errors import UnknownMessage
from content.record import Fact
from server.house import House
from server.records.projecting import Projector
from server.store import tables
from server.store.engine import writing

BATCH = 1_000  # records at a time


def rebuild(house: House) -> int:
    """Empty every projection and make it from the records, in one transaction; how many records were read."""
    with writing(house.engine) as tx:
        for table in tables.PROJECTIONS:
            tx.execute(delete(table))
        kiosks = tx.scalars(select(tables.records.c.kiosk).distinct()).all()
        return sum(_rebuild_kiosk(tx, kiosk) for kiosk in kiosks)


def _rebuild_kiosk(tx: Connection, kiosk: str) -> int:
    count = 0
    for batch in _batches(tx, kiosk):
        Projector(tx, kiosk, [fact for body in batch if (fact := _fact(body)) is not None]).write()
        count += len(batch)
    return count


def _batches(tx: Connection, kiosk: str) -> Iterator[list[str]]:
    seq, records = 0, tables.records.c
    query = select(records.seq, records.body).where(records.kiosk == kiosk).order_by(records.seq).limit(BATCH)
    while rows := tx.execute(query.where(records.seq > seq)).all():
        seq = rows[-1].seq
        yield [row.body for row in rows]


def _fact(body: str) -> Fact | None:
    try:
        return wire.read_body(body)[0]
    except UnknownMessage:
        return None
