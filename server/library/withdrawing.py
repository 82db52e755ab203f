"""Taking a release back: nobody starts it, who works by it is held."""

from typing import Any

from sqlalchemy import Connection, Row, insert, update

from server.audit import note
from server.house import House
from server.library import settling, superseding
from server.store import tables


def take_back(
    tx: Connection, house: House, release: Row[*tuple[Any, ...]], reason: str, by: str
) -> dict[str, int]:
    """Withdraw a release (its digest, document and revision), in the transaction of whoever decided that.

    The counters of the stations that are to look again.
    """
    now = house.now()
    tx.execute(
        update(tables.releases).where(tables.releases.c.digest == release.digest).values(withdrawn_at=now)
    )
    tx.execute(insert(tables.withdrawals).values(release=release.digest, reason=reason, at=now, by=by))
    superseding.withdrawn(tx, release.digest)
    note(tx, now, by, "withdrawn", release.document, f"revision {release.revision}: {reason}")
    return settling.settle_in(tx, house, release.document, withdrawn=release.digest, by=by)
