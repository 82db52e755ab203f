"""Runs: the list, and one run's timeline with everything that is kept of it."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from content.run import RunState
from server.errors import NotThere
from server.portal.asking import asked
from server.portal.export import csv_file
from server.portal.guard import Supervisor, ThePortal
from server.portal.strips import strip
from server.reports import library as releases
from server.reports import runs as report
from server.reports.choice import LONGEST_EXPORT, choices
from server.store.engine import reading

router = APIRouter()
PLOTTED = 300  # runs
DAYS = 30


@router.get("/runs")
def page(request: Request, here: ThePortal, _visitor: Supervisor) -> HTMLResponse:
    """The runs that the address asks for, with a plot of how long they took."""
    wanted = asked(request, here.house.now(), days=DAYS)
    with reading(here.house.engine) as tx:
        found = report.run_list(tx, wanted.choice, wanted.page)
        plotted = report.recent_runs(tx, wanted.choice, PLOTTED)
        offered = choices(tx)
        release = releases.named(tx, wanted.choice.release) if wanted.choice.release else None
    return here.looks.page(
        request,
        "runs.html",
        asked=wanted,
        found=found,
        release=release,
        offered=offered,
        states=[state for state in RunState if state is not RunState.READY],
        plot=_plot(plotted),
    )


@router.get("/runs.csv")
def export(request: Request, here: ThePortal, _visitor: Supervisor) -> Response:
    """The runs that the address asks for as a file."""
    wanted = asked(request, here.house.now(), days=DAYS)
    with reading(here.house.engine) as tx:
        rows = report.recent_runs(tx, wanted.choice, LONGEST_EXPORT)
    header = (
        "run document revision station operator unit state started_at ended_at elapsed_s held_s standard_s"
        " deviations"
    )
    return csv_file(
        "runs",
        header.split(),
        (
            (
                row.id,
                row.document,
                row.revision,
                row.station,
                row.operator,
                row.unit,
                row.state,
                row.started_at,
                row.ended_at,
                row.elapsed,
                row.held,
                row.expected,
                row.deviations,
            )
            for row in rows
        ),
    )


@router.get("/runs/{run}")
def one(request: Request, here: ThePortal, _visitor: Supervisor, run: str) -> HTMLResponse:
    """One run: its timeline, what was measured, what departed from the instruction, and every fact."""
    with reading(here.house.engine) as tx:
        found = report.run_detail(tx, run)
    if found is None:
        raise NotThere("There is no such run.", "It may not have been delivered by its kiosk yet.")
    return here.looks.page(
        request,
        "run.html",
        run=found,
        row=found.row,
        timeline=_timeline(found),
        groups=report.grouped(found.values),
        strip=strip,
    )


def _plot(rows: tuple[report.RunRow, ...]) -> dict[str, Any]:
    """Points: start, minutes against the standard time, and where a click leads."""
    return {
        "points": [
            {
                "at": row.started_at.isoformat(),
                "share": row.elapsed / row.expected,
                "elapsed": row.elapsed.total_seconds(),
                "expected": row.expected.total_seconds(),
                "name": f"{row.title} · {row.unit or row.station_name}",
                "deviations": row.deviations,
                "link": f"/runs/{row.id}",
            }
            for row in rows
            if row.elapsed is not None and row.expected
        ]
    }


def _timeline(found: report.RunDetail) -> dict[str, Any]:
    start = found.row.started_at
    return {
        "start": start.isoformat(),
        "steps": [
            {
                "name": f"{visit.number or '?'}. {visit.title}"
                + (f" (again, {visit.visit})" if visit.visit > 1 else ""),
                "from": max(0.0, (visit.at - start).total_seconds()),
                "elapsed": visit.elapsed.total_seconds(),
                "held": visit.held.total_seconds(),
                "expected": None if visit.expected is None else visit.expected.total_seconds(),
                "completed": visit.completed,
            }
            for visit in found.visits
        ],
        "marks": [
            {
                "at": max(0.0, (row.at - start).total_seconds()),
                "step": row.step,
                "name": row.step_title,
                "kind": row.kind,
                "came": row.came,
            }
            for row in found.deviations
        ],
        "ids": [visit.step for visit in found.visits],
    }
