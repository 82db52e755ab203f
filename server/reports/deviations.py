"""The deviation report: which departures from the instructions there were, how often, what became of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from content.deviation import DeviationState
from server.reports.choice import PAGE, AnyRow, AnySelect, Choice, Page
from server.reports.floor import unit_of
from server.reports.outline import Outline, latest_outlines, outlines
from server.store.tables import deviations, documents, people, reviews, runs, stations

STATE = func.coalesce(reviews.c.state, DeviationState.OPEN.value)
MOST_BARS = 30  # of a Pareto plot; what comes after them is summed up


class By(StrEnum):
    """What a Pareto plot counts by."""

    KIND = "kind"
    STEP = "step"
    STATION = "station"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationRow:
    """One deviation, with names for what it is about and the review's state."""

    id: str
    run: str
    kind: str
    step: str
    step_title: str
    check: str | None
    document: str
    title: str
    release: str
    station: str
    station_name: str
    operator: str | None
    unit: str | None
    expected: str
    came: str
    category: str | None
    photo: str | None
    at: datetime
    state: str
    comment: str
    reviewed_by: str | None
    reviewed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar of a Pareto plot: how many, and the share of all up to and including it."""

    key: str
    name: str
    count: int
    cumulated: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HourCount:
    """How many deviations of a kind there were in the hour that began at `hour` (UTC)."""

    hour: datetime
    kind: str
    count: int


def deviation_list(tx: Connection, choice: Choice, number: int) -> Page[DeviationRow]:
    """A page of the deviations that `choice` asks for, the newest first."""
    conditions = _conditions(choice)
    counted = _joined(select(func.count()).select_from(deviations)).where(*conditions)
    total = tx.execute(counted).scalar_one()
    rows = tx.execute(_rows().where(*conditions).order_by(*_newest()).limit(PAGE).offset((number - 1) * PAGE))
    return Page(rows=_named(tx, rows.all()), number=number, total=total)


def deviation_export(tx: Connection, choice: Choice, limit: int) -> tuple[DeviationRow, ...]:
    """The newest `limit` deviations that `choice` asks for."""
    return _named(tx, tx.execute(_rows().where(*_conditions(choice)).order_by(*_newest()).limit(limit)).all())


def deviations_of_run(tx: Connection, run: str) -> tuple[DeviationRow, ...]:
    """A run's deviations, in order of time."""
    rows = tx.execute(_rows().where(deviations.c.run == run).order_by(deviations.c.at, deviations.c.id)).all()
    return _named(tx, rows)


def deviation(tx: Connection, identifier: str) -> DeviationRow | None:
    """One deviation; None when there is none."""
    rows = _named(tx, tx.execute(_rows().where(deviations.c.id == identifier)).all())
    return rows[0] if rows else None


def pareto(tx: Connection, choice: Choice, by: By) -> tuple[Bar, ...]:
    """How often each kind, step or station, the most frequent first."""
    columns = [deviations.c.document, deviations.c.step] if by is By.STEP else [deviations.c[by.value]]
    query = _joined(select(*columns, func.count().label("n"))).where(*_conditions(choice)).group_by(*columns)
    counted = Counter({tuple(row[:-1]): row[-1] for row in tx.execute(query)})
    names = _bar_names(tx, by, [key for key, _ in counted.most_common(MOST_BARS)])
    total, before = counted.total(), 0
    bars: list[Bar] = []
    for key, count in counted.most_common(MOST_BARS):
        before += count
        bars.append(Bar(key=key[-1], name=names[key], count=count, cumulated=before / total))
    if before < total:
        bars.append(Bar(key="", name="everything else", count=total - before, cumulated=1.0))
    return tuple(bars)


def hourly(tx: Connection, choice: Choice) -> tuple[HourCount, ...]:
    """Deviations by hour (UTC) and kind; an hour is never split by any day's border but a few odd zones'."""
    if tx.dialect.name == "postgresql":
        hour = func.to_char(func.timezone("UTC", deviations.c.at), 'YYYY-MM-DD"T"HH24')
    else:
        hour = func.substr(deviations.c.at, 1, 13, type_=documents.c.id.type)
    query = (
        _joined(select(hour.label("hour"), deviations.c.kind, func.count()))
        .where(*_conditions(choice))
        .group_by("hour", deviations.c.kind)
        .order_by("hour")
    )
    return tuple(
        HourCount(hour=datetime.fromisoformat(f"{hour}:00").replace(tzinfo=UTC), kind=kind, count=count)
        for hour, kind, count in tx.execute(query)
    )


def state_counts(tx: Connection, choice: Choice) -> Mapping[str, int]:
    """How many of the deviations that `choice` asks for are in each state."""
    query = _joined(select(STATE.label("state"), func.count())).where(*_conditions(choice)).group_by("state")
    return {row[0]: row[1] for row in tx.execute(query)}


def span(tx: Connection, choice: Choice) -> timedelta:
    """From the first to the last deviation that `choice` asks for."""
    query = _joined(select(func.min(deviations.c.at), func.max(deviations.c.at))).where(*_conditions(choice))
    first, last = tx.execute(query).one()
    return last - first if first is not None and last is not None else timedelta()


def _joined(query: AnySelect) -> AnySelect:
    return query.join_from(deviations, reviews, reviews.c.deviation == deviations.c.id, isouter=True)


def _rows() -> AnySelect:
    return (
        _joined(
            select(
                deviations,
                STATE.label("state"),
                func.coalesce(reviews.c.comment, "").label("comment"),
                reviews.c.by.label("reviewed_by"),
                reviews.c.at.label("reviewed_at"),
                documents.c.title,
                stations.c.name.label("station_name"),
                people.c.name.label("operator"),
                runs.c.serial,
                runs.c.lot,
                runs.c.part_number,
                runs.c.gtin,
                runs.c.work_order,
            )
        )
        .join(documents, documents.c.id == deviations.c.document, isouter=True)
        .join(stations, stations.c.id == deviations.c.station, isouter=True)
        .join(people, people.c.id == deviations.c.by, isouter=True)
        .join(runs, runs.c.id == deviations.c.run, isouter=True)
    )


def _newest() -> tuple[ColumnElement[Any], ...]:
    return deviations.c.at.desc(), deviations.c.id.desc()


def _conditions(choice: Choice) -> list[ColumnElement[bool]]:
    conditions = choice.on(deviations, deviations.c.at)
    if choice.kind is not None:
        conditions.append(deviations.c.kind == choice.kind)
    if choice.step is not None:
        conditions.append(deviations.c.step == choice.step)
    if choice.state is not None:
        conditions.append(STATE.is_not_distinct_from(choice.state))
    return conditions


def _named(tx: Connection, rows: list[Any] | Any) -> tuple[DeviationRow, ...]:
    found = outlines(tx, {row.release for row in rows})
    return tuple(_row(row, found) for row in rows)


def _row(row: AnyRow, found: Mapping[str, Outline]) -> DeviationRow:
    outline = found.get(row.release)
    step = None if outline is None else outline.step(row.step)
    return DeviationRow(
        id=row.id,
        run=row.run,
        kind=row.kind,
        step=row.step,
        step_title=row.step if step is None else step.title,
        check=row.check_id,
        document=row.document,
        title=row.title or row.document,
        release=row.release,
        station=row.station,
        station_name=row.station_name or row.station,
        operator=row.operator or row.by,
        unit=unit_of(row),
        expected=row.expected,
        came=row.came,
        category=row.category,
        photo=row.photo,
        at=row.at,
        state=row.state,
        comment=row.comment,
        reviewed_by=row.reviewed_by,
        reviewed_at=row.reviewed_at,
    )


def _bar_names(tx: Connection, by: By, keys: list[tuple[str, ...]]) -> Mapping[tuple[str, ...], str]:
    match by:
        case By.KIND:
            return {key: key[0] for key in keys}
        case By.STATION:
            query = select(stations.c.id, stations.c.name)
            names = {row[0]: row[1] for row in tx.execute(query)}
            return {key: names.get(key[0], key[0]) for key in keys}
        case By.STEP:
            found = latest_outlines(tx, {document for document, _ in keys})
            return {(document, step): _step_name(found.get(document), step) for document, step in keys}


def _step_name(outline: Outline | None, step: str) -> str:
    known = None if outline is None else outline.step(step)
    return step if known is None else known.title
