"""A server that was restored from an older backup: kiosks tell it how far it had been, and it goes on above that."""

from sqlalchemy import select, update

from server.audit import note
from server.house import House
from server.people.enrolment import Kiosk
from server.store import tables
from server.store.engine import reading, writing

HIGHEST = 2**30  # a counter that no plant reaches; whoever reports a higher one is not believed


def hear(house: House, kiosk: Kiosk, counter: int) -> None:
    """A kiosk has an assignment with that counter: the station's next one has a higher one."""
    s = tables.stations.c
    with reading(house.engine) as tx:
        ours = tx.execute(select(s.counter).where(s.id == kiosk.station)).scalar_one()
    if not ours < counter < HIGHEST:
        return
    with writing(house.engine) as tx:
        raised = tx.execute(
            update(tables.stations)
            .where(s.id == kiosk.station, s.counter < counter)
            .values(counter=counter + 1)
            .returning(s.counter)
        ).scalar()
        if raised is None:
            return
        words = (
            f"kiosk {kiosk.id} holds assignment {counter}, and {ours} was the newest here: "
            f"this server was restored from an older backup; the next one is {raised}"
        )
        note(tx, house.now(), "stepline", "raised the counter", kiosk.station, words)
    house.push(kiosk.station, raised)
    house.live.say("stations")
