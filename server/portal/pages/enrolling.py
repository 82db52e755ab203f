"""Letting a kiosk in: its code, the station it stands at, and a person's yes."""

import re
from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from server.errors import Invalid, Refused
from server.library.assigning import create_station
from server.people import enrolment
from server.portal.guard import Administrator, Portal, Posted, ThePortal, text
from server.reports import stations as report
from server.store.engine import reading

router = APIRouter()
SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
NEW = "+"  # the choice of a station that is yet to be made


@router.get("/stations/enrol")
def ask(request: Request, here: ThePortal, _visitor: Administrator) -> HTMLResponse:
    """Ask for the code that a kiosk shows or, when it came along from the QR code, for the station."""
    return _page(request, here, spelled(request.query_params.get("code", "")))


@router.post("/stations/enrol")
def answer(request: Request, here: ThePortal, visitor: Administrator, form: Posted) -> Response:
    """Let the kiosk in, or turn it away."""
    code = spelled(text(form, "code"))
    given = {name: text(form, name) for name in ("station", "id", "name", "line", "area")}
    try:
        if text(form, "answer") == "refuse":
            enrolment.refuse(here.house, code, visitor.id)
            return RedirectResponse("/stations?done=refused", status_code=303)
        station = _station(here, given, visitor.id)
        enrolment.confirm(here.house, code, station, visitor.id)
    except Refused as refused:
        return _page(request, here, code, given=given, refused=refused)
    return RedirectResponse(f"/stations/{station}?done=enrolled", status_code=303)


def spelled(code: str) -> str:
    """A code as kiosks show it, however it was typed: `k7pm3qxr` is `K7PM-3QXR`."""
    letters = re.sub(r"[^A-Z0-9]", "", code.upper())[:8]
    return f"{letters[:4]}-{letters[4:]}" if len(letters) > 4 else letters


def _station(here: Portal, given: Mapping[str, str], by: str) -> str:
    """The chosen station, made first where it is new."""
    if given["station"] != NEW:
        if not given["station"]:
            raise Invalid(
                "No station was chosen.", "Choose where the kiosk stands, or describe a new station."
            )
        return given["station"]
    if not SLUG.match(given["id"]):
        raise Invalid(
            "A station's identifier has small letters, digits and single hyphens.",
            "Write it like assembly-1.",
        )
    if not given["name"]:
        raise Invalid("A new station needs a name.", "Write it as people call it, like Assembly 1.")
    create_station(here.house, given["id"], given["name"], given["line"], given["area"], by)
    return given["id"]


def _page(
    request: Request,
    here: Portal,
    code: str,
    *,
    given: Mapping[str, str] | None = None,
    refused: Refused | None = None,
) -> HTMLResponse:
    now = here.house.now()
    with reading(here.house.engine) as tx:
        waiting = report.waiting(tx, now)
        stations = report.setups(tx, now)
    asking = next((row for row in waiting if row.code == code), None)
    return here.looks.page(
        request,
        "enrol.html",
        200 if refused is None else refused.status,
        code=code,
        asking=asking,
        waiting=waiting,
        stations=stations,
        given=given or {},
        refused=refused,
        new=NEW,
    )
