"""The SQLite file: one connection that writes, one that reads, and what makes a commit durable."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event

from kiosk.store.errors import StoreDamaged, StoreInUse, StoreUnable, translated
from kiosk.store.tables import VERSION, migrate

BUSY = 5.0  # s; only a backup or a curious person with `sqlite3` ever makes us wait
WAL_LIMIT = 16 * 1024 * 1024  # bytes that the write-ahead log may keep on disk after a checkpoint


class Lock:
    """The right to run on a folder; given up when the process ends, however it ends."""

    def __init__(self, file: Path) -> None:
        """Take the lock; raises StoreInUse with who holds it."""
        self._handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._handle, 20).decode("ascii", errors="replace").strip() or "unknown"
            os.close(self._handle)
            raise StoreInUse(
                f"another kiosk (process {holder}) runs on {file.parent}; "
                "stop it first, or start this one with another --data folder"
            ) from None
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        """Let another kiosk in."""
        os.close(self._handle)


class Database:
    """The open file. `writing` is a durable transaction; both may be used from any thread."""

    def __init__(self, file: Path) -> None:
        """Open or create the file; raises StoreError."""
        self._engines = (_engine(file, "IMMEDIATE"), _engine(file, "DEFERRED"))
        self._write_lock = threading.Lock()
        self._read_lock = threading.Lock()
        with translated():
            self._writer, self._reader = (engine.connect() for engine in self._engines)
        try:
            self._prepare(file)
        except BaseException:
            self.close()
            raise

    def _prepare(self, file: Path) -> None:
        with self.writing() as tx:
            version = int(tx.exec_driver_sql("PRAGMA user_version").scalar_one())
            if version > VERSION:
                raise StoreUnable(
                    f"{file} was written by a newer version (its format is {version}, ours {VERSION}); "
                    "update this kiosk"
                )
            if version < VERSION:
                migrate(tx, version)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is on disk (fsync) when the block ends, or did not happen; raises StoreError."""
        with self._write_lock, translated(), self._writer.begin():
            yield self._writer

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent look at what is committed; raises StoreError."""
        with self._read_lock, translated(), self._reader.begin():
            yield self._reader

    def close(self) -> None:
        """Close both connections; may be called twice."""
        with self._write_lock, self._read_lock:
            for connection in (self._reader, self._writer):
                connection.close()
            for engine in self._engines:
                engine.dispose()


def _engine(file: Path, mode: str) -> Engine:
    engine = create_engine(
        f"sqlite:///{file}", poolclass=NullPool, connect_args={"check_same_thread": False, "timeout": BUSY}
    )

    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode = WAL", "synchronous = FULL", f"journal_size_limit = {WAL_LIMIT}"):
            connection.execute(f"PRAGMA {pragma}")

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {mode}")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def check(file: Path) -> None:
    """Raise StoreDamaged unless `file` is absent, empty or begins as a SQLite database does."""
    if file.exists() and file.stat().st_size:
        with file.open("rb") as stream:
            if stream.read(16) != b"SQLite format 3\0":
                raise StoreDamaged(f"{file} is not a database")
