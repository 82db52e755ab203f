"""Reports as JSON for other systems: runs, deviations, step times, the fleet. Durations are ISO 8601, instants UTC."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi import Path as FromPath
from pydantic import AwareDatetime, BaseModel

from server.api.access import BySupervisor, InHouse
from server.api.problems import RESPONSES
from server.errors import NotThere
from server.reports.choice import Choice
from server.reports.deviations import DeviationRow, deviation_list
from server.reports.fleet import FleetKiosk, proof_of
from server.reports.fleet import fleet as fleet_of
from server.reports.runs import RunDetail, RunRow, run_detail, run_list
from server.reports.step_times import StepTimes, step_times_of
from server.store.engine import reading

router = APIRouter(responses=RESPONSES, tags=["reports"])
MOST_PAGES = 100_000
Word = Annotated[str | None, Query(max_length=100)]
PageNumber = Annotated[int, Query(ge=1, le=MOST_PAGES)]


class Runs(BaseModel):
    """A page of runs, the newest first."""

    rows: list[RunRow]
    page: int
    pages: int
    total: int


class Deviations(BaseModel):
    """A page of deviations, the newest first."""

    rows: list[DeviationRow]
    page: int
    pages: int
    total: int


def chosen(  # noqa: PLR0917 - FastAPI gives them by name
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    station: Word = None,
    document: Word = None,
    step: Word = None,
    kind: Word = None,
    operator: Word = None,
    state: Word = None,
    unit: Word = None,
    release: Word = None,
) -> Choice:
    """What a report is about; `since` is inclusive, `until` is not, both with a time zone."""
    return Choice(
        since=since,
        until=until,
        station=station,
        document=document,
        step=step,
        kind=kind,
        operator=operator,
        state=state,
        unit=unit,
        release=release,
    )


@router.get("/fleet")
def fleet(house: InHouse, _by: BySupervisor, area: Word = None, line: Word = None) -> list[FleetKiosk]:
    """Which station shows which release, since when, and how well that is proved."""
    with reading(house.engine) as tx:
        return list(fleet_of(tx, house.now(), area=area or "", line=line or ""))


@router.get("/fleet/{kiosk}/proof")
def proof(
    house: InHouse, _by: BySupervisor, kiosk: Annotated[str, FromPath(max_length=80)]
) -> dict[str, Any]:
    """A kiosk's newest signed report with its public key: what is needed to check it without the server."""
    with reading(house.engine) as tx:
        found = proof_of(tx, kiosk)
    if found is None:
        raise NotThere(f"kiosk {kiosk} has signed no report", "it does so at its next contact")
    return found


Chosen = Annotated[Choice, Depends(chosen)]


@router.get("/runs")
def runs(house: InHouse, _by: BySupervisor, choice: Chosen, page: PageNumber = 1) -> Runs:
    """The runs that were asked for."""
    with reading(house.engine) as tx:
        found = run_list(tx, choice, page)
    return Runs(rows=list(found.rows), page=found.number, pages=found.pages, total=found.total)


@router.get("/runs/{run}")
def run(house: InHouse, _by: BySupervisor, run: str) -> RunDetail:
    """Everything that is kept of one run."""
    with reading(house.engine) as tx:
        found = run_detail(tx, run)
    if found is None:
        raise NotThere(f"there is no run {run[:80]}", "its kiosk may not have delivered it yet")
    return found


@router.get("/deviations")
def deviations(house: InHouse, _by: BySupervisor, choice: Chosen, page: PageNumber = 1) -> Deviations:
    """The deviations that were asked for."""
    with reading(house.engine) as tx:
        found = deviation_list(tx, choice, page)
    return Deviations(rows=list(found.rows), page=found.number, pages=found.pages, total=found.total)


@router.get("/step-times")
def step_times(
    house: InHouse, _by: BySupervisor, choice: Chosen, document: Annotated[str, Query(max_length=100)]
) -> StepTimes:
    """How long each step of `document` really takes, against its standard time."""
    with reading(house.engine) as tx:
        found = step_times_of(tx, choice)
    if found is None:
        raise NotThere(f"there are no step times of {document}")
    return found
