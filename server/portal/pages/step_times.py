"""Step times: the distribution of each step of a document against its standard time."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from server.portal.asking import asked
from server.portal.export import csv_file
from server.portal.guard import Supervisor, ThePortal
from server.reports import step_times as report
from server.reports.choice import LONGEST_EXPORT, choices
from server.store.engine import reading

router = APIRouter()
DAYS = 30


@router.get("/step-times")
def page(request: Request, here: ThePortal, _visitor: Supervisor) -> HTMLResponse:
    """How long the steps of the chosen document take; without a choice, of the one that is done most."""
    wanted = asked(request, here.house.now(), days=DAYS)
    with reading(here.house.engine) as tx:
        document = wanted.choice.document or report.busiest_document(tx)
        found = report.step_times_of(tx, replace(wanted.choice, document=document))
        offered = choices(tx)
    query = {**wanted.query, "document": document}
    return here.looks.page(
        request, "step_times.html", asked=wanted, query=query, found=found, offered=offered, plot=_plot(found)
    )


@router.get("/step-times.csv")
def export(request: Request, here: ThePortal, _visitor: Supervisor) -> Response:
    """Every completed visit of a step that the address asks for, as a file."""
    wanted = asked(request, here.house.now(), days=DAYS)
    with reading(here.house.engine) as tx:
        rows = report.visit_export(tx, wanted.choice, LONGEST_EXPORT)
    header = "run step visit station operator done_at elapsed_s held_s standard_s"
    return csv_file(
        "step-times",
        header.split(),
        (
            (
                row.run,
                row.step,
                row.visit,
                row.station,
                row.operator,
                row.at,
                row.elapsed,
                row.held,
                row.expected,
            )
            for row in rows
        ),
    )


def _plot(found: report.StepTimes | None) -> dict[str, Any]:
    steps = () if found is None else found.steps
    return {
        "steps": [
            {
                "name": f"{step.number or '?'}. {step.title}",
                "p10": step.p10.total_seconds(),
                "p25": step.p25.total_seconds(),
                "median": step.median.total_seconds(),
                "p75": step.p75.total_seconds(),
                "p90": step.p90.total_seconds(),
                "expected": None if step.expected is None else step.expected.total_seconds(),
                "count": step.count,
                "samples": [
                    {"elapsed": sample.elapsed.total_seconds(), "link": f"/runs/{sample.run}"}
                    for sample in step.samples
                ],
            }
            for step in steps
        ]
    }
