"""Which releases a station ever had to hold: the next one is compared with the last, a withdrawal finds them all."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, or_, select

from server.store.tables import holdings, kiosks, releases, station_releases


class Earlier(NamedTuple):
    """The release of the same document that a station had before."""

    digest: str
    revision: int


def begin(tx: Connection, station: str, digests: Iterable[str], now: datetime) -> None:
    """The station has to hold these from now on."""
    s = station_releases
    for digest in digests:
        tx.execute(delete(s).where(s.c.station == station, s.c.release == digest))
        tx.execute(insert(s).values(station=station, release=digest, since=now))


def held_by(tx: Connection, digest: str) -> set[str]:
    """The stations that ever had to hold the release, or at which a kiosk stands that showed it."""
    s, h, k = station_releases.c, holdings.c, kiosks.c
    shown = select(k.station).join(holdings, h.kiosk == k.id).where(h.release == digest)
    return set(tx.execute(select(s.station).where(s.release == digest).union(shown)).scalars())


def withdrawn(tx: Connection, station: str) -> list[str]:
    """The withdrawn releases that the station or one of its kiosks ever had: nobody goes on with one of them."""
    s, h, k, r = station_releases.c, holdings.c, kiosks.c, releases.c
    had = select(s.release).where(s.station == station)
    shown = select(h.release).join(kiosks, k.id == h.kiosk).where(k.station == station)
    query = select(r.digest).where(r.withdrawn_at.is_not(None), or_(r.digest.in_(had), r.digest.in_(shown)))
    return list(tx.execute(query.order_by(r.digest)).scalars())


def before(tx: Connection, station: str, digests: Sequence[str]) -> dict[str, Earlier]:
    """Of each of these the release that the station had before, unless that was withdrawn.

    A station that had none is told against the release that was the newest before; none stands beside the first.
    """
    r, earlier, older, s = releases, releases.alias(), releases.alias(), station_releases.c
    had = (
        select(earlier.c.digest)
        .join(station_releases, s.release == earlier.c.digest)
        .where(s.station == station, earlier.c.document == r.c.document, earlier.c.digest != r.c.digest)
        .where(earlier.c.withdrawn_at.is_(None))
        .order_by(s.since.desc(), earlier.c.revision.desc())
        .limit(1)
        .correlate(r)
        .scalar_subquery()
    )
    newest = (
        select(older.c.digest)
        .where(older.c.document == r.c.document, older.c.revision < r.c.revision)
        .where(older.c.withdrawn_at.is_(None))
        .order_by(older.c.revision.desc())
        .limit(1)
        .correlate(r)
        .scalar_subquery()
    )
    rows = tx.execute(
        select(r.c.digest, had.label("had"), newest.label("newest")).where(r.c.digest.in_(digests))
    ).all()
    found = {row.digest: row.had or row.newest for row in rows if row.had or row.newest}
    numbers = {
        row.digest: row.revision
        for row in tx.execute(select(r.c.digest, r.c.revision).where(r.c.digest.in_(set(found.values()))))
    }
    return {digest: Earlier(other, numbers[other]) for digest, other in found.items()}
