"""Projections follow from the records, however those were batched, and can be made anew at any time."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.house import House
from server.records.ingesting import ingest
from server.records.rebuilding import rebuild
from server.store import tables
from server.store.engine import reading
from tests.server.conftest import add_kiosk
from tests.server.shift import GOOD, TROUBLED, Shift, back, tap
from tests.server.test_records_model import RUNS


def projections(house: House) -> dict[str, list]:
    with reading(house.engine) as tx:
        return {
            table.name: [tuple(row) for row in tx.execute(select(table).order_by(*table.primary_key.columns))]
            for table in tables.PROJECTIONS
        }


def only(house: House, table: str) -> list:
    with reading(house.engine) as tx:
        found = tables.metadata.tables[table]
        return list(tx.execute(select(found).order_by(*found.primary_key.columns)).mappings())


def test_a_good_run_becomes_a_run_its_step_times_and_its_measurements(any_house: House) -> None:
    shift = Shift()
    name = shift.run(*GOOD, by="ben")
    ingest(any_house, "k-1", shift.entries)
    (run,) = only(any_house, "runs")
    assert (run["id"], run["state"], run["by"], run["serial"]) == (name, "completed", "ben", "S1")
    assert run["steps_done"] == 3
    assert (run["elapsed"], run["held"]) == (timedelta(seconds=10), timedelta())
    assert run["expected"] == timedelta(seconds=50)
    assert run["step"] is None
    assert run["ended_at"] == shift.at
    assert [(row["step"], row["elapsed"].total_seconds()) for row in only(any_house, "step_times")] == [
        ("bolt", 4),
        ("look", 2),
        ("weigh", 4),
    ]
    measured = [
        (row["check_id"], row["attempt"], row["kind"], row["value_text"], row["good"], row["angle_text"])
        for row in only(any_house, "measurements")
    ]
    assert measured == [
        ("bolts", 1, "torque", "9.0", True, "31.5"),
        ("bolts", 2, "torque", "9.1", True, "31.5"),
        ("mass", 1, "measure", "125.0", True, None),
    ]
    assert only(any_house, "deviations") == []


def test_troubles_become_deviations_with_what_was_expected_and_what_came(any_house: House) -> None:
    shift = Shift()
    name = shift.run(*TROUBLED)
    ingest(any_house, "k-1", shift.entries)
    found = [
        (row["kind"], row["step"], row["check_id"], row["category"]) for row in only(any_house, "deviations")
    ]
    assert found == [
        ("wrong_code", "weigh", "part", None),
        ("out_of_limits", "weigh", "mass", None),
        ("bad_tightening", "bolt", "bolts", None),
        ("problem", "bolt", None, "tool"),
    ]
    (run,) = only(any_house, "runs")
    assert run["deviations"] == 4
    assert run["held"] == timedelta(seconds=2)
    (mass,) = [row for row in only(any_house, "measurements") if not row["good"] and row["kind"] == "measure"]
    assert (mass["run"], mass["value_text"], mass["unit"]) == (name, "140.2", "g")


def test_a_step_that_was_left_and_done_later_counts_as_done_once(any_house: House) -> None:
    shift = Shift()
    shift.run(*GOOD[:2], back("bolt", "weigh"), tap("weigh"), *GOOD[2:])
    for entry in shift.entries:
        ingest(any_house, "k-1", [entry])
    (run,) = only(any_house, "runs")
    assert run["steps_done"] == len(
        {row["step"] for row in only(any_house, "step_times") if row["completed"]}
    )
    assert run["state"] == "completed"


def test_a_run_that_goes_on_is_shown_with_its_step_and_pause(any_house: House) -> None:
    shift = Shift()
    shift.run(*TROUBLED[:5])
    ingest(any_house, "k-1", shift.entries)
    (run,) = only(any_house, "runs")
    assert (run["state"], run["step"], run["ended_at"]) == ("held", "bolt", None)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=st.lists(RUNS, min_size=1, max_size=4), size=st.integers(1, 30))
def test_made_anew_from_the_records_they_are_the_same_however_the_records_came(
    house: House, runs: list[tuple], size: int
) -> None:
    kiosk = f"k-{id(runs)}-{size}-{len(only(house, 'kiosks'))}"
    add_kiosk(house, kiosk, "bench-1")
    shift = Shift(kiosk=kiosk)
    for inputs in runs:
        shift.run(*inputs)
    for start in range(0, len(shift.entries), size):
        ingest(house, kiosk, shift.entries[start : start + size])
    before = projections(house)
    rebuild(house)
    assert projections(house) == before


def test_they_are_made_anew_on_postgresql_too(any_house: House) -> None:
    shift = Shift()
    shift.run(*TROUBLED)
    shift.append('{"fact":{"type":"not.known"}}')
    shift.run(*GOOD)
    ingest(any_house, "k-1", shift.entries)
    before = projections(any_house)
    assert rebuild(any_house) == len(shift.entries)
    assert projections(any_house) == before
