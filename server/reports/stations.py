"""Stations as they are set up: what each must hold, what its kiosks do hold, and who asks to come in."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from server.reports.floor import Kiosk, kiosk
from server.store.tables import assignments, documents, enrolments, kiosks, releases, stations


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A release that a station must hold; `newer` is a later revision that could be assigned instead."""

    digest: str
    document: str
    title: str
    revision: int
    newer: int | None
    withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledKiosk:
    """A kiosk with its enrolment; `lacks` are the assigned releases that it has not yet fetched."""

    now: Kiosk
    enrolled_at: datetime
    enrolled_by: str
    revoked_at: datetime | None
    held_seq: int
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StationSetup:
    """A station with its assignment and its kiosks, revoked ones at the end."""

    id: str
    name: str
    line: str
    area: str
    counter: int
    assigned: tuple[Held, ...]
    kiosks: tuple[EnrolledKiosk, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingEnrolment:
    """A kiosk that shows its code and waits to be let in."""

    id: str
    code: str
    name: str
    created_at: datetime
    expires_at: datetime


def names(tx: Connection) -> dict[str, str]:
    """The name of each station."""
    rows = tx.execute(select(stations.c.id, stations.c.name).order_by(stations.c.name))
    return {row.id: row.name for row in rows}


def setups(tx: Connection, now: datetime) -> tuple[StationSetup, ...]:
    """Every station, by area, line and name."""
    assigned = _assigned(tx)
    standing = _kiosks(tx, now, assigned)
    rows = tx.execute(select(stations).order_by(stations.c.area, stations.c.line, stations.c.name))
    return tuple(
        StationSetup(
            id=row.id,
            name=row.name,
            line=row.line,
            area=row.area,
            counter=row.counter,
            assigned=tuple(assigned[row.id]),
            kiosks=tuple(standing[row.id]),
        )
        for row in rows
    )


def setup(tx: Connection, station: str, now: datetime) -> StationSetup | None:
    """One station; None when there is none."""
    return next((found for found in setups(tx, now) if found.id == station), None)


def waiting(tx: Connection, now: datetime) -> tuple[WaitingEnrolment, ...]:
    """The kiosks that wait to be let in, the newest first."""
    query = (
        select(enrolments)
        .where(enrolments.c.state == "waiting", enrolments.c.expires_at > now)
        .order_by(enrolments.c.created_at.desc())
        .limit(50)
    )
    return tuple(
        WaitingEnrolment(
            id=row.id, code=row.code, name=row.name, created_at=row.created_at, expires_at=row.expires_at
        )
        for row in tx.execute(query)
    )


def latest_releases(tx: Connection) -> tuple[Held, ...]:
    """The newest release of each work instruction that is in use, by title."""
    newest = _newest(tx)
    query = (
        select(releases)
        .join(documents, documents.c.id == releases.c.document)
        .where(releases.c.kind == "work-instruction", releases.c.withdrawn_at.is_(None))
        .order_by(releases.c.title)
    )
    return tuple(
        Held(
            digest=row.digest,
            document=row.document,
            title=row.title,
            revision=row.revision,
            newer=None,
            withdrawn=False,
        )
        for row in tx.execute(query)
        if newest[row.document] == row.revision
    )


def _newest(tx: Connection) -> dict[str, int]:
    query = (
        select(releases.c.document, releases.c.revision)
        .where(releases.c.withdrawn_at.is_(None))
        .order_by(releases.c.revision)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def _assigned(tx: Connection) -> dict[str, list[Held]]:
    newest = _newest(tx)
    query = (
        select(assignments.c.station, releases)
        .join(releases, releases.c.digest == assignments.c.release)
        .order_by(releases.c.title)
    )
    assigned: dict[str, list[Held]] = defaultdict(list)
    for row in tx.execute(query):
        latest = newest.get(row.document)
        assigned[row.station].append(
            Held(
                digest=row.digest,
                document=row.document,
                title=row.title,
                revision=row.revision,
                newer=latest if latest is not None and latest > row.revision else None,
                withdrawn=row.withdrawn_at is not None,
            )
        )
    return assigned


def _kiosks(tx: Connection, now: datetime, assigned: dict[str, list[Held]]) -> dict[str, list[EnrolledKiosk]]:
    standing: dict[str, list[EnrolledKiosk]] = defaultdict(list)
    query = select(kiosks).order_by(kiosks.c.revoked_at.is_not(None), kiosks.c.name)
    for row in tx.execute(query):
        seen = kiosk(row, now)
        wanted = [held.digest for held in assigned[row.station] if not held.withdrawn]
        standing[row.station].append(
            EnrolledKiosk(
                now=seen,
                enrolled_at=row.enrolled_at,
                enrolled_by=row.enrolled_by,
                revoked_at=row.revoked_at,
                held_seq=row.held_seq,
                lacks=tuple(digest for digest in wanted if digest not in seen.holds),
            )
        )
    return standing
