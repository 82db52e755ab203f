"""Runs: a list to choose from, and everything that is kept of one run."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from content import evidence, units
from content.checks import Check, Measure, Number, Torque
from content.instruction import Instruction
from server.reports.choice import PAGE, AnyRow, AnySelect, Choice, Page
from server.reports.deviations import DeviationRow, deviations_of_run
from server.reports.floor import unit_of
from server.reports.outline import content_of
from server.store.tables import documents, measurements, people, records, runs, stations, step_times

Places = Mapping[tuple[str, str], Sequence[str]]  # of the fastenings, by step and check
MOST_FACTS = 5_000  # of one run; the longest instruction has 500 steps of a few checks


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run in a list."""

    id: str
    document: str
    title: str
    revision: int
    release: str
    station: str
    station_name: str
    state: str
    operator: str | None
    unit: str | None
    started_at: datetime
    ended_at: datetime | None
    elapsed: timedelta | None
    held: timedelta | None
    expected: timedelta | None
    deviations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One stay in a step: when it began, how long it took without pauses, and against what."""

    step: str
    number: int | None
    title: str
    visit: int
    completed: bool
    at: datetime
    elapsed: timedelta
    held: timedelta
    expected: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One measured value with the band it was held against."""

    step: str
    step_title: str
    check: str
    prompt: str
    attempt: int
    kind: str
    text: str
    value: float
    unit: str
    angle: str | None
    low: float | None
    high: float | None
    limits: str
    good: bool
    device: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """One fact of the record, with what it says about itself."""

    seq: int
    type: str
    at: datetime | None
    received_at: datetime
    step: str | None
    step_title: str | None
    check: str | None
    says: str
    good: bool | None
    photo: str | None = None  # the digest of the picture that it is about


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDetail:
    """Everything that is kept of one run."""

    row: RunRow
    kiosk: str
    part_number: str | None
    gtin: str | None
    serial: str | None
    lot: str | None
    work_order: str | None
    visits: tuple[Visit, ...]
    values: tuple[Value, ...]
    deviations: tuple[DeviationRow, ...]
    facts: tuple[FactRow, ...]
    more_facts: bool


def run_list(tx: Connection, choice: Choice, number: int) -> Page[RunRow]:
    """A page of the runs that `choice` asks for, the newest first."""
    conditions = _conditions(choice)
    total = tx.execute(select(func.count()).select_from(runs).where(*conditions)).scalar_one()
    query = _rows().where(*conditions).order_by(runs.c.started_at.desc(), runs.c.id)
    rows = tx.execute(query.limit(PAGE).offset((number - 1) * PAGE))
    return Page(rows=tuple(_row(row) for row in rows), number=number, total=total)


def recent_runs(tx: Connection, choice: Choice, limit: int) -> tuple[RunRow, ...]:
    """The newest runs that `choice` asks for, at most `limit`; for plots and exports."""
    query = _rows().where(*_conditions(choice)).order_by(runs.c.started_at.desc(), runs.c.id).limit(limit)
    return tuple(_row(row) for row in tx.execute(query))


def run_detail(tx: Connection, run: str) -> RunDetail | None:
    """Everything about one run; None when there is none."""
    row = tx.execute(_rows().where(runs.c.id == run)).one_or_none()
    if row is None:
        return None
    release = content_of(tx, [row.release]).get(row.release)
    document = release.document if release is not None else None
    instruction = document if isinstance(document, Instruction) else None
    titles = _titles(instruction)
    facts = _facts(tx, run, titles, _places(instruction))
    return RunDetail(
        row=_row(row),
        kiosk=row.kiosk,
        part_number=row.part_number,
        gtin=row.gtin,
        serial=row.serial,
        lot=row.lot,
        work_order=row.work_order,
        visits=_visits(tx, run, titles),
        values=_values(tx, run, instruction, titles),
        deviations=deviations_of_run(tx, run),
        facts=facts[:MOST_FACTS],
        more_facts=len(facts) > MOST_FACTS,
    )


def _rows() -> AnySelect:
    return (
        select(
            runs,
            documents.c.title,
            stations.c.name.label("station_name"),
            people.c.name.label("operator"),
        )
        .join(documents, documents.c.id == runs.c.document, isouter=True)
        .join(stations, stations.c.id == runs.c.station, isouter=True)
        .join(people, people.c.id == runs.c.by, isouter=True)
    )


def _conditions(choice: Choice) -> list[ColumnElement[bool]]:
    conditions = choice.on(runs, runs.c.started_at)
    if choice.state is not None:
        conditions.append(runs.c.state == choice.state)
    if choice.unit is not None:
        columns = (runs.c.serial, runs.c.lot, runs.c.part_number, runs.c.gtin, runs.c.work_order)
        conditions.append(or_(*(func.lower(column) == choice.unit.lower() for column in columns)))
    return conditions


def _row(row: AnyRow) -> RunRow:
    return RunRow(
        id=row.id,
        document=row.document,
        title=row.title or row.document,
        revision=row.revision,
        release=row.release,
        station=row.station,
        station_name=row.station_name or row.station,
        state=row.state,
        operator=row.operator or row.by,
        unit=unit_of(row),
        started_at=row.started_at,
        ended_at=row.ended_at,
        elapsed=row.elapsed,
        held=row.held,
        expected=row.expected,
        deviations=row.deviations,
    )


def _titles(instruction: Instruction | None) -> dict[str, tuple[int, str]]:
    steps = () if instruction is None else instruction.steps
    return {step.id: (number, step.title) for number, step in enumerate(steps, start=1)}


def _places(instruction: Instruction | None) -> Places:
    """The places of the fastenings of each check that says in which order they are tightened."""
    return {
        (step.id, check.id): check.order
        for step in (() if instruction is None else instruction.steps)
        for check in step.checks
        if isinstance(check, Torque)
    }


def _visits(tx: Connection, run: str, titles: Mapping[str, tuple[int, str]]) -> tuple[Visit, ...]:
    query = select(step_times).where(step_times.c.run == run).order_by(step_times.c.at, step_times.c.visit)
    return tuple(
        Visit(
            step=row.step,
            number=titles.get(row.step, (None, ""))[0],
            title=titles.get(row.step, (None, row.step))[1],
            visit=row.visit,
            completed=row.completed,
            at=row.at - row.elapsed - row.held,  # the table says when it was left
            elapsed=row.elapsed,
            held=row.held,
            expected=row.expected,
        )
        for row in tx.execute(query)
    )


def _values(
    tx: Connection, run: str, instruction: Instruction | None, titles: Mapping[str, tuple[int, str]]
) -> tuple[Value, ...]:
    checks: dict[tuple[str, str], Check] = {
        (step.id, check.id): check
        for step in (() if instruction is None else instruction.steps)
        for check in step.checks
    }
    query = select(measurements).where(measurements.c.run == run).order_by(measurements.c.at)
    return tuple(_value(row, checks.get((row.step, row.check_id)), titles) for row in tx.execute(query))


def _value(row: AnyRow, check: Check | None, titles: Mapping[str, tuple[int, str]]) -> Value:
    limited = check if isinstance(check, Measure | Torque | Number) else None
    return Value(
        step=row.step,
        step_title=titles.get(row.step, (None, row.step))[1],
        check=row.check_id,
        prompt=(limited.prompt if limited is not None else None) or row.check_id,
        attempt=row.attempt,
        kind=row.kind,
        text=row.value_text,
        value=row.value,
        unit=units.shown(row.unit),
        angle=row.angle_text,
        low=None if limited is None or limited.low is None else float(limited.low),
        high=None if limited is None or limited.high is None else float(limited.high),
        limits="" if limited is None else evidence.limits(limited),
        good=row.good,
        device=row.device,
        at=row.at,
    )


def _facts(
    tx: Connection, run: str, titles: Mapping[str, tuple[int, str]], places: Places
) -> tuple[FactRow, ...]:
    query = (
        select(records)
        .where(records.c.run == run)
        .order_by(records.c.kiosk, records.c.seq)
        .limit(MOST_FACTS + 1)
    )
    return tuple(_fact(row, titles, places) for row in tx.execute(query))


def _fact(row: AnyRow, titles: Mapping[str, tuple[int, str]], places: Places) -> FactRow:
    body: dict[str, Any] = json.loads(row.body)
    fact: dict[str, Any] = body.get("fact", {})
    step = fact.get("step")
    return FactRow(
        seq=row.seq,
        type=row.type,
        at=row.at,
        received_at=row.received_at,
        step=step,
        step_title=None if step is None else titles.get(step, (None, step))[1],
        check=fact.get("check"),
        says=_says(fact, places.get((str(step), str(fact.get("check"))), ())),
        photo=(fact.get("evidence") or fact).get("photo"),
        good={"check.passed": True, "check.failed": False}.get(row.type),
    )


def _says(fact: Mapping[str, Any], order: Sequence[str] = ()) -> str:
    """A fact in a few words; also those that this program does not know."""
    given: Mapping[str, Any] = fact.get("evidence") or {}
    parts: Sequence[str | None] = (
        _evidence(given, order),
        f"expected {fact['expected']}"
        if fact.get("expected") and fact.get("type") != "step.completed"
        else None,
        f"came {fact['came']}" if fact.get("came") else None,
        str(fact["why"]) if fact.get("why") else None,
        str(fact["reason"]) if fact.get("reason") else None,
        f"attempt {fact['attempt']}" if fact.get("attempt", 1) > 1 else None,
        f"visit {fact['visit']}" if fact.get("visit", 1) > 1 else None,
    )
    return " · ".join(part for part in parts if part)


def _evidence(given: Mapping[str, Any], order: Sequence[str]) -> str | None:
    match given.get("kind"):
        case "code":
            return str(given.get("text"))
        case "value":
            return f"{given.get('value')} {units.shown(str(given.get('unit')))}"
        case "tightening":
            angle = f", {given['angle']}°" if given.get("angle") else ""
            unit = units.shown(str(given.get("unit")))
            number = given.get("number")
            place = f", {order[number - 1]}" if isinstance(number, int) and 0 < number <= len(order) else ""
            return f"no. {number}{place}: {given.get('torque')} {unit}{angle}"
        case "switch":
            return f"{given.get('signal')} {'on' if given.get('on') else 'off'}"
        case "dwell":
            return "waited"
        case "tap":
            return "confirmed by tap"
        case "answer":
            return str(given.get("text") or given.get("answer"))
        case "photo":
            return "photographed"
        case "seen":
            return _seen(given)
        case "not-applicable":
            return "not applicable"
        case _:
            return None


def _seen(given: Mapping[str, Any]) -> str:
    """What a camera judged, or a person where it could not."""
    score = f" {given['score']}" if given.get("score") else ""
    of = f" (threshold {given['threshold']})" if given.get("score") and given.get("threshold") else ""
    who = f"decided by {given['person']}" if given.get("person") else str(given.get("device"))
    said = f"{given.get('check')} {'good' if given.get('good') else 'not good'}{score}{of}, {who}"
    return f"{said}: {given['why']}" if given.get("why") else said


def grouped(values: Sequence[Value]) -> Mapping[tuple[str, str], tuple[Value, ...]]:
    """The values of each check of each step, in order of time."""
    groups: dict[tuple[str, str], list[Value]] = defaultdict(list)
    for value in values:
        groups[value.step, value.check].append(value)
    return {key: tuple(group) for key, group in groups.items()}
