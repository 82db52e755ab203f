"""Documents that end: who is warned when, who may still work, and that a clock which is set back changes nothing."""

from datetime import timedelta
from pathlib import Path

import pytest

from kiosk import proof, validity
from kiosk.assignment import Assignment
from kiosk.events import AssignmentChanged
from kiosk.store.store import Store
from kiosk.ticker import Ticker
from kiosk.view import ChooseView, StepView
from tests.kiosk.station import AT, PUMP, Clock, Station, assignment_of, fill, release_of

ISSUED = AT + timedelta(seconds=1_000)  # when the tests' clock starts
ENDS = ISSUED + timedelta(days=90)
LIMITS = {"issued_at": ISSUED.isoformat(), "expires_at": ENDS.isoformat()}


@pytest.fixture
def station(tmp_path: Path) -> Station:
    station = Station(tmp_path, filled=False)
    fill(station.store, **LIMITS)
    station.put(AssignmentChanged())
    station.badge("anna")
    return station


def assignment() -> Assignment:
    return Assignment.model_validate(assignment_of([release_of(PUMP)[0]], **LIMITS))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, ""),
        (59, ""),
        (60, "hold until 2027-02-21"),
        (89, "hold until"),
        (90, "held until"),
        (500, "held until"),
    ],
)
def test_a_person_is_warned_when_a_third_of_the_time_is_left(days: int, words: str) -> None:
    said = validity.warning(assignment(), ISSUED + timedelta(days=days), "en")
    assert words in said
    assert bool(said) == bool(words)


def test_the_warning_is_in_the_kiosks_language() -> None:
    assert "gelten bis" in validity.warning(assignment(), ENDS - timedelta(days=1), "de")
    assert "galten bis" in validity.warning(assignment(), ENDS, "de")


def test_an_assignment_without_an_end_never_ends() -> None:
    endless = assignment().model_copy(update={"expires_at": None})
    assert validity.warning(endless, ENDS + timedelta(days=9_000), "en") == ""
    assert validity.refusal(None, ENDS, "en") == ""


def test_no_run_begins_after_the_end_and_the_operator_reads_why(station: Station) -> None:
    station.clock.passes(91 * 86_400)
    station.scan("GP-100")
    assert isinstance(station.view, ChooseView)
    assert "No run can begin: this station's documents held until" in station.view.notice
    assert "run.started" not in station.types


def test_a_run_that_is_on_is_finished_after_the_end(station: Station) -> None:
    station.scan("GP-100")
    assert isinstance(station.view, StepView)
    station.clock.passes(91 * 86_400)
    station.scan("GP-101")
    station.weigh("125.0")
    assert station.view.step == "bolt"


def test_runs_begin_again_with_newer_documents(station: Station) -> None:
    station.clock.passes(91 * 86_400)
    later = {"issued_at": ENDS.isoformat(), "expires_at": (ENDS + timedelta(days=90)).isoformat()}
    fill(station.store, counter=2, **later)
    station.put(AssignmentChanged())
    station.scan("GP-100")
    assert isinstance(station.view, StepView)


def test_time_that_was_proven_goes_on_while_the_clock_is_set_back(tmp_path: Path) -> None:
    clock = Clock()
    ticker = Ticker(nanoseconds=clock, wall=lambda: AT - timedelta(days=400))
    ticker.prove(ISSUED)
    clock.passes(86_400)
    assert ticker.best() == ISSUED + timedelta(days=1)


def test_what_was_proven_is_known_after_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    with Store.open(tmp_path) as store:
        fill(store)
        ticker = Ticker(nanoseconds=clock, wall=clock.wall)
        ticker.prove(ISSUED + timedelta(days=5))
        clock.passes(3_600)
        proof.keep(store, ticker)
    with Store.open(tmp_path) as store:
        after = Ticker.resume(0, None, boot="another", nanoseconds=clock, wall=lambda: AT - timedelta(days=9))
        proof.recall(store, after)
        assert after.best() >= ISSUED + timedelta(days=5, hours=1)


def test_a_clock_that_is_ahead_is_believed_but_proves_nothing(tmp_path: Path) -> None:
    clock = Clock()
    wall = [AT + timedelta(days=4_000)]
    ticker = Ticker(nanoseconds=clock, wall=lambda: wall[0])
    ticker.prove(ISSUED)
    assert ticker.best() == wall[0]
    wall[0] = ISSUED
    assert ticker.best() == ISSUED
