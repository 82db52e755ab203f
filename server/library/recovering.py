"""A server that was restored from an older backup: kiosks tell it how far it had been, and it goes on from there.

What a kiosk signs it has from assignments that this server signed before: a higher counter, withdrawals that the backup
does not know, numbers that were given since. A withdrawal that was forgotten would bring a wrong release back.
"""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from content.holding import Holding
from server.audit import note
from server.house import House
from server.library import settling, superseding
from server.people.enrolment import Kiosk
from server.store import tables

HIGHEST = 2**30  # a counter or number that no plant reaches; whoever reports a higher one is not believed
WHY = "It was withdrawn already: kiosk {kiosk} knows it from this server, which was restored from an older backup."


def hear(tx: Connection, house: House, kiosk: Kiosk, counter: int, report: Holding | None) -> dict[str, int]:
    """A kiosk has an assignment with that counter; the counters of the stations that are to look again.

    Where it is ahead of ours, the station's next one has a higher one, and what was withdrawn or numbered is so again.
    """
    s, now = tables.stations.c, house.now()
    ours = tx.execute(select(s.counter).where(s.id == kiosk.station)).scalar_one()
    if not ours < counter < HIGHEST:
        return {}
    raised = tx.execute(
        update(tables.stations)
        .where(s.id == kiosk.station, s.counter < counter)
        .values(counter=counter + 1)
        .returning(s.counter)
    ).scalar()
    if raised is None:
        return {}
    words = (
        f"kiosk {kiosk.id} holds assignment {counter}, and {ours} was the newest here: "
        f"this server was restored from an older backup; the next one is {raised}"
    )
    note(tx, now, settling.ITSELF, "raised the counter", kiosk.station, words)
    told = {kiosk.station: raised}
    if report is not None and report.counter == counter:
        _take_numbers(tx, report)
        told |= _withdraw_again(tx, house, kiosk, report, now)
    return told


def _take_numbers(tx: Connection, report: Holding) -> None:
    """No number is given twice, with two contents."""
    d = tables.documents.c
    for document, number in report.numbers.items():
        if 0 < number < HIGHEST:
            given = (d.id == document, d.numbered < number)
            tx.execute(update(tables.documents).where(*given).values(numbered=number))


def _withdraw_again(
    tx: Connection, house: House, kiosk: Kiosk, report: Holding, now: datetime
) -> dict[str, int]:
    r = tables.releases.c
    forgotten = tx.execute(
        select(r.digest, r.document, r.revision).where(
            r.digest.in_(report.withdrawn), r.withdrawn_at.is_(None)
        )
    ).all()
    told: dict[str, int] = {}
    for row in forgotten:
        why = WHY.format(kiosk=kiosk.id)
        tx.execute(update(tables.releases).where(r.digest == row.digest).values(withdrawn_at=now))
        kept = {"release": row.digest, "reason": why, "at": now, "by": settling.ITSELF}
        tx.execute(insert(tables.withdrawals).values(**kept))
        superseding.withdrawn(tx, row.digest)
        note(tx, now, settling.ITSELF, "withdrawn", row.document, f"revision {row.revision}: {why}")
        told |= settling.settle_in(tx, house, row.document, withdrawn=row.digest)
    return told
