"""The fleet: which station shows which release, as its kiosks' signed reports prove."""

import json
from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from server.errors import NotThere
from server.portal.export import Cell, csv_file
from server.portal.guard import Supervisor, ThePortal
from server.reports import fleet as report
from server.reports.placements import places
from server.store.engine import reading

router = APIRouter()
VIEWS = {"documents": "By document", "stations": "By station"}
HEADER = (
    "kiosk station area line document revision digest since should_be withdrawn proved_at unproved last_contact"
    " holds_until"
)


@router.get("/fleet")
def page(request: Request, here: ThePortal, _visitor: Supervisor) -> HTMLResponse:
    """Where every release is, by document or by station."""
    view = request.query_params.get("view", "documents")
    query = {name: request.query_params.get(name, "") for name in ("view", "area", "line")}
    with reading(here.house.engine) as tx:
        found = report.fleet(tx, here.house.now(), area=query["area"], line=query["line"])
        offered = places(tx)
    return here.looks.page(
        request,
        "fleet.html",
        view=view if view in VIEWS else "documents",
        views=VIEWS,
        query=query,
        kiosks=found,
        documents=report.by_document(found),
        areas=[name for scope, name in offered if scope == "area"],
        lines=[name for scope, name in offered if scope == "line"],
    )


@router.get("/fleet.csv")
def export(request: Request, here: ThePortal, _visitor: Supervisor) -> Response:
    """Every release at every kiosk, a line each."""
    area, line = (request.query_params.get(name, "") for name in ("area", "line"))
    with reading(here.house.engine) as tx:
        found = report.fleet(tx, here.house.now(), area=area, line=line)
    return csv_file("fleet", HEADER.split(), _lines(found))


def _lines(found: tuple[report.FleetKiosk, ...]) -> Iterator[tuple[Cell, ...]]:
    for kiosk in found:
        place = (kiosk.id, kiosk.station, kiosk.area, kiosk.line)
        proof = (kiosk.proved_at, kiosk.unproved, kiosk.last_contact, kiosk.expires_at)
        for shown in kiosk.shown:
            it, right = shown.release, "" if shown.right else shown.should or "none"
            yield (*place, it.document, it.revision, it.digest, shown.since, right, it.withdrawn_at, *proof)
        for it in kiosk.lacks:
            yield (*place, it.document, "", "", None, it.revision, None, *proof)


@router.get("/fleet/{kiosk}/proof")
def proof(here: ThePortal, _visitor: Supervisor, kiosk: str) -> Response:
    """A kiosk's newest signed report with its public key, as a file."""
    with reading(here.house.engine) as tx:
        found = report.proof_of(tx, kiosk)
    if found is None:
        raise NotThere("This kiosk has signed no report yet.", "It does so as soon as it reaches the server.")
    return Response(
        json.dumps(found, indent=2) + "\n",
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="proof-{kiosk}.json"'},
    )
