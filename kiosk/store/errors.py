"""What can go wrong with the local store, as one tree.

StoreError
├── StoreInUse      another kiosk runs on this folder
├── StoreFull       there is no space; nothing was written
├── StoreUnable     the disk refused; nothing was written
└── StoreDamaged    the file is no longer a database
"""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError


class StoreError(Exception):
    """Something was not kept; what had been kept before is untouched."""


class StoreInUse(StoreError):
    """Another kiosk runs on this folder."""


class StoreFull(StoreError):
    """There is no space left; nothing was written."""


class StoreUnable(StoreError):
    """The disk refused to read or write; nothing was written."""


class StoreDamaged(StoreError):
    """The file is no longer a database that can be used."""


DAMAGED = {"SQLITE_CORRUPT", "SQLITE_NOTADB"}
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def translated() -> Iterator[None]:
    """Turn what SQLite and the disk raise into the tree above."""
    try:
        yield
    except DBAPIError as problem:
        raise _meaning(problem.orig) from problem
    except sqlite3.Error as problem:
        raise _meaning(problem) from problem
    except OSError as problem:
        kind = StoreFull if problem.errno in NO_SPACE else StoreUnable
        raise kind(f"{problem.filename or 'the store'}: {problem.strerror}") from problem


def _meaning(problem: BaseException | None) -> StoreError:
    name = getattr(problem, "sqlite_errorname", "") or ""
    if name == "SQLITE_FULL":
        return StoreFull("there is no space left on the kiosk's disk")
    if any(name.startswith(code) for code in DAMAGED):
        return StoreDamaged(f"the kiosk's store is damaged: {problem}")
    return StoreUnable(f"the kiosk's disk refused: {problem}")
