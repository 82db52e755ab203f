"""Step times: how long each step of a document really takes, against its standard time."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from server.reports.choice import AnyRow, Choice
from server.reports.outline import Outline, latest_outlines
from server.store.tables import people, stations, step_times

MOST_SAMPLES = 20_000  # the newest visits that a distribution is drawn from
DRAWN = 150  # the newest visits of a step that are drawn one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One completed visit of a step."""

    run: str
    at: datetime
    elapsed: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """How long one step took: quantiles over its completed visits, pauses left out.

    `over` is the share of visits that took longer than the standard time; None without one.
    """

    step: str
    number: int | None
    title: str
    count: int
    p10: timedelta
    p25: timedelta
    median: timedelta
    p75: timedelta
    p90: timedelta
    expected: timedelta | None
    over: float | None
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTimes:
    """The distributions of one document's steps, in order; `complete` says that no visit was left out."""

    document: str
    title: str
    steps: tuple[Distribution, ...]
    visits: int
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """One completed visit of a step, for an export."""

    run: str
    step: str
    visit: int
    station: str
    operator: str | None
    at: datetime
    elapsed: timedelta
    held: timedelta
    expected: timedelta | None


def step_times_of(tx: Connection, choice: Choice) -> StepTimes | None:
    """The distributions that `choice` (its document above all) asks for; None without a document."""
    if choice.document is None:
        return None
    query = (
        select(step_times)
        .where(*choice.on(step_times, step_times.c.at), step_times.c.completed)
        .order_by(step_times.c.at.desc())
        .limit(MOST_SAMPLES + 1)
    )
    rows = tx.execute(query).all()
    groups: dict[str, list[AnyRow]] = defaultdict(list)
    for row in rows[:MOST_SAMPLES]:
        groups[row.step].append(row)
    outline = latest_outlines(tx, [choice.document]).get(choice.document)
    return StepTimes(
        document=choice.document,
        title=choice.document if outline is None else outline.title,
        steps=tuple(_distribution(step, groups[step], outline) for step in _in_order(groups.keys(), outline)),
        visits=min(len(rows), MOST_SAMPLES),
        complete=len(rows) <= MOST_SAMPLES,
    )


def visit_export(tx: Connection, choice: Choice, limit: int) -> tuple[VisitRow, ...]:
    """The newest `limit` completed visits that `choice` asks for."""
    query = (
        select(step_times, people.c.name.label("operator"), stations.c.name.label("station_name"))
        .join(people, people.c.id == step_times.c.by, isouter=True)
        .join(stations, stations.c.id == step_times.c.station, isouter=True)
        .where(*choice.on(step_times, step_times.c.at), step_times.c.completed)
        .order_by(step_times.c.at.desc())
        .limit(limit)
    )
    return tuple(
        VisitRow(
            run=row.run,
            step=row.step,
            visit=row.visit,
            station=row.station_name or row.station,
            operator=row.operator or row.by,
            at=row.at,
            elapsed=row.elapsed,
            held=row.held,
            expected=row.expected,
        )
        for row in tx.execute(query)
    )


def busiest_document(tx: Connection) -> str | None:
    """The document with the most recorded visits; None before the first."""
    counted = func.count().label("n")
    query = select(step_times.c.document).group_by(step_times.c.document).order_by(counted.desc()).limit(1)
    return tx.execute(query).scalar()


def quantile(ordered: Sequence[timedelta], share: float) -> timedelta:
    """The quantile of sorted durations, at least one, by linear interpolation (Hyndman and Fan's type 7)."""
    place = (len(ordered) - 1) * share
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _in_order(steps: Any, outline: Outline | None) -> list[str]:
    known = [step.id for step in outline.steps] if outline is not None else []
    return [step for step in known if step in steps] + sorted(step for step in steps if step not in known)


def _distribution(step: str, rows: Sequence[AnyRow], outline: Outline | None) -> Distribution:
    ordered = sorted(row.elapsed for row in rows)
    known = None if outline is None else outline.step(step)
    judged = [row for row in rows if row.expected is not None]
    expected = known.expected if known is not None and known.expected else (rows[0].expected)
    return Distribution(
        step=step,
        number=None if known is None else known.number,
        title=step if known is None else known.title,
        count=len(rows),
        p10=quantile(ordered, 0.10),
        p25=quantile(ordered, 0.25),
        median=quantile(ordered, 0.50),
        p75=quantile(ordered, 0.75),
        p90=quantile(ordered, 0.90),
        expected=expected,
        over=sum(row.elapsed > row.expected for row in judged) / len(judged) if judged else None,
        samples=tuple(Sample(run=row.run, at=row.at, elapsed=row.elapsed) for row in rows[:DRAWN]),
    )
