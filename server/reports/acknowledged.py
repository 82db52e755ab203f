"""Who was shown what a release changed, and who acknowledged it; read from the record, which alone proves it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from content.record import ChangesSeen
from content.wire import read_body
from server.store.tables import kiosks, people, records

SEEN = "changes.seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Somebody read what a release changed; `acknowledged` says that they had to say that they understood."""

    person: str
    name: str
    release: str
    document: str
    revision: int
    since: int | None
    acknowledged: bool
    kiosk: str
    station: str | None
    at: datetime


def acknowledgements(
    tx: Connection, *, release: str | None = None, document: str | None = None
) -> tuple[Acknowledgement, ...]:
    """Who read what, the latest first; of one release or one document where they are named."""
    query = (
        select(records.c.kiosk, records.c.body, kiosks.c.station)
        .outerjoin(kiosks, kiosks.c.id == records.c.kiosk)
        .where(records.c.type == SEEN)
        .order_by(records.c.at.desc(), records.c.kiosk, records.c.seq.desc())
    )
    for wanted in (release, document):  # the text only narrows what is read; the fact itself decides
        if wanted is not None:
            query = query.where(records.c.body.contains(wanted, autoescape=True))
    names: dict[str, str] = {row.id: row.name for row in tx.execute(select(people.c.id, people.c.name))}
    found = [_read(row, names) for row in tx.execute(query)]
    return tuple(
        each
        for each in found
        if each is not None and release in {None, each.release} and document in {None, each.document}
    )


def _read(row: Any, names: dict[str, str]) -> Acknowledgement | None:
    fact, _ = read_body(row.body)
    if not isinstance(fact, ChangesSeen) or fact.by is None:
        return None
    return Acknowledgement(
        person=fact.by,
        name=names.get(fact.by, fact.by),
        release=fact.release,
        document=fact.document,
        revision=fact.revision,
        since=fact.since,
        acknowledged=fact.acknowledged,
        kiosk=row.kiosk,
        station=row.station,
        at=fact.at,
    )
