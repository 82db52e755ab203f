"""A thousand releases of history cost no more than ten: what is asked of the database stays the same."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert

from content import package
from content.instruction import Instruction
from server.house import House
from server.library import assigning, releasing, settling
from server.library.publishing import keep
from server.portal.beside import compared
from server.reports import fleet, library
from server.serve import open_house
from server.settings import Settings
from server.store import tables
from server.store.engine import reading, writing
from tests.server.test_changes import FIT

STATION = "bench-1"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = open_house(Settings(data=tmp_path))
    assigning.create_station(house, STATION, "Bench 1", "Line", "Hall", "admin")
    yield house
    house.engine.dispose()


def released(house: House, revisions: range) -> None:
    """So many releases of one document; every tenth of them was withdrawn."""
    with writing(house.engine) as tx:
        for revision in revisions:
            values = copy.deepcopy(FIT) | {"revision": revision, "title": f"Fit {revision}"}
            payload = package.payload(Instruction.model_validate(values), ())
            release = package.read_payload(payload)
            keep(tx, house, release, payload, "admin")
            if revision % 10 == 0:
                row = {"release": release.digest, "by": "admin", "reason": "wrong", "at": house.now()}
                tx.execute(insert(tables.withdrawals).values(row))
                tx.execute(
                    tables.releases.update()
                    .where(tables.releases.c.digest == release.digest)
                    .values(withdrawn_at=house.now())
                )


@contextmanager
def counting(house: House) -> Iterator[Callable[[], tuple[int, int]]]:
    """Counts the statements, and the rows that hold a whole document, which are the dear ones."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(house.engine, "before_cursor_execute", note)
    try:
        yield lambda: (len(seen), sum("payload" in each for each in seen))
    finally:
        event.remove(house.engine, "before_cursor_execute", note)


def test_what_a_kiosk_asks_for_and_what_is_released_cost_the_same_after_a_thousand_releases(
    house: House,
) -> None:
    asked = []
    for revisions in (range(1, 12), range(12, 1_002)):
        released(house, revisions)
        assigning.assign_documents(house, STATION, ["fit"], "admin")
        assigning.assignment(house, STATION, "")  # what is compared once is held
        with counting(house) as count:
            assigning.assignment(house, STATION, "")
            with reading(house.engine) as tx:
                settling.outlook(tx, STATION, house.now())
            asked.append(count())
    assert asked[0] == asked[1]
    assert asked[1][1] == 0
    digest = _newest(house)
    with counting(house) as count:
        releasing.withdraw(house, digest, "It is wrong after all", "admin")
        assert count()[0] < 60


MUCH = 400  # virtual machine steps of the database, between two of which it is counted


@contextmanager
def working(house: House) -> Iterator[Callable[[], int]]:
    """Counts what the database does: rows that are looked at cost, also those that nobody is shown."""
    count = 0

    def step() -> None:
        nonlocal count
        count += 1

    def lent(connection: Any, *_: object) -> None:
        connection.set_progress_handler(step, MUCH)

    event.listen(house.engine, "checkout", lent)
    house.engine.dispose()  # what is lent from here on is counted
    try:
        yield lambda: count
    finally:
        event.remove(house.engine, "checkout", lent)
        house.engine.dispose()


LOOKS: dict[str, Callable[[Connection, House], object]] = {
    "a document's page": lambda tx, _: library.releases_of(tx, "fit"),
    "its newest release": lambda tx, _: library.newest_release(tx, "fit"),
    "the library": lambda tx, _: library.library(tx),
    "how two releases differ": lambda tx, house: compared(
        tx, house.media, *(library.release(tx, row.digest) for row in library.releases_of(tx, "fit")[1::-1])
    ),
    "the fleet": lambda tx, house: fleet.fleet(tx, house.now()),
}


@pytest.mark.parametrize("look", LOOKS)
def test_a_page_reads_no_more_after_a_thousand_releases(house: House, look: str) -> None:
    """A page's own part of the history is all that is read: 50 releases of it, however many there are."""
    counts: list[tuple[int, int]] = []
    for revisions in (range(1, 62), range(62, 1_002)):
        released(house, revisions)
        assigning.assign_documents(house, STATION, ["fit"], "admin")
        with reading(house.engine) as tx:
            LOOKS[look](tx, house)  # what is read once is held
        with counting(house) as count, working(house) as work:
            with reading(house.engine) as tx:
                LOOKS[look](tx, house)
            counts.append((count()[0], work()))
    (asked, worked), (asked_later, worked_later) = counts
    assert asked_later == asked
    assert worked_later <= 2 * worked + 2, "it reads releases that nobody is shown"


def test_all_releases_of_a_long_history_can_be_seen_and_compared(house: House) -> None:
    released(house, range(1, 102))
    with reading(house.engine) as tx:
        rows = library.releases_of(tx, "fit")
        assert [row.revision for row in rows] == list(range(101, 51, -1))
        assert library.how_many(tx, "fit") == 101
        every = library.releases_of(tx, "fit", 101)
        assert [row.revision for row in every] == list(range(101, 0, -1))
        old = every[-3].digest
        assert [row.revision for row in library.releases_of(tx, "fit", also={old})][-1] == 3
        assert library.before(tx, "fit", old) == every[-2].digest
        assert library.before(tx, "fit", every[-1].digest) is None
    assigning.assign(house, STATION, [old], "admin")
    with reading(house.engine) as tx:
        assert library.releases_of(tx, "fit")[-1].stations == ("Bench 1",)


def _newest(house: House) -> str:
    r = tables.releases.c
    with reading(house.engine) as tx:
        return str(
            tx.execute(
                tables.releases.select().where(r.withdrawn_at.is_(None)).order_by(r.revision.desc()).limit(1)
            )
            .one()
            .digest
        )
