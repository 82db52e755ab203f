"""Set a damaged store aside and take over from it whatever can still be read and proved."""

import logging
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from content import chain
from content.chain import Entry
from content.errors import ChainError, WireError
from content.record import RunAborted, RunCompleted, RunStarted
from content.wire import read_body, type_of
from kiosk.store.tables import tables

log = logging.getLogger(__name__)

SIDES = ("", "-wal", "-shm")
COPIED = (
    "releases",
    "applies",
    "release_files",
    "people",
    "pin_tries",
    "evidence",
    "seen_changes",
    "begun",
    "in_force",
)  # whole, or as far as they can be read


def set_aside(file: Path) -> Path:
    """Rename the store (and its log) to a dated name beside it; where it is now."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    aside = file.with_name(f"{file.stem}.damaged-{stamp}{file.suffix}")
    for side in SIDES:
        part = file.with_name(file.name + side)
        if part.exists():
            part.rename(aside.with_name(aside.name + side))
    return aside


def take_over(aside: Path, file: Path) -> int:
    """Copy identity, facts and documents from the damaged `aside` into the fresh `file`; how many facts.

    Facts are taken from the first on, as long as each can be read and follows from the one before: what comes
    after a gap could not be chained, and stays in the file that was set aside.
    """
    old = sqlite3.connect(f"file:{aside}?mode=rw", uri=True, isolation_level=None)
    new = sqlite3.connect(file, isolation_level=None)
    try:
        new.execute("BEGIN IMMEDIATE")
        meta = _rows(old, "meta")
        new.executemany("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", meta)
        names = dict(meta)
        count = _entries(old, new, str(names["kiosk"])) if names.get("kiosk") else 0
        for table in COPIED:
            holes = ", ".join("?" * len(tables.tables[table].columns))
            insert = f"INSERT OR IGNORE INTO {table} VALUES ({holes})"  # noqa: S608 - names of our own tables
            new.executemany(insert, _rows(old, table))
        new.execute("COMMIT")
    finally:
        new.close()
        old.close()
    return count


def _rows(old: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    """The rows of a table up to the first that cannot be read."""
    columns = ", ".join(column.name for column in tables.tables[table].columns)
    rows: list[tuple[Any, ...]] = []
    try:
        rows.extend(old.execute(f"SELECT {columns} FROM {table}"))  # noqa: S608 - names of our own tables
    except sqlite3.Error as problem:
        log.warning("table %s of the damaged store ends after %d rows: %s", table, len(rows), problem)
    return rows


def _entries(old: sqlite3.Connection, new: sqlite3.Connection, kiosk: str) -> int:
    prev, count = chain.FIRST, 0
    try:
        # NOT INDEXED: a damaged index must not hide what the table itself still holds
        for seq, was, digest, body in old.execute(
            "SELECT seq, prev, hash, body FROM entries NOT INDEXED ORDER BY seq"
        ):
            if seq != count + 1:
                break
            chain.verify(Entry(kiosk=kiosk, seq=seq, prev=was, hash=digest, body=body), prev)
            fact = read_body(body)[0]
            run = getattr(fact, "run", None)
            name = type_of(fact)
            new.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", (seq, was, digest, run, name, body))
            if isinstance(fact, RunStarted):
                new.execute("INSERT INTO open_runs VALUES (?, ?, ?)", (run, fact.release, seq))
            elif isinstance(fact, RunCompleted | RunAborted):
                new.execute("DELETE FROM open_runs WHERE run = ?", (run,))
            prev, count = digest, seq
    except (sqlite3.Error, ChainError, WireError, TypeError) as problem:
        log.warning("the facts of the damaged store end after number %d: %s", count, problem)
    return count
