"""Taking a release back: nobody starts it, who works by it is held."""

from sqlalchemy import Connection, insert, update

from server.audit import note
from server.house import House
from server.library import settling, superseding
from server.store import tables


def take_back(  # noqa: PLR0917 - which release, why, by whom
    tx: Connection, house: House, digest: str, document: str, revision: int, reason: str, by: str
) -> dict[str, int]:
    """Withdraw it, in the transaction of whoever decided that; the counters of the stations that are to look again."""
    now = house.now()
    tx.execute(update(tables.releases).where(tables.releases.c.digest == digest).values(withdrawn_at=now))
    tx.execute(insert(tables.withdrawals).values(release=digest, reason=reason, at=now, by=by))
    superseding.withdrawn(tx, digest)
    note(tx, now, by, "withdrawn", document, f"revision {revision}: {reason}")
    return settling.settle_in(tx, house, document, withdrawn=digest, by=by)
