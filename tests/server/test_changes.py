"""What a release changes, as kiosks are told it, and who acknowledged it."""

import copy
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from content import chain, package, wire
from content.instruction import Instruction
from content.record import ChangesSeen
from server.house import House
from server.library import assigning, changing, releasing
from server.library.publishing import keep
from server.people.roster import add_person
from server.records.ingesting import ingest
from server.reports.acknowledged import acknowledgements
from server.serve import open_house
from server.settings import Settings
from server.store import tables
from server.store.engine import reading, writing

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
FIT = {
    "id": "fit",
    "kind": "work-instruction",
    "title": "Fit",
    "revision": 1,
    "language": "en",
    "applies_to": {"part_numbers": ["A-1"]},
    "steps": [
        {
            "id": "bolt",
            "title": "Bolt",
            "text": "Tighten it.",
            "checks": [{"id": "t", "kind": "torque", "unit": "N.m", "low": "8.5", "high": "9.5"}],
        },
        {"id": "look", "title": "Look", "text": "Look at it."},
    ],
}


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = open_house(Settings(data=tmp_path))
    add_person(house, "anna", "Anna Berg", "operator", "admin", badge="ANNA-1")
    return house


def release(house: House, revision: int, low: str) -> str:
    """Release a revision; its digest."""
    values = copy.deepcopy(FIT) | {"revision": revision}
    values["steps"][0]["checks"][0]["low"] = low
    payload = package.payload(Instruction.model_validate(values), ())
    with writing(house.engine) as tx:
        keep(tx, house, package.read_payload(payload), payload, "admin")
    return package.digest_of(payload)


def test_the_changed_steps_come_with_few_words(house: House) -> None:
    before = release(house, 1, "8.5")
    after = release(house, 2, "8.0")
    wanted = [{"step": "bolt", "title": "Bolt", "what": "limit 8.5 – 9.5 N·m → 8.0 – 9.5 N·m"}]
    with reading(house.engine) as tx:
        first = changing.changes_between(tx, before, after)
        assert first == wanted
        first.clear()  # what is handed out is the caller's own
        assert changing.changes_between(tx, before, after) == wanted


def test_terms_compare_with_what_the_station_had_before(house: House) -> None:
    one, three, five = (
        release(house, revision, low) for revision, low in ((1, "8.5"), (3, "8.2"), (5, "8.0"))
    )
    for station in ("a", "b", "c", "d"):
        assigning.create_station(house, station, station, "L", "H", "admin")
    with writing(house.engine) as tx:
        tx.execute(insert(tables.terms).values(release=five, point="next-unit", acknowledge=True))
    for station, had in (("a", (one, three, five)), ("b", (one, five)), ("c", (five,))):
        for digest in had:
            assigning.assign(house, station, [digest], "admin")
    with reading(house.engine) as tx:
        assert changing.terms_of(tx, "d", [one]) == {}  # there is nothing to tell of it
        terms = {station: changing.terms_of(tx, station, [five])[five] for station in ("a", "b", "c")}
    told = {station: (each["from_revision"], each["before"]) for station, each in terms.items()}
    assert told == {"a": (3, three), "b": (1, one), "c": (3, three)}
    assert {(each["acknowledge"], each["point"]) for each in terms.values()} == {(True, "next-unit")}
    assert [change["what"] for change in terms["b"]["changes"]] == ["limit 8.5 – 9.5 N·m → 8.0 – 9.5 N·m"]


def test_what_was_withdrawn_is_not_what_a_change_is_told_against(house: House) -> None:
    """Back on the first after a mistake, operators read all that the third changed, not only what it mended."""
    one, two, three = (
        release(house, revision, low) for revision, low in ((1, "8.5"), (2, "8.2"), (3, "8.0"))
    )
    assigning.create_station(house, "a", "A", "L", "H", "admin")
    for digest in (one, two, three):
        assigning.assign(house, "a", [digest], "admin")
    releasing.withdraw(house, two, "the limit is wrong", "admin")
    with reading(house.engine) as tx:
        assert changing.terms_of(tx, "a", [three])[three]["from_revision"] == 1


def test_who_acknowledged_which_release_follows_from_the_record(house: House) -> None:
    with writing(house.engine) as tx:
        tx.execute(insert(tables.stations).values(id="s", name="S", line="", area="", counter=0))
        kiosk = {"id": "k", "station": "s", "name": "k", "token_hash": "x", "public_key": "{}"}
        more = {
            "enrolled_at": AT,
            "enrolled_by": "a",
            "held_seq": 0,
            "head_hash": chain.FIRST,
            "status": "{}",
        }
        tx.execute(insert(tables.kiosks).values(**kiosk, **more))
    entries, head = [], chain.FIRST
    for seq, (person, digest, acknowledged) in enumerate(
        [("anna", "a" * 64, True), ("ben", "a" * 64, False), ("anna", "b" * 64, True)], start=1
    ):
        fact = ChangesSeen(
            release=digest,
            document="fit",
            revision=2,
            since=1,
            acknowledged=acknowledged,
            at=AT,
            tick=seq,
            by=person,
        )
        entries.append(chain.link("k", seq, head, wire.body(fact, None)))
        head = entries[-1].hash
    ingest(house, "k", entries)
    with reading(house.engine) as tx:
        found = acknowledgements(tx, release="a" * 64)
        assert {(each.name, each.acknowledged, each.station) for each in found} == {
            ("Anna Berg", True, "s"),
            ("ben", False, "s"),
        }
        assert len(acknowledgements(tx, document="fit")) == 3
        assert acknowledgements(tx, document="other") == ()
        assert acknowledgements(tx, document="%") == ()
