"""A thousand releases of history cost no more than ten: what is asked of the database stays the same."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, insert

from content import package
from content.instruction import Instruction
from server.house import House
from server.library import assigning, releasing, settling
from server.library.publishing import keep
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
