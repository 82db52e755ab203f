"""Review in the portal: what waits, the draft beside what it was, comments, and signatures."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from content.instruction import Instruction
from server.errors import Invalid
from server.library import awaiting, commenting, drafts, policy, releasing, reviewing, trying
from server.people import keys
from server.people.sessions import Role
from server.portal.asking import zone_of
from server.portal.guard import Posted, Supervisor, ThePortal, text
from server.portal.pages.planning import by_month
from server.portal.proving import prove
from server.portal.reviewed import shown_of
from server.portal.terms import MOST_STAGES
from server.reports import reviewing as due
from server.reports.people import everybody
from server.reports.stations import names
from server.store.engine import reading

router = APIRouter()


LONGEST_COMMENT = 4_000


@router.get("/reviews")
def page(request: Request, here: ThePortal, visitor: Supervisor) -> HTMLResponse:
    """What waits for this person, what waits for others, and what is due to be looked at again."""
    with reading(here.house.engine) as tx:
        planned = due.planned(tx, here.house.now())
        flags = due.flags(tx)
        people = everybody(tx, here.house.now())
        absences = policy.absences(tx, here.house.now())
        feeds = [each for each in keys.keys(tx) if (each.person, each.scope) == (visitor.id, "calendar")]
    waiting = awaiting.waiting(here.house, visitor.id, visitor.role)
    months = by_month(planned, zone_of(request))
    return here.looks.page(
        request,
        "reviews.html",
        waiting=waiting,
        months=months,
        flags=flags,
        absences=absences,
        feeds=[each for each in feeds if not each.revoked_at and each.expires_at > here.house.now()],
        called={each.id: each.name for each in people},
        deputies=[each for each in people if each.active and each.login and each.role != Role.OPERATOR],
    )


@router.get("/drafts/{draft}/review")
def review(request: Request, here: ThePortal, visitor: Supervisor, draft: str) -> HTMLResponse:
    """A draft under review."""
    with reading(here.house.engine) as tx:
        held = drafts.read(tx, draft)
        found = reviewing.look(tx, held)
        turn = reviewing.turn(tx, found, visitor.id, visitor.role, here.house.now())
        against = request.query_params.get("against", "")
        shown = shown_of(tx, here.house.media, held, int(against) if against.isdecimal() else None)
        stations = names(tx)
        ready = shown is not None and held.kind != "block" and held.state in {"in-review", "approved"}
        obstacles = releasing.hindrances(tx, shown.document) if shown and ready else ()
    walked = shown.document if shown and ready and isinstance(shown.document, Instruction) else None
    return here.looks.page(
        request,
        "review.html",
        draft=held,
        review=found,
        turn=turn,
        shown=shown,
        look=shown.look if shown else None,
        stations=stations,
        most_stages=MOST_STAGES,
        meanings=reviewing.MEANINGS,
        may_write=visitor.role.may(Role.ENGINEER),
        may_override=visitor.role is Role.ADMINISTRATOR,
        obstacles=obstacles,
        untried=trying.untried(trying.tried(walked)) if walked else "",
    )


@router.post("/drafts/{draft}/sign")
def sign(request: Request, here: ThePortal, visitor: Supervisor, form: Posted, draft: str) -> Response:
    """Sign: the password once more, the verdict, and what it means."""
    prove(request, here, visitor.id, form.get("password"))
    meaning = text(form, "meaning", longest=300) or reviewing.MEANINGS[0]
    comment = text(form, "comment", longest=LONGEST_COMMENT)
    verdict, seen = text(form, "verdict"), text(form, "content")
    reviewing.sign(here.house, draft, visitor.id, visitor.role, verdict, meaning, comment, seen=seen)
    return _to(draft)


@router.post("/drafts/{draft}/comments")
def comment(here: ThePortal, visitor: Supervisor, form: Posted, draft: str) -> Response:
    """Say something about the draft, a step, a region or words."""
    anchor: dict[str, object] = {}
    if quote := text(form, "quote", longest=300):
        anchor = {"quote": quote}
    elif region := text(form, "region", longest=400):
        anchor = _region(region)
    step = text(form, "step", longest=80) or None
    commenting.comment(
        here.house, draft, text(form, "text", longest=LONGEST_COMMENT), visitor.id, step, anchor
    )
    return _to(draft, f"#{step}" if step else "#comments")


def _region(given: str) -> dict[str, object]:
    """`x y width height picture`, in shares of the picture."""
    *sides, picture = given.split(" ", 4)
    try:
        x, y, width, height = (float(side) for side in sides)
    except ValueError:
        raise Invalid(
            "The region that you have dragged cannot be read.", "Load the page again, and drag it anew."
        ) from None
    return {"picture": picture, "x": x, "y": y, "width": width, "height": height}


@router.post("/drafts/{draft}/comments/{number}/settle")
def settle(here: ThePortal, visitor: Supervisor, form: Posted, draft: str, number: int) -> Response:
    """Settle a comment."""
    commenting.settle(here.house, number, text(form, "answer", longest=LONGEST_COMMENT), visitor.id, draft)
    return _to(draft, "#comments")


def _to(draft: str, place: str = "") -> Response:
    return RedirectResponse(f"/drafts/{draft}/review{place}", status_code=303)
