"""People: who may sign in where, and the audit trail."""

import re
import unicodedata
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from server.errors import Conflict, Invalid, NotThere, Refused
from server.people.roster import Changes, add_person, change, deactivate, new_password, reactivate
from server.people.sessions import Role, Visitor
from server.portal.guard import Administrator, Portal, Posted, ThePortal, signed_in, text
from server.portal.proving import prove
from server.reports.people import everybody, trail
from server.store.engine import reading

router = APIRouter()
FIELDS = ("name", "role", "login", "badge")  # what is shown again after a refusal; never a password or PIN
DONE = {
    "added": "Added. Kiosks learn of it at once.",
    "changed": "Changed. Kiosks learn of it at once.",
    "deactivated": "They can no longer sign in anywhere.",
    "reactivated": "They can sign in again, as before.",
}


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


@router.post("/people/{person}/reactivate")
def back(here: ThePortal, visitor: Administrator, _form: Posted, person: str) -> Response:
    """Let somebody sign in again."""
    reactivate(here.house, person, visitor.id)
    return RedirectResponse("/people?done=reactivated", status_code=303)


@router.get("/people/{person}")
def edit(request: Request, here: ThePortal, _visitor: Administrator, person: str) -> HTMLResponse:
    """One person, to be changed."""
    return _one(request, here, person)


@router.post("/people/{person}")
def changed(request: Request, here: ThePortal, visitor: Administrator, form: Posted, person: str) -> Response:
    """Change a person; the password, badge and PIN only where new ones were written, or are to go."""
    given = {name: text(form, name, longest=120) for name in FIELDS}
    password = form.get("password")
    wanted = Changes(
        name=given["name"],
        role=given["role"],
        login=given["login"] or None,
        password=password if isinstance(password, str) and password else None,
        badge="" if text(form, "no-badge") else _badge(given["badge"]),
        pin="" if text(form, "no-pin") else text(form, "pin") or None,
    )
    try:
        change(here.house, person, wanted, visitor.id)
    except NotThere:
        raise
    except Refused as refused:
        return _one(request, here, person, given=given, refused=refused)
    return RedirectResponse("/people?done=changed", status_code=303)


def _one(
    request: Request,
    here: Portal,
    person: str,
    *,
    given: dict[str, str] | None = None,
    refused: Refused | None = None,
) -> HTMLResponse:
    with reading(here.house.engine) as tx:
        found = next((each for each in everybody(tx, here.house.now()) if each.id == person), None)
        entries = trail(tx, 20, person)
    if found is None:
        raise NotThere("There is no such person.", "Look at the page People.")
    status = 200 if refused is None else refused.status
    known = {"name": found.name, "role": found.role, "login": found.login or "", "badge": ""}
    return here.looks.page(
        request,
        "person.html",
        status,
        person=found,
        trail=entries,
        given=known | (given or {}),
        refused=refused,
        roles=list(Role),
    )


@router.get("/me")
def me(request: Request, here: ThePortal, visitor: Annotated[Visitor, Depends(signed_in)]) -> HTMLResponse:
    """Who is signed in, and their password."""
    done = "Changed. Other browsers have to sign in anew." if request.query_params.get("done") else ""
    return here.looks.page(request, "me.html", done=done, refused=None, me=visitor)


@router.post("/me")
def own_password(
    request: Request, here: ThePortal, visitor: Annotated[Visitor, Depends(signed_in)], form: Posted
) -> Response:
    """Another password for oneself, after the one that holds now."""
    wanted = form.get("password")
    try:
        prove(request, here, visitor.id, form.get("current"))
        if not isinstance(wanted, str) or wanted != form.get("again"):
            raise Invalid("The two new passwords differ.", "Write the same one twice.")
        new_password(here.house, visitor.id, wanted, visitor.id, but=visitor.session)
    except Refused as refused:
        return here.looks.page(request, "me.html", refused.status, done="", refused=refused, me=visitor)
    return RedirectResponse("/me?done=changed", status_code=303)


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
