"""Engines: SQLite in WAL with one writer at a time, or PostgreSQL, behind the same two doors."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DataError, DBAPIError

BUSY = 30.0  # seconds that a writer waits for another one; ingestion holds the lock for milliseconds


def open_engine(url: str) -> Engine:
    """An engine for `url`; SQLite gets WAL, full synchronisation and foreign keys."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": BUSY, "check_same_thread": False}, pool_size=10)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-32000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # a transaction that begins as a reader and then writes would fail when another one wrote in between
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write; committed at the end, rolled back when anything is raised."""
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        with connection.begin():
            yield connection


DECIDING = 7301  # of the plant's decisions, among PostgreSQL's advisory locks


@contextmanager
def deciding(engine: Engine) -> Iterator[Connection]:
    """A writing transaction that changes what is in force somewhere: one after the other, and each sees the last."""
    with writing(engine) as tx:
        one_by_one(tx)
        yield tx


def one_by_one(tx: Connection) -> None:
    """Wait for every other decision to be committed, before any row is locked; on SQLite all who write do."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": DECIDING})


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads, and sees one state throughout."""
    with engine.connect() as connection, connection.begin():
        yield connection


def cannot_hold(problem: Exception) -> bool:
    """Whether a statement failed for a value that no column can hold: too large, too long, not text."""
    if not isinstance(problem, DBAPIError):
        return isinstance(problem, OverflowError | ValueError)
    # PostgreSQL's error class 54 is "program limit exceeded": a text is too long for its index
    return isinstance(problem, DataError) or str(getattr(problem.orig, "sqlstate", None)).startswith("54")


def is_full(problem: Exception) -> bool:
    """Whether a statement failed because the disk is full; nothing of its transaction is kept."""
    # PostgreSQL's error class 53 is "insufficient resources", 53100 "disk full"
    sqlstate = getattr(getattr(problem, "orig", None), "sqlstate", None)
    return sqlstate == "53100" or "database or disk is full" in str(problem)


def first_line(problem: Exception) -> str:
    """What a failed statement was about, without the statement."""
    return str(getattr(problem, "orig", None) or problem).partition("\n")[0]
