"""The tables of the local store, and how a store of an earlier version becomes one of this."""

import json
from collections.abc import Callable

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    select,
    text,
)

tables = MetaData()

meta = Table("meta", tables, Column("key", String, primary_key=True), Column("value", Text, nullable=False))

entries = Table(
    "entries",
    tables,
    Column("seq", Integer, primary_key=True),  # from 1, without gaps
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("run", String),
    Column("type", String, nullable=False),
    Column("body", Text, nullable=False),
)
Index("entries_of_run", entries.c.run, sqlite_where=entries.c.run.is_not(None))
Index(
    "entries_of_session",
    entries.c.seq,
    sqlite_where=text("type IN ('operator.signed-in', 'operator.signed-out')"),
)

open_runs = Table(
    "open_runs",
    tables,
    Column("run", String, primary_key=True),
    Column("release", String(64), nullable=False),
    Column("seq", Integer, nullable=False),  # of its first fact
)

releases = Table(
    "releases",
    tables,
    Column("digest", String(64), primary_key=True),
    Column("envelope", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("kind", String, nullable=False),
    Column("document", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("title", String, nullable=False),
    Column("summary", Text, nullable=False),  # JSON: what its tile shows, so that no payload is read for it
    Column("active", Boolean, nullable=False),  # the station's assignment names it
)
Index("releases_active", releases.c.active, releases.c.title)

applies = Table(  # what is scanned to open a release
    "applies",
    tables,
    Column("code", String, primary_key=True),  # "gtin:…" or "part:…"
    Column("release", String(64), primary_key=True),
    sqlite_with_rowid=False,
)

release_files = Table(  # what a release needs beside its text
    "release_files",
    tables,
    Column("release", String(64), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("type", String, primary_key=True),
    Column("size", Integer, nullable=False),
    sqlite_with_rowid=False,
)

people = Table(
    "people",
    tables,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("badge", String(64)),
    Column("pin", String),
    Column("role", String, nullable=False),
)
Index("people_badge", people.c.badge)

pin_tries = Table(
    "pin_tries",
    tables,
    Column("person", String, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Integer, nullable=False),  # tick
)

evidence = Table(  # photographs; the file lies beside the media
    "evidence",
    tables,
    Column("digest", String(64), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("delivered", Boolean, nullable=False),
)

pulse = Table(  # when the kiosk was last known to be alive
    "pulse",
    tables,
    Column("id", Integer, primary_key=True),
    Column("tick", Integer, nullable=False),
)

seen_changes = Table(  # who was shown what a release changed
    "seen_changes",
    tables,
    Column("person", String, primary_key=True),
    Column("release", String(64), primary_key=True),
    sqlite_with_rowid=False,
)

begun = Table(  # units, and the first fact of a run on each: what a release that waits for the next unit asks
    "begun",
    tables,
    Column("unit", String, primary_key=True),
    Column("seq", Integer, nullable=False),
    sqlite_with_rowid=False,
)

in_force = Table(  # the latest fact there was when a release came into use
    "in_force",
    tables,
    Column("release", String(64), primary_key=True),
    Column("seq", Integer, nullable=False),
    sqlite_with_rowid=False,
)


def _first(connection: Connection) -> None:
    tables.create_all(connection)


def _seen_changes(connection: Connection) -> None:
    seen_changes.create(connection, checkfirst=True)


def _release_files(connection: Connection) -> None:
    release_files.create(connection, checkfirst=True)
    for digest, payload in connection.execute(select(releases.c.digest, releases.c.payload)).all():
        files = {(file["digest"], file["type"]): file["size"] for file in json.loads(payload)["media"]}
        rows = [
            {"release": digest, "digest": each, "type": kind, "size": size}
            for (each, kind), size in files.items()
        ]
        if rows:
            connection.execute(release_files.insert().prefix_with("OR IGNORE"), rows)


def _units(connection: Connection) -> None:
    for table in (begun, in_force):
        table.create(connection, checkfirst=True)


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    _first,
    _seen_changes,
    _release_files,
    _units,
)  # Never change one; only add.
VERSION = len(MIGRATIONS)


def migrate(connection: Connection, version: int) -> None:
    """Bring a store of `version` (0: empty) up to this one, in the transaction that `connection` is in."""
    for step in MIGRATIONS[version:]:
        step(connection)
    connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
