"""The audit trail: who did what to what, and when. Only ever added to."""

from datetime import datetime

from sqlalchemy import Connection, insert

from server.store import tables


def note(  # noqa: PLR0917 - who did what to what reads best in this order
    tx: Connection, at: datetime, who: str, what: str, subject: str, detail: str = ""
) -> None:
    """Add one entry in the caller's transaction, so that nothing is done without it."""
    tx.execute(insert(tables.audit).values(at=at, who=who, what=what, subject=subject, detail=detail))
