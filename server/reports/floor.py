"""What happens on the floor now: every station with its kiosks and the run that is on."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from content.deviation import DeviationState
from content.run import RunState
from server.reports.choice import AnyRow
from server.reports.outline import Outline, outlines
from server.store.tables import deviations, kiosks, people, reviews, runs, stations, step_times

ONLINE = timedelta(seconds=60)  # a kiosk reports every 15 seconds; four missed reports are no accident
OPEN_STATES = (RunState.READY, RunState.RUNNING, RunState.HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device of a kiosk, as the kiosk last reported it."""

    name: str
    state: str
    reason: str
    kind: str = ""
    since: datetime | None = None
    last: datetime | None = None  # reading
    taken: int = 0
    refused: int = 0
    losses: int = 0  # times that it was there and is gone
    returns: int = 0  # times that it came back
    dropped: int = 0  # readings that came faster than they could be taken
    rate: float = 0.0  # readings/s, over ten seconds
    delay: float | None = None  # ms from a frame's last byte until the kiosk had its reading, at the median
    delay_99: float | None = None  # at the 99th percentile

    @property
    def lost(self) -> bool:
        """Whether it is not to be counted on."""
        return self.state == "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kiosk:
    """A kiosk that stands at a station, as it last reported itself."""

    id: str
    name: str
    online: bool
    last_contact: datetime | None
    version: str
    undelivered: int
    devices: tuple[Device, ...]
    holds: tuple[str, ...]
    counter: int | None

    @property
    def lost_devices(self) -> tuple[Device, ...]:
        """Its devices that are not to be counted on."""
        return tuple(device for device in self.devices if device.lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentRun:
    """The run that is on: where it is, and how long it took up to `as_of` without pauses."""

    id: str
    document: str
    title: str
    revision: int
    state: str
    operator: str | None
    unit: str | None
    step: str | None
    number: int | None
    steps: int
    step_elapsed: timedelta
    step_expected: timedelta | None
    elapsed: timedelta
    expected: timedelta | None
    started_at: datetime
    done: int
    deviations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A station on the floor."""

    id: str
    name: str
    line: str
    area: str
    kiosks: tuple[Kiosk, ...]
    run: CurrentRun | None
    open_deviations: int


def floor(tx: Connection, now: datetime) -> tuple[Station, ...]:
    """Every station, by line and name."""
    standing = _kiosks(tx, now)
    current = _current_runs(tx, now)
    waiting = _open_deviations(tx)
    rows = tx.execute(select(stations).order_by(stations.c.area, stations.c.line, stations.c.name))
    return tuple(
        Station(
            id=row.id,
            name=row.name,
            line=row.line,
            area=row.area,
            kiosks=tuple(standing[row.id]),
            run=current.get(row.id),
            open_deviations=waiting.get(row.id, 0),
        )
        for row in rows
    )


def kiosk(row: AnyRow, now: datetime) -> Kiosk:
    """A kiosk from its row, with what it reported last."""
    status: dict[str, Any] = json.loads(row.status or "{}")
    return Kiosk(
        id=row.id,
        name=row.name,
        online=row.last_contact is not None and now - row.last_contact < ONLINE,
        last_contact=row.last_contact,
        version=str(status.get("version") or ""),
        undelivered=int(status.get("undelivered") or 0),
        devices=tuple(_device(device) for device in status.get("devices") or ()),
        holds=tuple(status.get("releases") or ()),
        counter=status.get("counter"),
    )


def _device(told: dict[str, Any]) -> Device:
    """A device as its kiosk reported it; kiosks before 0.2 report no counts."""
    since, last = (
        datetime.fromisoformat(told[name]) if told.get(name) else None for name in ("since", "last")
    )
    return Device(
        name=str(told.get("name")),
        state=str(told.get("state")),
        reason=str(told.get("reason") or ""),
        kind=str(told.get("kind") or ""),
        since=since,
        last=last,
        taken=int(told.get("taken") or 0),
        refused=int(told.get("refused") or 0),
        losses=int(told.get("losses") or 0),
        returns=int(told.get("returns") or 0),
        dropped=int(told.get("dropped") or 0),
        rate=float(told.get("rate") or 0),
        delay=told.get("delay"),
        delay_99=told.get("delay_99"),
    )


def unit_of(row: AnyRow) -> str | None:
    """How people call the unit: by serial, lot, part number or GTIN, whichever is known first."""
    return row.serial or row.lot or row.part_number or row.gtin or row.work_order


def _kiosks(tx: Connection, now: datetime) -> dict[str, list[Kiosk]]:
    standing: dict[str, list[Kiosk]] = defaultdict(list)
    for row in tx.execute(select(kiosks).where(kiosks.c.revoked_at.is_(None)).order_by(kiosks.c.name)):
        standing[row.station].append(kiosk(row, now))
    return standing


def _open_deviations(tx: Connection) -> dict[str, int]:
    state = func.coalesce(reviews.c.state, DeviationState.OPEN.value)
    query = (
        select(deviations.c.station, func.count())
        .join(reviews, reviews.c.deviation == deviations.c.id, isouter=True)
        .where(state == DeviationState.OPEN)
        .group_by(deviations.c.station)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def _current_runs(tx: Connection, now: datetime) -> dict[str, CurrentRun]:
    """The run of each station that moved last."""
    query = (
        select(runs, people.c.name.label("operator"))
        .join(people, people.c.id == runs.c.by, isouter=True)
        .where(runs.c.state.in_(OPEN_STATES))
        .order_by(runs.c.started_at)
    )
    rows = {row.station: row for row in tx.execute(query)}
    names = outlines(tx, {row.release for row in rows.values()})
    spent = _spent(tx, [row.id for row in rows.values()])
    return {
        station: _current(row, names.get(row.release), spent.get(row.id, timedelta()), now)
        for station, row in rows.items()
    }


def _spent(tx: Connection, wanted: list[str]) -> dict[str, timedelta]:
    query = select(step_times.c.run, step_times.c.elapsed).where(step_times.c.run.in_(wanted))
    spent: dict[str, timedelta] = defaultdict(timedelta)
    for run, elapsed in tx.execute(query):
        spent[run] += elapsed
    return spent


def _current(row: AnyRow, outline: Outline | None, spent: timedelta, now: datetime) -> CurrentRun:
    step = None if outline is None else outline.step(row.step)
    since: datetime | None = row.step_since if row.state == RunState.RUNNING else None
    in_step = timedelta() if since is None else max(now - since, timedelta())
    return CurrentRun(
        id=row.id,
        document=row.document,
        title=row.document if outline is None else outline.title,
        revision=row.revision,
        state=row.state,
        operator=row.operator or row.by,
        unit=unit_of(row),
        step=row.step if step is None else step.title,
        number=None if step is None else step.number,
        steps=0 if outline is None else len(outline.steps),
        step_elapsed=in_step,
        step_expected=None if step is None else step.expected,
        elapsed=spent + in_step,
        expected=row.expected,
        started_at=row.started_at,
        done=row.steps_done,
        deviations=row.deviations,
    )
