"""What kiosks prove about themselves: their signed reports, taken in, refused, and told on the fleet page."""

import json
from datetime import timedelta

import pytest
from securesystemslib.signer import CryptoSigner
from sqlalchemy import select, update

from content import holding, package
from content.errors import PackageError
from content.holding import Holding
from server.house import House
from server.people.enrolment import Kiosk
from server.records import holdings
from server.records.ingesting import ingest
from server.reports import fleet
from server.store import tables
from server.store.engine import reading, writing
from tests.server.conftest import Clock
from tests.server.shift import GOOD, Shift

KEY, OTHER = CryptoSigner.generate_ed25519(), CryptoSigner.generate_ed25519()
OURS = Kiosk(id="k-1", station="bench-1")
A, B = "a" * 64, "b" * 64


@pytest.fixture
def plant(house: House) -> House:
    with writing(house.engine) as tx:
        public = json.dumps(package.public_key(KEY))
        tx.execute(update(tables.kiosks).where(tables.kiosks.c.id == "k-1").values(public_key=public))
    return house


def report(house: House, signer: CryptoSigner = KEY, **changes: object) -> str:
    values = {"kiosk": "k-1", "station": "bench-1", "at": house.now(), "counter": 3, "releases": (A,)}
    return holding.sealed(Holding.model_validate(values | changes), signer)


def take_in(house: House, kiosk: Kiosk, envelope: str) -> None:
    with writing(house.engine) as tx:
        holdings.take_in(tx, kiosk, envelope, house.now())


def since(house: House) -> dict[str, tuple[object, object]]:
    with reading(house.engine) as tx:
        return {row.release: (row.since, row.until) for row in tx.execute(select(tables.holdings))}


def test_since_when_a_kiosk_shows_what_follows_from_its_reports(plant: House, clock: Clock) -> None:
    first = plant.now()
    take_in(plant, OURS, report(plant))
    clock.forward(minutes=5)
    take_in(plant, OURS, report(plant, releases=(A, B)))
    clock.forward(minutes=5)
    take_in(plant, OURS, report(plant, releases=(B,)))
    assert since(plant) == {
        A: (first, first + timedelta(minutes=10)),
        B: (first + timedelta(minutes=5), None),
    }
    clock.forward(minutes=5)
    take_in(plant, OURS, report(plant))
    assert since(plant)[A] == (first + timedelta(minutes=15), None)  # it is back


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"signer": OTHER}, "signature is not that of the kiosk"),
        ({"kiosk": "k-2"}, "a report of kiosk k-2"),
        ({"station": "bench-2"}, "from station bench-2"),
        ({"seq": 1, "head": "f" * 64}, "record number 1 is not the one"),
    ],
)
def test_a_report_that_proves_nothing_is_refused_and_the_last_good_one_stays(
    plant: House, clock: Clock, changes: dict[str, object], why: str
) -> None:
    shift = Shift()
    shift.run(*GOOD)
    ingest(plant, "k-1", shift.entries)
    take_in(plant, OURS, report(plant, seq=1, head=shift.entries[0].hash))
    before = since(plant)
    clock.forward(minutes=1)
    with pytest.raises(PackageError, match=why):
        take_in(plant, OURS, report(plant, **({"seq": 1, "releases": (B,)} | changes)))  # type: ignore[arg-type]
    assert since(plant) == before


def test_an_older_report_played_again_is_refused(plant: House, clock: Clock) -> None:
    old = report(plant, seq=4)
    take_in(plant, OURS, old)
    clock.forward(minutes=1)
    take_in(plant, OURS, report(plant, seq=5, releases=(B,)))
    with pytest.raises(PackageError, match="older"):
        take_in(plant, OURS, old)
    with pytest.raises(PackageError, match="older"):
        take_in(plant, OURS, report(plant, seq=5, at=plant.now() - timedelta(minutes=1)))
    # a clock that is set back is no replay: the record has grown
    take_in(plant, OURS, report(plant, seq=6, at=plant.now() - timedelta(hours=1), releases=(B,)))


def test_anything_else_that_is_signed_is_no_report(plant: House) -> None:
    sealed = package.seal(b"{}", package.ASSIGNMENT_TYPE, KEY).decode()
    for rubbish in (sealed, "", "{}", "[" * 5_000, package.seal(b"{}", holding.REPORT_TYPE, KEY).decode()):
        with pytest.raises(PackageError):
            take_in(plant, OURS, rubbish)


def test_a_proof_is_checked_without_the_server(plant: House) -> None:
    proof = holding.proof("k-1", package.public_key(KEY), report(plant), plant.now())
    assert holding.check(proof).releases == (A,)
    with pytest.raises(PackageError, match="not of k-2"):
        holding.check(proof | {"kiosk": "k-2"})
    with pytest.raises(PackageError, match="signature"):
        holding.check(proof | {"public_key": package.public_key(OTHER)})
    with pytest.raises(PackageError, match="no kiosk's proof"):
        holding.check({})


@pytest.mark.parametrize(
    ("days", "told"), [(0, "far"), (59, "far"), (60, "soon"), (89, "soon"), (90, "over"), (400, "over")]
)
def test_the_office_is_told_long_before_a_kiosks_documents_end(
    plant: House, clock: Clock, days: int, told: str
) -> None:
    """By what the kiosk has signed: it may have been cut off ever since."""
    ends = plant.now() + timedelta(days=90)
    take_in(plant, OURS, report(plant, issued_at=plant.now(), expires_at=ends))
    clock.forward(days=days)
    with reading(plant.engine) as tx:
        (kiosk,) = fleet.fleet(tx, plant.now())
    assert (kiosk.expires_at, kiosk.ending) == (ends, told)


def test_a_kiosk_that_does_not_say_when_its_documents_end_is_no_cause_for_alarm(plant: House) -> None:
    take_in(plant, OURS, report(plant))
    with reading(plant.engine) as tx:
        (kiosk,) = fleet.fleet(tx, plant.now())
    assert (kiosk.expires_at, kiosk.ending) == (None, "far")
