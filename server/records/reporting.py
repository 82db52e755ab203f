"""A kiosk's report of itself: what it shows, how it is, which assignment it holds; all of it kept at once."""

from typing import Any

from content.errors import PackageError
from server.house import House
from server.library import recovering
from server.people import enrolment
from server.people.enrolment import Kiosk
from server.records import holdings
from server.store.engine import writing


def hear(house: House, kiosk: Kiosk, status: dict[str, Any], *, proof: str | None, counter: int) -> None:
    """Keep a report in one transaction: fifty kiosks that each opened several would queue up behind each other.

    A proof that is none is said in the status, and changes nothing else.
    """
    now = house.now()
    with writing(house.engine) as tx:
        if proof is not None:
            try:
                status["releases"] = holdings.take_in(tx, kiosk, proof, now).releases
            except PackageError as problem:  # told before anything of it was written
                status["unproved"] = str(problem)
        enrolment.reported(tx, kiosk, status, now)
        raised = recovering.hear(tx, kiosk, counter, now)
    house.live.say(kiosk.station)
    if raised is not None:
        house.push(kiosk.station, raised)
        house.live.say("stations")
