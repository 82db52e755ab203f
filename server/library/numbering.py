"""The numbers of a document's revisions: each is given once, also where kiosks tell of some that a backup lost."""

from sqlalchemy import Connection, func, select

from server.store.tables import documents, releases


def released(tx: Connection, document: str) -> int:
    """The highest number of a release that is held here; 0 where there is none."""
    query = select(func.max(releases.c.revision)).where(releases.c.document == document)
    return tx.execute(query).scalar() or 0


def told(tx: Connection, document: str) -> int:
    """The highest number that kiosks told of after a backup was brought back; 0 where none did."""
    return tx.execute(select(documents.c.numbered).where(documents.c.id == document)).scalar() or 0


def highest(tx: Connection, document: str) -> int:
    """The highest number that was ever given, as far as anybody here knows; 0 where there is no release."""
    return max(released(tx, document), told(tx, document))
