"""Stations: what they must hold, what their kiosks hold, and the care for both."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from server.errors import Invalid, NotThere
from server.library import settling
from server.library.assigning import assign_documents, rename_station
from server.people import enrolment
from server.portal.guard import Administrator, Engineer, Posted, Supervisor, ThePortal, text
from server.reports import stations as report
from server.reports.library import titles_of_all
from server.store.engine import reading

router = APIRouter()
DONE = {
    "enrolled": "The kiosk is in. It fetches its documents now.",
    "refused": "The kiosk was turned away.",
    "renamed": "The new name is on its way to the kiosk.",
    "revoked": "The kiosk's credential was revoked. What it recorded is kept.",
    "assigned": "The assignment is on its way to the kiosk.",
}


@router.get("/stations")
def page(request: Request, here: ThePortal, _visitor: Supervisor) -> HTMLResponse:
    """Every station with its kiosks, and who waits to be let in."""
    now = here.house.now()
    with reading(here.house.engine) as tx:
        stations = report.setups(tx, now)
        waiting = report.waiting(tx, now)
    return here.looks.page(request, "stations.html", stations=stations, waiting=waiting, done=_done(request))


@router.get("/stations/{station}")
def one(request: Request, here: ThePortal, _visitor: Supervisor, station: str) -> HTMLResponse:
    """One station: its name, its documents, its kiosks."""
    with reading(here.house.engine) as tx:
        found = report.setup(tx, station, here.house.now())
        offered = report.latest_releases(tx)
        outlook = settling.outlook(tx, station, here.house.now()) if found else []
        titles = titles_of_all(tx)
    if found is None:
        msg = f"There is no station {station}."
        raise NotThere(msg, "Look at the list of stations.")
    assigned = {held.document: held for held in found.assigned}
    return here.looks.page(
        request,
        "station.html",
        station=found,
        offered=offered,
        assigned=assigned,
        outlook=outlook,
        titles=titles,
        done=_done(request),
    )


@router.post("/stations/{station}/name")
def rename(here: ThePortal, visitor: Administrator, form: Posted, station: str) -> Response:
    """Call a station something else."""
    name = text(form, "name", longest=120)
    if not name:
        raise Invalid("A station needs a name.", "Go back and write one.")
    rename_station(here.house, station, name, visitor.id)
    return RedirectResponse(f"/stations/{station}?done=renamed", status_code=303)


@router.post("/stations/{station}/documents")
def assign(here: ThePortal, visitor: Engineer, form: Posted, station: str) -> Response:
    """Say which documents the station must hold, in their newest releases."""
    wanted = [value for value in form.getlist("document") if isinstance(value, str)]
    assign_documents(here.house, station, wanted, visitor.id)
    return RedirectResponse(f"/stations/{station}?done=assigned", status_code=303)


@router.post("/stations/{station}/kiosks/{kiosk}/revoke")
def revoke(here: ThePortal, visitor: Administrator, _form: Posted, station: str, kiosk: str) -> Response:
    """Take a kiosk's credential back."""
    enrolment.revoke(here.house, kiosk, visitor.id)
    return RedirectResponse(f"/stations/{station}?done=revoked", status_code=303)


@router.post("/stations/{station}/kiosks/{kiosk}/name")
def rename_kiosk(here: ThePortal, visitor: Administrator, form: Posted, station: str, kiosk: str) -> Response:
    """Call a kiosk something else."""
    name = text(form, "name", longest=120)
    if not name:
        raise Invalid("A kiosk needs a name.", "Go back and write one.")
    enrolment.rename(here.house, kiosk, name, visitor.id)
    return RedirectResponse(f"/stations/{station}?done=renamed", status_code=303)


def _done(request: Request) -> str | None:
    return DONE.get(request.query_params.get("done", ""))
