"""Where is it: which station shows which release, since when, and how well that is proved."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from content import holding, package
from content.ending import Ending, ending
from content.errors import PackageError
from content.holding import Holding
from server.reports.floor import ONLINE
from server.store.tables import (
    assignments,
    holdings,
    kiosk_reports,
    kiosks,
    releases,
    stations,
    withdrawals,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A release as people call it."""

    digest: str
    document: str
    title: str
    revision: int
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A release that a kiosk shows; `should` is the revision that its station must hold instead, None: none at all."""

    release: Named
    since: datetime | None
    right: bool
    should: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetKiosk:
    """A kiosk and what it proves; `unproved` says what was wrong with its newest report, or that it signs none."""

    id: str
    name: str
    station: str
    station_name: str
    area: str
    line: str
    online: bool
    last_contact: datetime | None
    proved_at: datetime | None
    age: timedelta | None  # of its newest proof
    unproved: str
    expires_at: datetime | None  # until when its documents hold, by its own proof
    ending: Ending  # how near that is; a kiosk that is online gets them anew each day
    shown: tuple[Shown, ...]
    unknown: tuple[str, ...]  # digests of releases that it shows and nobody here knows of
    lacks: tuple[Named, ...]  # it must hold these, and does not show any release of their documents
    open_on: tuple[Named, ...]  # runs are open on these, and they are not to be used any more

    @property
    def behind(self) -> tuple[Shown, ...]:
        """What it shows and should not."""
        return tuple(each for each in self.shown if not each.right)

    @property
    def danger(self) -> tuple[Named, ...]:
        """Withdrawn releases that it still shows, or works by."""
        shown = [each.release for each in self.shown if each.release.withdrawn_at]
        return tuple(dict.fromkeys([*shown, *self.open_on]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A release and the kiosks that show it, with since when."""

    release: Named
    kiosks: tuple[tuple[FleetKiosk, Shown], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSpread:
    """A document, its releases that are shown somewhere, the newest first, and the kiosks that lack it."""

    document: str
    title: str
    releases: tuple[Spread, ...]
    lacking: tuple[FleetKiosk, ...]


def fleet(
    tx: Connection, now: datetime, *, area: str = "", line: str = "", station: str = ""
) -> tuple[FleetKiosk, ...]:
    """Every kiosk that was not revoked: those in danger, those whose documents end, those behind, then by place."""
    reports = {row.kiosk: row for row in tx.execute(select(kiosk_reports))}
    assigned = tx.execute(select(assignments.c.station, assignments.c.release)).all()
    told = [digest for row in reports.values() for digest in _told(bytes(row.envelope))]
    told += _told_unsigned(tx)
    names = _names(tx, {*told, *(row.release for row in assigned)})
    wanted = _wanted(assigned, names)
    since = _since(tx)
    query = (
        select(kiosks, stations.c.name.label("station_name"), stations.c.area, stations.c.line)
        .join(stations, stations.c.id == kiosks.c.station)
        .where(kiosks.c.revoked_at.is_(None))
        .order_by(stations.c.area, stations.c.line, stations.c.name, kiosks.c.name)
    )
    for value, column in ((area, stations.c.area), (line, stations.c.line), (station, stations.c.id)):
        if value:
            query = query.where(column == value)
    found = [
        _kiosk(row, now, names, wanted[row.station], since[row.id], reports.get(row.id))
        for row in tx.execute(query)
    ]
    return tuple(sorted(found, key=_urgency))


def _urgency(kiosk: FleetKiosk) -> tuple[bool, int, bool]:
    ends = (Ending.OVER, Ending.SOON, Ending.FAR).index(kiosk.ending)
    return not (kiosk.danger or kiosk.unknown), ends, not (kiosk.behind or kiosk.lacks)


def by_document(found: tuple[FleetKiosk, ...]) -> tuple[DocumentSpread, ...]:
    """The same the other way round: documents by title, their releases, and who shows them."""
    spread: dict[str, dict[Named, list[tuple[FleetKiosk, Shown]]]] = defaultdict(lambda: defaultdict(list))
    lacking: dict[str, list[FleetKiosk]] = defaultdict(list)
    titles: dict[str, tuple[int, str]] = {}
    for kiosk in found:
        for shown in kiosk.shown:
            spread[shown.release.document][shown.release].append((kiosk, shown))
        for release in kiosk.lacks:
            lacking[release.document].append(kiosk)
        for release in (*(each.release for each in kiosk.shown), *kiosk.lacks):
            titles[release.document] = max(
                titles.get(release.document, (0, "")), (release.revision, release.title)
            )
    return tuple(
        DocumentSpread(
            document=document,
            title=title,
            releases=tuple(
                Spread(release=release, kiosks=tuple(spread[document][release]))
                for release in sorted(spread[document], key=lambda each: -each.revision)
            ),
            lacking=tuple(lacking[document]),
        )
        for document, (_, title) in sorted(titles.items(), key=lambda item: item[1][1])
    )


def proof_of(tx: Connection, kiosk: str) -> dict[str, Any] | None:
    """A kiosk's newest signed report with its public key, for somebody to check without this server."""
    query = (
        select(kiosks.c.public_key, kiosk_reports)
        .join(kiosk_reports, kiosk_reports.c.kiosk == kiosks.c.id)
        .where(kiosks.c.id == kiosk)
    )
    row = tx.execute(query).one_or_none()
    if row is None:
        return None
    return holding.proof(kiosk, json.loads(row.public_key), bytes(row.envelope).decode(), row.received_at)


def _kiosk(  # noqa: PLR0917 - a row with what belongs to it
    row: Any,
    now: datetime,
    names: Mapping[str, Named],
    wanted: Mapping[str, Named],
    since: Mapping[str, datetime],
    report: Any,
) -> FleetKiosk:
    status: dict[str, Any] = json.loads(row.status or "{}")
    held, problem = _proved(row, report)
    digests = held.releases if held else tuple(status.get("releases") or ())
    shown = [names[digest] for digest in digests if digest in names]
    here = {each.document for each in shown}
    return FleetKiosk(
        id=row.id,
        name=row.name,
        station=row.station,
        station_name=row.station_name,
        area=row.area,
        line=row.line,
        online=row.last_contact is not None and now - row.last_contact < ONLINE,
        last_contact=row.last_contact,
        proved_at=held.at if held else None,
        age=now - report.received_at if held else None,
        unproved=str(status.get("unproved") or problem),
        expires_at=held.expires_at if held else None,
        ending=ending(held.issued_at, held.expires_at, now) if held else Ending.FAR,
        shown=tuple(
            _shown(each, wanted, since.get(each.digest)) for each in sorted(shown, key=lambda e: e.title)
        ),
        unknown=tuple(digest for digest in digests if digest not in names),
        lacks=tuple(each for name, each in sorted(wanted.items()) if name not in here),
        open_on=tuple(
            names[digest]
            for digest in (held.open if held else ())
            if digest in names and names[digest].withdrawn_at is not None
        ),
    )


def _proved(row: Any, report: Any) -> tuple[Holding | None, str]:
    """The report that is kept, checked once more: nobody has to believe the database."""
    if report is None:
        return None, "It has never come in." if row.last_contact is None else "It signs no reports."
    try:
        return holding.read(bytes(report.envelope).decode(), json.loads(row.public_key)), ""
    except PackageError as problem:
        return None, f"Its report was changed here: {problem}"


def _shown(release: Named, wanted: Mapping[str, Named], since: datetime | None) -> Shown:
    should = wanted.get(release.document)
    right = should is not None and should.digest == release.digest
    return Shown(release=release, since=since, right=right, should=should.revision if should else None)


def _told(envelope: bytes) -> Iterator[str]:
    """The releases that a report names; it is held against the kiosk's key where it is shown."""
    try:
        told = json.loads(package.content_of(envelope))
    except (PackageError, ValueError):
        return
    yield from (*told.get("releases", ()), *told.get("open", ()))


def _told_unsigned(tx: Connection) -> list[str]:
    """The releases that kiosks name in their status, which those that sign no report have only there."""
    states = [json.loads(status or "{}") for status in tx.execute(select(kiosks.c.status)).scalars()]
    return [str(digest) for state in states for digest in state.get("releases") or ()]


def _names(tx: Connection, digests: Collection[str]) -> dict[str, Named]:
    """These, not all that was ever released."""
    r = releases.c
    query = (
        select(r.digest, r.document, r.title, r.revision, withdrawals.c.at.label("withdrawn"))
        .outerjoin(withdrawals, withdrawals.c.release == r.digest)
        .where(r.digest.in_(digests))
    )
    return {
        row.digest: Named(
            digest=row.digest,
            document=row.document,
            title=row.title,
            revision=row.revision,
            withdrawn_at=row.withdrawn,
        )
        for row in tx.execute(query)
    }


def _wanted(assigned: Iterable[Any], names: Mapping[str, Named]) -> dict[str, dict[str, Named]]:
    """What each station must hold, by document."""
    found: dict[str, dict[str, Named]] = defaultdict(dict)
    for station, digest in assigned:
        if names[digest].withdrawn_at is None:
            found[station][names[digest].document] = names[digest]
    return found


def _since(tx: Connection) -> dict[str, dict[str, datetime]]:
    h = holdings.c
    found: dict[str, dict[str, datetime]] = defaultdict(dict)
    for kiosk, release, at in tx.execute(select(h.kiosk, h.release, h.since).where(h.until.is_(None))):
        found[kiosk][release] = at
    return found
