"""A server that was restored from an older backup: kiosks tell it how far it had been, and it goes on above that."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from server.audit import note
from server.people.enrolment import Kiosk
from server.store import tables

HIGHEST = 2**30  # a counter that no plant reaches; whoever reports a higher one is not believed


def hear(tx: Connection, kiosk: Kiosk, counter: int, now: datetime) -> int | None:
    """A kiosk has an assignment with that counter: the station's next one has a higher one, which is told."""
    s = tables.stations.c
    ours = tx.execute(select(s.counter).where(s.id == kiosk.station)).scalar_one()
    if not ours < counter < HIGHEST:
        return None
    raised = tx.execute(
        update(tables.stations)
        .where(s.id == kiosk.station, s.counter < counter)
        .values(counter=counter + 1)
        .returning(s.counter)
    ).scalar()
    if raised is not None:
        words = (
            f"kiosk {kiosk.id} holds assignment {counter}, and {ours} was the newest here: "
            f"this server was restored from an older backup; the next one is {raised}"
        )
        note(tx, now, "stepline", "raised the counter", kiosk.station, words)
    return raised
