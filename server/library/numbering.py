"""The numbers of a document's revisions: each is given once, also by a server that lost the newest with a backup."""

from sqlalchemy import Connection, func, select

from server.store.tables import documents, releases


def highest(tx: Connection, document: str) -> int:
    """The highest number that was ever given, as far as anybody here knows; 0 where there is no release."""
    released = select(func.max(releases.c.revision)).where(releases.c.document == document)
    told = select(documents.c.numbered).where(documents.c.id == document)
    return max(tx.execute(released).scalar() or 0, tx.execute(told).scalar() or 0)
