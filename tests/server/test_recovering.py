"""A server that was restored from an older backup learns from kiosks what it forgot, and from nobody else."""

import json
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner
from sqlalchemy import select, update

from content import holding, package
from content.holding import Holding
from server.house import House
from server.library import assigning, numbering
from server.library.publishing import publish
from server.people.enrolment import Kiosk
from server.records import reporting
from server.store import tables
from server.store.engine import reading, writing
from tests.content.documents import TEXT, write_instruction

KEY = CryptoSigner.generate_ed25519()
OURS = Kiosk(id="k-1", station="bench-1")


@pytest.fixture
def wrong(house: House, tmp_path: Path) -> str:
    """The release that the station has to hold, as far as the server still knows."""
    public = json.dumps(package.public_key(KEY))
    with writing(house.engine) as tx:
        tx.execute(update(tables.kiosks).where(tables.kiosks.c.id == "k-1").values(public_key=public))
    digests: list[str] = []
    for revision in (1, 2):
        folder = tmp_path / str(revision)
        folder.mkdir()
        text = TEXT.replace("revision: 1", f"revision: {revision}")
        digests.append(publish(house, write_instruction(folder, text), "ada").digest)
    for digest in digests:
        assigning.assign(house, "bench-1", [digest], "ada")
    return digests[1]


def hear(house: House, ahead: int, key: CryptoSigner = KEY, **told: object) -> None:
    values = {"kiosk": "k-1", "station": "bench-1", "at": house.now(), "counter": ahead}
    proof = holding.sealed(Holding.model_validate(values | told), key)
    reporting.hear(house, OURS, {}, proof=proof, counter=ahead)


def assigned(house: House) -> list[int]:
    payload = package.content_of(assigning.assignment(house, "bench-1", "b"))
    return [release["revision"] for release in json.loads(payload)["releases"]]


def test_what_a_kiosk_has_taken_out_of_use_is_withdrawn_again_also_before_it_took_up_the_rest(
    house: House, wrong: str
) -> None:
    ahead = assigning.counter_of(house, "bench-1") + 5
    hear(house, ahead, counter=ahead - 1, heard=ahead, withdrawn=(wrong,))
    assert assigned(house) == [1]
    assert assigning.counter_of(house, "bench-1") > ahead
    with reading(house.engine) as tx:
        why = tx.execute(select(tables.withdrawals.c.reason)).scalar_one()
    assert "kiosk k-1 knows it" in why


def test_numbers_that_were_given_since_are_taken(house: House, wrong: str) -> None:
    ahead = assigning.counter_of(house, "bench-1") + 5
    hear(house, ahead, numbers={"close-pump": 7, "unheard-of": 3})
    with reading(house.engine) as tx:
        assert numbering.highest(tx, "close-pump") == 7


@pytest.mark.parametrize("step", [0, -1])
def test_a_kiosk_that_is_not_ahead_is_heard_too_and_its_station_gets_a_newer_assignment(
    house: House, wrong: str, step: int
) -> None:
    before = assigning.counter_of(house, "bench-1")
    hear(house, before + step, withdrawn=(wrong,), numbers={"close-pump": 7})
    assert assigned(house) == [1]
    assert assigning.counter_of(house, "bench-1") == before + 1
    with reading(house.engine) as tx:
        assert numbering.highest(tx, "close-pump") == 7


def test_what_was_withdrawn_here_already_is_not_withdrawn_again(house: House, wrong: str) -> None:
    hear(house, 1, withdrawn=(wrong,))
    before = assigning.counter_of(house, "bench-1")
    hear(house, 1, withdrawn=(wrong,))
    assert assigning.counter_of(house, "bench-1") == before


def test_nothing_is_taken_from_a_report_that_the_kiosk_has_not_signed(house: House, wrong: str) -> None:
    before = assigning.counter_of(house, "bench-1")
    stranger = CryptoSigner.generate_ed25519()
    hear(house, before, key=stranger, withdrawn=(wrong,), numbers={"close-pump": 7})
    assert assigned(house) == [2]
    assert assigning.counter_of(house, "bench-1") == before
    with reading(house.engine) as tx:
        assert numbering.highest(tx, "close-pump") == 2


def test_a_kiosk_is_not_believed_about_what_its_station_neither_had_nor_gets(
    house: House, wrong: str, tmp_path: Path
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    other = publish(house, write_instruction(folder, TEXT.replace("close-pump", "open-pump")), "ada").digest
    before = assigning.counter_of(house, "bench-1")
    hear(house, before, withdrawn=(other,))
    assert assigning.counter_of(house, "bench-1") == before
    with reading(house.engine) as tx:
        assert tx.execute(select(tables.withdrawals.c.release)).all() == []


def test_no_counter_above_all_that_a_plant_reaches_is_believed(house: House, wrong: str) -> None:
    before = assigning.counter_of(house, "bench-1")
    hear(house, 2**30, withdrawn=(wrong,))
    assert assigned(house) == [2]
    assert assigning.counter_of(house, "bench-1") == before
