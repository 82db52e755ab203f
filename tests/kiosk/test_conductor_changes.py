"""What a release changed is read before the first run on it: once by each operator, and kept."""

from pathlib import Path
from typing import Any

import pytest

from content.record import ChangesSeen
from kiosk.assignment import Assignment
from kiosk.store.database import Database
from kiosk.store.store import FILE, Store
from kiosk.view import ChangesView, ChooseView, IdleView, StepView
from tests.kiosk.station import PUMP, Station, assignment_of, fill, release_of

NEWER = {**PUMP, "revision": 4}
TERMS = {
    "point": "next-run",
    "changes": [
        {"step": "", "title": "Before you begin", "what": "protective equipment: gloves, was nothing"},
        {"step": "bolt", "title": "Bolt", "what": "limit 8.5 – 9.5 N·m → 8.0 – 9.0 N·m"},
        {"step": "gone", "title": "Clean", "what": "step removed"},
    ],
    "acknowledge": True,
    "from_revision": 3,
}


def stored(station: Station, terms: dict[str, Any] = TERMS, counter: int = 2) -> str:
    """The station's store holds the newer revision, with these terms; its digest."""
    payload, _ = release_of(NEWER)
    from content.package import digest_of

    digest = digest_of(payload)
    fill(station.store, [NEWER], counter, terms={digest: terms})
    return digest


def told(station: Station, terms: dict[str, Any] = TERMS, counter: int = 2) -> str:
    """The same, and the kiosk was told."""
    from kiosk.events import AssignmentChanged

    digest = stored(station, terms, counter)
    station.put(AssignmentChanged())
    return digest


@pytest.fixture
def station(tmp_path: Path) -> Station:
    station = Station(tmp_path)
    station.digest = told(station)
    station.badge("anna")
    return station


def seen(station: Station) -> list[ChangesSeen]:
    return [fact for fact in station.facts if isinstance(fact, ChangesSeen)]


def test_a_scan_shows_what_changed_before_the_run_begins(station: Station) -> None:
    station.scan("GP-100")
    view = station.view
    assert isinstance(view, ChangesView)
    assert (view.title, view.revision, view.since, view.acknowledge) == ("Close the pump", 4, 3, True)
    assert [(each.number, each.title) for each in view.changes] == [
        (None, "Before you begin"),
        (2, "Bolt"),
        (None, "Clean"),
    ]
    assert "run.started" not in station.types


def test_a_scan_between_the_switch_and_the_word_of_it_shows_what_changed_all_the_same(tmp_path: Path) -> None:
    station = Station(tmp_path)
    station.badge("anna")
    stored(station)
    station.scan("GP-100")
    assert isinstance(station.view, ChangesView)
    assert "run.started" not in station.types


def test_a_tile_shows_what_changed_before_the_run_begins(station: Station) -> None:
    station.conductor.open(station.digest)
    assert isinstance(station.view, ChangesView)
    assert "run.started" not in station.types
    station.conductor.understood(station.digest)
    assert isinstance(station.view, StepView)


def test_the_run_begins_on_the_scanned_unit_once_it_was_understood(station: Station) -> None:
    station.scan("GP-100")
    station.conductor.understood(station.digest)
    assert isinstance(station.view, StepView)
    assert station.view.step == "weigh"
    place = station.types.index("changes.seen")
    assert station.types[place : place + 3] == ["changes.seen", "run.started", "step.entered"]
    (fact,) = seen(station)
    assert (fact.by, fact.release, fact.document) == ("anna", station.digest, "close-pump")
    assert (fact.revision, fact.since, fact.acknowledged) == (4, 3, True)
    assert station.facts[place + 1].unit.part_number == "GP-100"


def test_nothing_but_the_button_begins_the_run(station: Station) -> None:
    station.scan("GP-100")
    station.scan("GP-100")
    station.scan("CMD:DONE")
    station.waits(60)
    station.conductor.confirm("weigh")
    station.conductor.understood("0" * 64)
    assert isinstance(station.view, ChangesView)
    assert "run.started" not in station.types
    assert seen(station) == []


def test_who_does_not_read_it_now_starts_nothing_and_is_asked_again(station: Station) -> None:
    station.scan("GP-100")
    station.conductor.put_by()
    assert isinstance(station.view, ChooseView)
    station.scan("GP-100")
    assert isinstance(station.view, ChangesView)
    assert seen(station) == []


def test_a_second_touch_on_the_button_does_not_confirm_the_first_step(tmp_path: Path) -> None:
    station = Station(tmp_path, filled=False)
    short = {**NEWER, "steps": [{"id": "look", "title": "Look", "text": "Look."}]}
    (digest,) = fill(station.store, [short])
    fill(station.store, [short], 2, terms={digest: TERMS})
    station.switch_off()
    station.boot("boot-2")
    station.badge("anna")
    station.scan("GP-100")
    station.conductor.understood(digest)
    station.conductor.confirm("look")
    assert isinstance(station.view, StepView)
    station.tap()
    assert station.types[-1] == "run.completed"


def finish(station: Station) -> None:
    station.conductor.abort("enough")
    station.conductor.next_unit()


def test_it_is_shown_once_to_each_operator(station: Station) -> None:
    station.scan("GP-100")
    station.conductor.understood(station.digest)
    finish(station)
    station.scan("GP-100")
    assert isinstance(station.view, StepView)
    finish(station)
    station.badge("ben")
    station.scan("GP-100")
    assert isinstance(station.view, ChangesView)
    station.conductor.understood(station.digest)
    assert [fact.by for fact in seen(station)] == ["anna", "ben"]


def test_somebody_else_who_signs_in_meanwhile_acknowledges_nothing(station: Station) -> None:
    station.scan("GP-100")
    station.badge("ben")
    assert isinstance(station.view, ChooseView)
    station.conductor.understood(station.digest)
    station.scan("GP-100")
    station.conductor.sign_out()
    assert isinstance(station.view, IdleView)
    assert seen(station) == []


def test_it_is_remembered_over_a_power_cut(station: Station) -> None:
    station.scan("GP-100")
    station.conductor.understood(station.digest)
    finish(station)
    station.switch_off()
    station.boot("boot-2")
    station.scan("GP-100")
    assert isinstance(station.view, StepView)
    assert len(seen(station)) == 1


def test_what_was_not_yet_understood_at_a_power_cut_is_shown_again(station: Station) -> None:
    station.scan("GP-100")
    station.switch_off()
    station.boot("boot-2")
    assert isinstance(station.view, ChooseView)
    station.scan("GP-100")
    assert isinstance(station.view, ChangesView)


def test_without_an_acknowledgement_it_is_shown_all_the_same_and_says_so_in_the_record(
    tmp_path: Path,
) -> None:
    station = Station(tmp_path)
    digest = told(station, {**TERMS, "acknowledge": False})
    station.badge("anna")
    station.scan("GP-100")
    assert not station.view.acknowledge
    station.conductor.understood(digest)
    assert [fact.acknowledged for fact in seen(station)] == [False]


@pytest.mark.parametrize(
    "terms", [{}, {"changes": [], "acknowledge": False, "from_revision": None, "point": "next-run"}]
)
def test_where_nothing_changed_and_nothing_is_asked_the_run_begins_at_once(
    tmp_path: Path, terms: dict[str, Any]
) -> None:
    station = Station(tmp_path)
    told(station, terms)
    station.badge("anna")
    station.scan("GP-100")
    assert isinstance(station.view, StepView)


def test_an_assignment_of_an_older_server_has_no_terms() -> None:
    from content import wire

    values = assignment_of([release_of(PUMP)[0]])
    assert Assignment.read(wire.canonical(values).encode()).terms == {}


def test_a_release_that_is_taken_away_meanwhile_is_not_begun(station: Station) -> None:
    from kiosk.events import AssignmentChanged

    station.scan("GP-100")
    fill(station.store, [PUMP], 3)
    station.put(AssignmentChanged())
    assert isinstance(station.view, ChooseView)
    assert "no longer in use" in station.view.notice
    station.conductor.understood(station.digest)
    assert "run.started" not in station.types


def test_a_store_of_the_version_before_gets_its_table(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    fill(store)
    store.close()
    import sqlite3

    with sqlite3.connect(tmp_path / FILE) as raw:
        raw.execute("DROP TABLE seen_changes")
        raw.execute("PRAGMA user_version = 1")
    raw.close()
    with Store.open(tmp_path) as opened:
        assert opened.journal.saw("anna", "0" * 64) is False
    Database(tmp_path / FILE).close()
