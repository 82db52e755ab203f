"""People: who may sign in where, and the audit trail."""

import re
import unicodedata

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from server.errors import Conflict, Invalid, Refused
from server.people.roster import add_person, deactivate
from server.people.sessions import Role
from server.portal.guard import Administrator, Portal, Posted, ThePortal, text
from server.reports.people import everybody, trail
from server.store.engine import reading

router = APIRouter()
FIELDS = ("name", "role", "login", "badge")  # what is shown again after a refusal; never a password or PIN
DONE = {"added": "Added. Kiosks learn of it at once.", "deactivated": "They can no longer sign in anywhere."}


@router.get("/people")
def page(request: Request, here: ThePortal, _visitor: Administrator) -> HTMLResponse:
    """Everybody, and what was done lately."""
    return _page(request, here)


@router.post("/people")
def add(request: Request, here: ThePortal, visitor: Administrator, form: Posted) -> Response:
    """Add a person."""
    given = {name: text(form, name, longest=120) for name in FIELDS}
    password = form.get("password")
    try:
        if not given["name"]:
            raise Invalid("A person needs a name.", "Write it as it should stand in the records.")
        if given["login"] and not password:
            raise Invalid("A login needs a password.", "Write one of at least 10 characters.")
        add_person(
            here.house,
            _identifier(given["name"]),
            given["name"],
            given["role"],
            visitor.id,
            login=given["login"] or None,
            password=password if isinstance(password, str) and password else None,
            badge=_badge(given["badge"]),
            pin=text(form, "pin") or None,
        )
    except Refused as refused:
        return _page(request, here, given=given, refused=refused)
    return RedirectResponse("/people?done=added", status_code=303)


@router.post("/people/{person}/deactivate")
def leave(here: ThePortal, visitor: Administrator, _form: Posted, person: str) -> Response:
    """Let a person sign in nowhere any more."""
    if person == visitor.id:
        raise Conflict("You cannot deactivate yourself.", "Ask another administrator.")
    deactivate(here.house, person, visitor.id)
    return RedirectResponse("/people?done=deactivated", status_code=303)


def _badge(code: str) -> str | None:
    """A badge's code; the marker that its label begins with may be typed along."""
    return code.removeprefix("BDG:") or None


def _identifier(name: str) -> str:
    """A lasting identifier made from a name: `Jörg Müller` becomes `jorg-muller`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not made:
        made = "person-" + "-".join(f"{ord(letter):x}" for letter in name[:6])
    return made[:80]


def _page(
    request: Request, here: Portal, *, given: dict[str, str] | None = None, refused: Refused | None = None
) -> HTMLResponse:
    with reading(here.house.engine) as tx:
        everyone = everybody(tx, here.house.now())
        entries = trail(tx)
    return here.looks.page(
        request,
        "people.html",
        200 if refused is None else refused.status,
        people=everyone,
        trail=entries,
        given=given or {},
        refused=refused,
        roles=list(Role),
        done=DONE.get(request.query_params.get("done", "")),
    )
