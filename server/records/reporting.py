"""A kiosk's report of itself: what it shows, how it is, which assignment it holds; all of it kept at once."""

from typing import Any

from content.errors import PackageError
from server.house import House
from server.library import recovering, settling
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
        report = None
        if proof is not None:
            try:
                report = holdings.take_in(tx, kiosk, proof, now)
                status["releases"] = report.releases
            except PackageError as problem:  # told before anything of it was written
                status["unproved"] = str(problem)
        enrolment.reported(tx, kiosk, status, now)
        grown = recovering.hear(tx, house, kiosk, counter, report)
    house.live.say(kiosk.station)
    settling.tell(house, grown)
    if grown:
        house.live.say("library")
