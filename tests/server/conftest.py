"""Houses for the server's tests: a real store in a folder, on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import insert

from content import chain
from server.house import House
from server.people.tokens import hashed
from server.serve import open_house
from server.settings import Settings
from server.store import tables
from server.store.engine import writing
from server.store.migrate import migrate
from tests.conftest import fresh_database

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TOKEN = "token-of-"  # followed by the kiosk's identifier


class Clock:
    """A clock in the test's hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file on which every migration was run once."""
    data = tmp_path_factory.mktemp("migrated")
    house = open_house(Settings(data=data))
    with house.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    house.engine.dispose()
    (file,) = data.glob("*.db")
    return file


@pytest.fixture(scope="session")
def migrated_database(hasty_postgres: None, postgres_port: int) -> str:
    """The name of a PostgreSQL database on which every migration was run once."""
    migrate(fresh_database(postgres_port, "migrated"))
    return "migrated"


@pytest.fixture
def data(tmp_path: Path, migrated_file: Path) -> Path:
    """A server's folder with an empty store."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(migrated_file, folder)
    return folder


@pytest.fixture
def house(data: Path, clock: Clock) -> Iterator[House]:
    """A house on SQLite."""
    made = make_house(Settings(data=data), clock)
    yield made
    made.engine.dispose()


@pytest.fixture(scope="session")
def hasty_postgres(postgres_port: int) -> None:
    """The session's PostgreSQL, without syncs: its last checkpoint would take 40 s."""
    address = f"host=127.0.0.1 port={postgres_port} user=stepline dbname=postgres"
    for _ in range(1_000):
        try:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
                return
        except psycopg.OperationalError as problem:
            if "starting up" not in str(problem):
                raise


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest) -> str | None:
    """An empty PostgreSQL's URL, or None for SQLite."""
    if request.param == "sqlite":
        return None
    request.getfixturevalue("hasty_postgres")
    return request.getfixturevalue("postgres_url")


@pytest.fixture(params=["sqlite", "postgresql"])
def any_house(request: pytest.FixtureRequest, data: Path, clock: Clock) -> Iterator[House]:
    """A house on each database."""
    url = None
    if request.param == "postgresql":
        template = request.getfixturevalue("migrated_database")
        name = f"h{abs(hash(request.node.nodeid)):x}"
        url = fresh_database(request.getfixturevalue("postgres_port"), name, template)
    made = make_house(Settings(data=data, database_url=url), clock)
    yield made
    made.engine.dispose()


def make_house(settings: Settings, clock: Clock) -> House:
    house = open_house(settings, clock)
    add_station(house, "bench-1")
    add_kiosk(house, "k-1", "bench-1")
    return house


def add_station(house: House, station: str) -> None:
    with writing(house.engine) as tx:
        tx.execute(
            insert(tables.stations).values(id=station, name=station.title(), line="", area="", counter=0)
        )


def add_kiosk(house: House, kiosk: str, station: str) -> None:
    """A kiosk that is enrolled already; its credential is `TOKEN` and its identifier."""
    with writing(house.engine) as tx:
        tx.execute(
            insert(tables.kiosks).values(
                id=kiosk,
                station=station,
                name=kiosk,
                token_hash=hashed(TOKEN + kiosk),
                public_key="{}",
                enrolled_at=house.now(),
                enrolled_by="admin",
                held_seq=0,
                head_hash=chain.FIRST,
                status="{}",
            )
        )
