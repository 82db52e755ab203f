"""A server that was restored from an older backup: kiosks tell it how far it had been, and it goes on from there.

What a kiosk signs it has from assignments that this server signed before: a higher counter, withdrawals that the backup
does not know, numbers that were given since. A withdrawal that was forgotten would bring a wrong release back, so it is
taken from every report, also where the counter has grown past the kiosk's meanwhile. A kiosk is believed about what its
own station had, or gets, and about nothing else.
"""

from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from content.holding import Holding
from server.audit import note
from server.house import House
from server.library import places, settling, tenure
from server.library.withdrawing import take_back
from server.people.enrolment import Kiosk
from server.store import tables
from server.store.engine import one_by_one

HIGHEST = 2**30  # a counter or number that no plant reaches; whoever reports a higher one is not believed
WHY = "It was withdrawn already: kiosk {kiosk} knows it from this server, which was restored from an older backup."


def hear(tx: Connection, house: House, kiosk: Kiosk, counter: int, report: Holding | None) -> dict[str, int]:
    """What a kiosk tells of its newest assignment; the counters of the stations that are to look again."""
    told: dict[str, int] = {}
    if report is not None and max(report.counter, report.heard) < HIGHEST:
        _take_numbers(tx, report)
        told |= _withdraw_again(tx, house, kiosk, report)
    return told | _go_above(tx, house, kiosk, counter)


def _go_above(tx: Connection, house: House, kiosk: Kiosk, counter: int) -> dict[str, int]:
    """Where the kiosk is ahead of ours, the station's next assignment has a higher counter."""
    s = tables.stations.c
    ours = tx.execute(select(s.counter).where(s.id == kiosk.station)).scalar_one()
    if not ours < counter < HIGHEST:
        return {}
    one_by_one(tx)
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
    note(tx, house.now(), settling.ITSELF, "raised the counter", kiosk.station, words)
    return {kiosk.station: raised}


def _take_numbers(tx: Connection, report: Holding) -> None:
    """No number is given twice, with two contents; of a document that the backup does not know nothing can be kept."""
    d, r = tables.documents.c, tables.releases.c
    known = tx.execute(
        select(d.id, d.numbered, func.max(r.revision).label("released"))
        .outerjoin(tables.releases, r.document == d.id)
        .where(d.id.in_(report.numbers))
        .group_by(d.id, d.numbered)
    ).all()
    for row in known:
        if max(row.numbered, row.released or 0) < report.numbers[row.id] < HIGHEST:
            number = report.numbers[row.id]
            tx.execute(update(tables.documents).where(d.id == row.id).values(numbered=number))


def _withdraw_again(tx: Connection, house: House, kiosk: Kiosk, report: Holding) -> dict[str, int]:
    told: dict[str, int] = {}
    for row in _forgotten(tx, kiosk, report):
        why = WHY.format(kiosk=kiosk.id)
        told |= take_back(tx, house, row, why, settling.ITSELF)
    return told


def _forgotten(tx: Connection, kiosk: Kiosk, report: Holding) -> list[Row[Any, Any, Any]]:
    """The releases that the kiosk knows to be withdrawn and we do not: of what its station had, or gets."""
    r = tables.releases.c
    named = (r.digest.in_(report.withdrawn), r.withdrawn_at.is_(None))
    query = select(r.digest, r.document, r.revision).where(*named)
    if not report.withdrawn or tx.execute(query.limit(1)).first() is None:
        return []
    one_by_one(tx)
    station = tx.execute(select(tables.stations).where(tables.stations.c.id == kiosk.station)).one()
    placed = places.documents_at(tx, station)
    return [
        row
        for row in tx.execute(query).all()
        if row.document in placed or kiosk.station in tenure.held_by(tx, row.digest)
    ]
