"""Which files were taken in to teach a camera only, and since when: what nothing uses by then is thrown away."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, insert

from server.store import tables


def remember_files(
    tx: Connection, together: str, digests: Iterable[str], at: datetime, *, original: bool = False
) -> None:
    """These files were taken in to teach a camera, `together` with that picture; one that comes again counts anew."""
    forget(tx, digests := list(digests))
    for digest in digests:
        row = {"digest": digest, "together": together, "original": original, "at": at}
        tx.execute(insert(tables.teaching_files).values(row))


def forget(tx: Connection, digests: Iterable[str]) -> None:
    """These files are for something else: they are not thrown away."""
    tx.execute(delete(tables.teaching_files).where(tables.teaching_files.c.digest.in_(list(digests))))
