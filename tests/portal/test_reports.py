"""The reports' answers, on both databases, held against a plain count of what the plant did."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import pytest

from content.record import DeviationRaised, StepCompleted
from content.wire import read_body
from server.reports import deviations, floor, library, runs, stations, step_times
from server.reports.choice import Choice, choices
from server.store import tables
from server.store.engine import reading

NOW = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # half an hour after an hour was repeated in Berlin


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def plant(request, plant_module, tmp_path_factory):
    url = None
    if request.param == "postgresql":
        url = _database(request.getfixturevalue("postgres_port"))
    data: Path = tmp_path_factory.mktemp("reports")
    built = plant_module.build(data, runs=30, days=4, now=NOW, database_url=url)
    yield built
    built.house.engine.dispose()


def _database(port: int) -> str:
    import psycopg

    admin = f"host=127.0.0.1 port={port} user=stepline dbname=postgres"
    for _ in range(100):
        try:
            connection = psycopg.connect(admin, autocommit=True)
            break
        except psycopg.OperationalError as problem:
            if "starting up" not in str(problem):
                raise
    with connection:
        connection.execute("DROP DATABASE IF EXISTS portal_reports")
        connection.execute("CREATE DATABASE portal_reports")
    return f"postgresql+psycopg://stepline@127.0.0.1:{port}/portal_reports"


@pytest.fixture
def tx(plant):
    with reading(plant.house.engine) as connection:
        yield connection


@pytest.fixture
def facts(tx):
    return [
        read_body(body)[0]
        for body in tx.scalars(tables.records.select().with_only_columns(tables.records.c.body))
    ]


def test_the_pareto_counts_every_deviation_once_most_frequent_first(tx, facts):
    raised = [fact for fact in facts if isinstance(fact, DeviationRaised)]
    bars = deviations.pareto(tx, Choice(), deviations.By.KIND)
    assert {bar.key: bar.count for bar in bars} == Counter(fact.kind.value for fact in raised)
    assert [bar.count for bar in bars] == sorted((bar.count for bar in bars), reverse=True)
    assert bars[-1].cumulated == pytest.approx(1.0)
    for by in deviations.By:
        assert sum(bar.count for bar in deviations.pareto(tx, Choice(), by)) == len(raised)


def test_hours_are_whole_and_in_utc_and_add_up(tx, facts):
    raised = [fact for fact in facts if isinstance(fact, DeviationRaised)]
    hours = deviations.hourly(tx, Choice())
    counted = Counter(
        (fact.at.replace(minute=0, second=0, microsecond=0), fact.kind.value) for fact in raised
    )
    assert {(each.hour, each.kind): each.count for each in hours} == counted
    assert all(each.hour.tzinfo is not None for each in hours)


def test_a_time_includes_its_beginning_and_leaves_out_its_end(tx, facts):
    moments = sorted(fact.at for fact in facts if isinstance(fact, DeviationRaised))
    first, last = moments[0], moments[-1]
    assert deviations.deviation_list(tx, Choice(since=first, until=last), 1).total == sum(
        first <= moment < last for moment in moments
    )


def test_a_deviation_that_nobody_looked_at_is_open(tx):
    everything = deviations.deviation_list(tx, Choice(), 1)
    assert deviations.deviation_list(tx, Choice(state="open"), 1).total == everything.total
    assert deviations.deviation_list(tx, Choice(state="closed"), 1).rows == ()
    assert deviations.state_counts(tx, Choice()) == {"open": everything.total}


def test_the_median_of_a_step_is_that_of_its_completed_visits(tx, facts):
    done = [fact for fact in facts if isinstance(fact, StepCompleted) and fact.step == "lay-o-ring"]
    found = step_times.step_times_of(tx, Choice(document="close-pump"))
    step = next(step for step in found.steps if step.step == "lay-o-ring")
    assert step.count == len(done)
    assert step.median == median(fact.elapsed for fact in done)
    assert step.expected == timedelta(seconds=25)
    assert step.over == pytest.approx(sum(f.elapsed > f.expected for f in done) / len(done))
    assert [step.number for step in found.steps] == sorted(step.number for step in found.steps)


def test_quantiles_interpolate_between_neighbours():
    seconds = [timedelta(seconds=number) for number in (1, 2, 3, 4)]
    assert step_times.quantile(seconds, 0.5) == timedelta(seconds=2.5)
    assert step_times.quantile(seconds[:1], 0.9) == timedelta(seconds=1)
    assert step_times.quantile(seconds, 1.0) == timedelta(seconds=4)


def test_the_floor_shows_where_each_station_is(tx, plant_module):
    seen = {station.id: station for station in floor.floor(tx, NOW)}
    assert seen["assembly-1"].run.document == "close-pump"
    assert seen["assembly-1"].run.number == 4
    assert seen["assembly-1"].run.operator == "Ada Nowak"
    assert seen["assembly-2"].run.state == "held"
    assert seen["packing"].run is None
    assert not seen["packing"].kiosks[0].online
    assert seen["test-stand"].kiosks[0].lost_devices[0].name == "torque"
    assert seen["assembly-1"].kiosks[0].online


def test_pages_of_runs_neither_repeat_nor_lose_one(tx, facts):
    first = runs.run_list(tx, Choice(), 1)
    beyond = runs.run_list(tx, Choice(), 999)
    assert first.total == len({fact.run for fact in facts if getattr(fact, "run", None)})
    assert len({row.id for row in first.rows}) == min(first.total, 50)
    assert beyond.rows == ()
    unit = next(row.unit for row in first.rows if row.unit)
    assert {row.unit for row in runs.run_list(tx, Choice(unit=unit.lower()), 1).rows} == {unit}


def test_a_run_tells_everything_that_its_record_holds(tx, facts):
    found = runs.run_detail(tx, "r-0003")
    mine = [fact for fact in facts if getattr(fact, "run", None) == "r-0003"]
    assert len(found.facts) == len(mine)
    assert [fact.seq for fact in found.facts] == sorted(fact.seq for fact in found.facts)
    assert len(found.visits) == sum(isinstance(fact, StepCompleted) for fact in mine)
    assert found.visits[0].at >= found.row.started_at
    assert runs.run_detail(tx, "no-such-run") is None


def test_a_kiosk_that_lacks_a_release_is_named(tx):
    setup = stations.setup(tx, "packing", NOW)
    assert len(setup.kiosks[0].lacks) == 1
    assert stations.setup(tx, "assembly-1", NOW).kiosks[0].lacks == ()
    assert stations.setup(tx, "nowhere", NOW) is None


def test_the_library_is_searched_by_every_word(tx):
    everything = library.library(tx)
    assert [card.id for card in everything.instructions][:2] == ["prepare-housing", "fit-gears"]
    assert {card.id for card in library.library(tx, "O-RING groove").instructions} == {"close-pump"}
    assert library.library(tx, "o-ring zeppelin").instructions == ()


def test_filters_offer_instructions_but_no_procedures(tx):
    offered = choices(tx)
    assert "close-pump" in {named.id for named in offered.documents}
    assert "build-gear-pump" not in {named.id for named in offered.documents}
