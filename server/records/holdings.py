"""Kiosks' signed reports of what they show: checked, the newest kept, and since when which release is where."""

import json
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from content import holding
from content.errors import PackageError
from content.holding import Holding
from server.people.enrolment import Kiosk
from server.store import tables


def take_in(tx: Connection, kiosk: Kiosk, envelope: str, now: datetime) -> Holding:
    """Keep a kiosk's signed report.

    Raises:
        PackageError: it is not the kiosk's, not of this station, contradicts the record, or is older than the
            one before; said to a person. What was proved before stays.
    """
    k = tables.kiosks.c
    key = tx.execute(select(k.public_key).where(k.id == kiosk.id)).scalar_one()
    report = holding.read(envelope, json.loads(key))
    _insist(tx, kiosk, report, json.loads(key))
    values = {"envelope": envelope.encode(), "at": report.at, "received_at": now}
    tx.execute(delete(tables.kiosk_reports).where(tables.kiosk_reports.c.kiosk == kiosk.id))
    tx.execute(insert(tables.kiosk_reports).values(kiosk=kiosk.id, **values))
    _note_since(tx, kiosk.id, set(report.releases), report.at)
    return report


def _insist(tx: Connection, kiosk: Kiosk, report: Holding, key: dict[str, object]) -> None:
    if report.kiosk != kiosk.id:
        message = f"it is a report of kiosk {report.kiosk}"
        raise PackageError(message)
    if report.station != kiosk.station:
        message = f"it is a report from station {report.station}"
        raise PackageError(message)
    r, entry = tables.kiosk_reports.c, tables.records.c
    before = tx.execute(select(r.envelope).where(r.kiosk == kiosk.id)).scalar()
    if before is not None and not holding.follows(report, holding.read(bytes(before).decode(), key)):
        raise PackageError("it is older than the one before")
    held = tx.execute(select(entry.hash).where(entry.kiosk == kiosk.id, entry.seq == report.seq)).scalar()
    if held is not None and held != report.head:
        message = f"its record number {report.seq} is not the one that is held here"
        raise PackageError(message)


def _note_since(tx: Connection, kiosk: str, shown: set[str], at: datetime) -> None:
    h = tables.holdings
    rows = {row.release: row for row in tx.execute(select(h).where(h.c.kiosk == kiosk))}
    for release in shown - rows.keys():
        tx.execute(insert(h).values(kiosk=kiosk, release=release, since=at))
    back = [release for release in shown & rows.keys() if rows[release].until is not None]
    if back:
        tx.execute(update(h).where(h.c.kiosk == kiosk, h.c.release.in_(back)).values(since=at, until=None))
    gone = [release for release, row in rows.items() if row.until is None and release not in shown]
    if gone:
        tx.execute(update(h).where(h.c.kiosk == kiosk, h.c.release.in_(gone)).values(until=at))
