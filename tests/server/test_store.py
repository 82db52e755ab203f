"""The store: migrations that give exactly the tables, exact values, and one writer at a time."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, inspect, select
from sqlalchemy.exc import IntegrityError

from server.house import House
from server.store import tables
from server.store.bulk import insert_new_rows, insert_rows
from server.store.engine import open_engine, reading, writing
from server.store.migrate import FOLDER, _newest, migrate
from server.store.types import Utc

AT = datetime(2026, 11, 23, 8, 0, 0, 250, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path, any_database: str | None) -> str:
    return any_database or f"sqlite:///{tmp_path / 'a.db'}"


def test_the_migrations_give_exactly_the_tables_that_the_program_knows(url: str) -> None:
    migrate(url)
    engine = open_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()


def test_every_migration_is_known_by_the_number_of_its_file() -> None:
    found = ScriptDirectory(str(FOLDER))
    for script in found.walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")
    assert found.get_current_head() == _newest()


def test_migrating_again_changes_nothing(url: str) -> None:
    migrate(url)
    migrate(url)
    engine = create_engine(url)
    assert set(inspect(engine).get_table_names()) == {*tables.metadata.tables, "alembic_version"}
    engine.dispose()


def test_an_instant_comes_back_as_it_was_in_utc(any_house: House) -> None:
    there = datetime(2026, 11, 23, 3, 0, 0, 250, tzinfo=timezone(timedelta(hours=-5)))
    with writing(any_house.engine) as tx:
        tx.execute(insert(tables.audit).values(at=there, who="a", what="b", subject="c"))
        (kept,) = tx.scalars(select(tables.audit.c.at).where(tables.audit.c.who == "a"))
    assert kept == AT
    assert kept.tzinfo is UTC


def test_instants_sort_in_the_order_of_time_with_and_without_fractions(house: House) -> None:
    times = [AT, AT.replace(microsecond=0), AT + timedelta(seconds=1), datetime(800, 1, 1, tzinfo=UTC)]
    with writing(house.engine) as tx:
        for at in times:
            tx.execute(insert(tables.audit).values(at=at, who="a", what="b", subject="c"))
        kept = list(tx.scalars(select(tables.audit.c.at).order_by(tables.audit.c.at)))
    assert kept == sorted(times)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Utc().process_bind_param(datetime(2026, 1, 1), create_engine("sqlite://").dialect)  # noqa: DTZ001


def test_many_rows_at_once_are_the_rows_that_were_given(any_house: House) -> None:
    row = {
        "run": 'quote " comma , \\ {brace} NULL',
        "step": "µ-step",
        "visit": 1,
        "completed": True,
        "document": "",
        "release": "r",
        "station": "s",
        "by": None,
        "at": AT,
        "elapsed": timedelta(microseconds=1),
        "held": timedelta(days=400),
        "expected": None,
    }
    rows = [{**row, "visit": visit, "completed": visit % 2 == 0} for visit in range(1, 500)]
    with writing(any_house.engine) as tx:
        insert_rows(tx, tables.step_times, tuple(row), [tuple(each.values()) for each in rows])
        insert_rows(tx, tables.step_times, tuple(row), [])
        kept = [dict(found) for found in tx.execute(select(tables.step_times)).mappings()]
    assert sorted(kept, key=lambda found: found["visit"]) == rows
    with writing(any_house.engine) as tx:
        insert_new_rows(tx, tables.step_times, [{**rows[0], "by": "somebody"}, {**rows[0], "visit": 500}])
        assert len(tx.execute(select(tables.step_times)).all()) == 500
    with pytest.raises(IntegrityError), writing(any_house.engine) as tx:
        insert_rows(tx, tables.step_times, tuple(row), [tuple(rows[0].values())])


def test_a_failed_transaction_leaves_nothing(any_house: House) -> None:
    def fail() -> None:
        with writing(any_house.engine) as tx:
            tx.execute(insert(tables.audit).values(at=AT, who="a", what="b", subject="c"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with reading(any_house.engine) as tx:
        assert tx.execute(select(tables.audit)).all() == []


def test_writers_take_turns_and_none_is_turned_away(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'turns.db'}")
    counters = Table("counters", MetaData(), Column("n", Integer))
    with writing(engine) as tx:
        counters.create(tx)
        tx.execute(insert(counters).values(n=0))

    def count() -> None:
        for _ in range(20):
            with writing(engine) as tx:
                n = tx.execute(select(counters.c.n)).scalar_one()
                tx.execute(counters.update().values(n=n + 1))

    writers = [threading.Thread(target=count) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with reading(engine) as tx:
        assert tx.execute(select(counters.c.n)).scalar_one() == 80
    engine.dispose()


def test_sqlite_syncs_every_commit_and_keeps_its_references(house: House) -> None:
    with house.engine.connect() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys")
        assert [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked] == ["wal", 2, 1]
