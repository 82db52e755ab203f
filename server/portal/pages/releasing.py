"""Releases in the portal: a draft goes to the floor, is let go on, comes off it, or an earlier one comes back."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select

from server.errors import Invalid, NotThere
from server.library import drafts, releasing, restoring, settling, sharing
from server.people.sessions import Role
from server.portal.beside import compared
from server.portal.guard import Engineer, Portal, Posted, ThePortal, text
from server.portal.terms import MOST_STAGES, read_terms
from server.reports import library as shelf
from server.reports.stations import names
from server.store import tables
from server.store.engine import reading

router = APIRouter()
LONGEST_REASON = 2_000  # characters


@router.post("/drafts/{draft}/release")
def release(here: ThePortal, visitor: Engineer, form: Posted, draft: str) -> Response:
    """Release an approved draft by the terms of the form; a shared block has none."""
    with reading(here.house.engine) as tx:
        is_block = drafts.read(tx, draft).kind == "block"
    if is_block:
        block = sharing.release(here.house, draft, visitor.id, seen=text(form, "content"))
        return RedirectResponse(f"/library/blocks/{block.id}", status_code=303)
    made = releasing.release(
        here.house,
        draft,
        visitor.id,
        visitor.role,
        read_terms(form),
        text(form, "override", longest=LONGEST_REASON),
        seen=text(form, "content"),
    )
    return _to(here, made.digest)


@router.get("/releases/{digest}/restore")
def look_back(request: Request, here: ThePortal, visitor: Engineer, digest: str) -> HTMLResponse:
    """What would change on the floor if an earlier content came back, what stands against it, and on which terms."""
    against = restoring.against(here.house, digest)
    with reading(here.house.engine) as tx:
        earlier = shelf.release(tx, digest)
        newest = shelf.newest_release(tx, earlier.document.id) if earlier else None
        if earlier is None or newest is None:
            raise NotThere("There is no such release.", "Look in the library.")
        stations = names(tx)
        look = None if newest.digest == digest else compared(tx, here.house.media, newest, earlier)
    return here.looks.page(
        request,
        "restore.html",
        earlier=earlier,
        newest=newest,
        against=against,
        look=look,
        stations=stations,
        most_stages=MOST_STAGES,
        address=_address(here, digest),
        may_override=visitor.role is Role.ADMINISTRATOR,
    )


@router.post("/releases/{digest}/{what}")
def change(here: ThePortal, visitor: Engineer, form: Posted, digest: str, what: str) -> Response:
    """Withdraw a release, bring its content back, or let it go on to the next stations."""
    reason = text(form, "reason", longest=LONGEST_REASON)
    match what:
        case "withdraw":
            releasing.withdraw(here.house, digest, reason, visitor.id)
        case "restore":
            override = text(form, "override", longest=LONGEST_REASON)
            who = (visitor.id, visitor.role)
            digest = restoring.restore(here.house, digest, *who, reason, read_terms(form), override).digest
        case "advance":
            settling.advance(here.house, digest, visitor.id, reason)
        case "stop":
            settling.stop(here.house, digest, visitor.id, reason or "stopped by hand")
        case _:
            raise Invalid("There is no such thing to do with a release.", "Load the page again.")
    return _to(here, digest)


def _to(here: Portal, digest: str) -> Response:
    return RedirectResponse(_address(here, digest), status_code=303)


def _address(here: Portal, digest: str) -> str:
    """The page of a release's document."""
    r = tables.releases.c
    with reading(here.house.engine) as tx:
        row = tx.execute(select(r.document, r.kind).where(r.digest == digest)).one()
    return f"/library/{'sops' if row.kind == 'sop' else 'instructions'}/{row.document}"
