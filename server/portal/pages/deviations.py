"""The deviation report, and the review of one deviation."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta, tzinfo
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from content.deviation import MOVES, DeviationKind, DeviationState
from server.errors import Invalid, NotThere
from server.portal.asking import Asked, asked
from server.portal.export import csv_file
from server.portal.guard import Posted, Supervisor, ThePortal, text
from server.portal.looks import KINDS
from server.records.reviewing import LONGEST_COMMENT, review
from server.reports import deviations as report
from server.reports.choice import LONGEST_EXPORT, choices
from server.reports.outline import latest_outlines
from server.store.engine import reading

router = APIRouter()
DAYS = 30
FEW_HOURS = timedelta(days=3)  # up to here the trend is drawn by the hour
MOST_DAYS = 370  # columns of a trend


@router.get("/deviations")
def page(request: Request, here: ThePortal, _visitor: Supervisor) -> HTMLResponse:
    """The deviations that the address asks for: what is frequent, how it goes, and each one."""
    wanted = asked(request, here.house.now(), days=DAYS)
    by = _by(request)
    with reading(here.house.engine) as tx:
        found = report.deviation_list(tx, wanted.choice, wanted.page)
        bars = report.pareto(tx, wanted.choice, by)
        hours = report.hourly(tx, wanted.choice)
        states = report.state_counts(tx, wanted.choice)
        offered = choices(tx)
        steps = _steps(latest_outlines(tx, [wanted.choice.document]) if wanted.choice.document else {})
    return here.looks.page(
        request,
        "deviations.html",
        asked=wanted,
        found=found,
        bars=bars,
        by=by,
        ways=list(report.By),
        pareto=_pareto(bars, by, wanted),
        trend=_trend(hours, wanted.zone),
        states=states,
        offered=offered,
        steps=steps,
        kinds=KINDS,
    )


@router.get("/deviations.csv")
def export(request: Request, here: ThePortal, _visitor: Supervisor) -> Response:
    """The deviations that the address asks for as a file."""
    wanted = asked(request, here.house.now(), days=DAYS)
    with reading(here.house.engine) as tx:
        rows = report.deviation_export(tx, wanted.choice, LONGEST_EXPORT)
    header = (
        "deviation at kind station document step check expected came category operator unit run state comment"
    )
    return csv_file(
        "deviations",
        header.split(),
        (
            (
                row.id,
                row.at,
                row.kind,
                row.station,
                row.document,
                row.step,
                row.check,
                row.expected,
                row.came,
                row.category,
                row.operator,
                row.unit,
                row.run,
                row.state,
                row.comment,
            )
            for row in rows
        ),
    )


@router.get("/deviations/{deviation}")
def one(request: Request, here: ThePortal, _visitor: Supervisor, deviation: str) -> HTMLResponse:
    """One deviation with its review."""
    with reading(here.house.engine) as tx:
        found = report.deviation(tx, deviation)
    if found is None:
        raise NotThere("There is no such deviation.", "Look in the report.")
    moves = [to for to in DeviationState if (DeviationState(found.state), to) in MOVES]
    return here.looks.page(request, "deviation.html", row=found, moves=moves, longest=LONGEST_COMMENT)


@router.post("/deviations/{deviation}")
def decide(here: ThePortal, visitor: Supervisor, form: Posted, deviation: str) -> Response:
    """Take down a review."""
    try:
        was, to = DeviationState(text(form, "was")), DeviationState(text(form, "to"))
    except ValueError:
        raise Invalid("That is no state of a deviation.", "Use the buttons of the page.") from None
    comment = text(form, "comment", longest=LONGEST_COMMENT)
    review(here.house, deviation, was=was, to=to, comment=comment, by=visitor.id)
    return RedirectResponse(f"/deviations/{deviation}", status_code=303)


def _by(request: Request) -> report.By:
    try:
        return report.By(request.query_params.get("by", "kind"))
    except ValueError:
        return report.By.KIND


def _steps(outlines: Any) -> list[tuple[str, str]]:
    return [
        (step.id, f"{step.number}. {step.title}") for outline in outlines.values() for step in outline.steps
    ]


def _pareto(bars: Sequence[report.Bar], by: report.By, wanted: Asked) -> dict[str, Any]:
    kept = {name: value for name, value in wanted.query.items() if value}
    return {
        "by": by.value,
        "bars": [
            {
                "key": bar.key,
                "name": KINDS.get(bar.name, bar.name) if by is report.By.KIND else bar.name,
                "count": bar.count,
                "cumulated": round(bar.cumulated * 100, 1),
            }
            for bar in bars
        ],
        "query": kept,
    }


def _trend(hours: Sequence[report.HourCount], zone: tzinfo) -> dict[str, Any]:
    """Columns of days (or hours, when it is about few) in the reader's zone, one series a kind."""
    if not hours:
        return {"columns": [], "series": [], "by": "day"}
    hourly = hours[-1].hour - hours[0].hour <= FEW_HOURS
    counts: Counter[tuple[str, str]] = Counter()
    for each in hours:
        local = each.hour.astimezone(zone)
        counts[local.strftime("%Y-%m-%d %H:00") if hourly else local.strftime("%Y-%m-%d"), each.kind] += (
            each.count
        )
    columns = _hours(hours, zone) if hourly else _days(hours, zone)
    present = [kind for kind in DeviationKind if any(key[1] == kind for key in counts)]
    return {
        "by": "hour" if hourly else "day",
        "columns": columns,
        "series": [
            {
                "kind": kind.value,
                "name": KINDS[kind],
                "counts": [counts[column, kind.value] for column in columns],
            }
            for kind in present
        ],
    }


def _hours(hours: Sequence[report.HourCount], zone: tzinfo) -> list[str]:
    hour, columns = hours[0].hour, dict[str, None]()
    while hour <= hours[-1].hour:
        columns[hour.astimezone(zone).strftime("%Y-%m-%d %H:00")] = None
        hour += timedelta(hours=1)
    return list(columns)


def _days(hours: Sequence[report.HourCount], zone: tzinfo) -> list[str]:
    day: date = hours[0].hour.astimezone(zone).date()
    last = hours[-1].hour.astimezone(zone).date()
    if (last - day).days > MOST_DAYS:
        return sorted({each.hour.astimezone(zone).strftime("%Y-%m-%d") for each in hours})
    columns: list[str] = []
    while day <= last:
        columns.append(day.isoformat())
        day += timedelta(days=1)
    return columns
