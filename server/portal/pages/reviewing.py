"""Review in the portal: what waits, the draft beside what it was, comments, signatures, and its release."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from starlette.datastructures import FormData

from content.instruction import Instruction
from server.errors import Invalid
from server.library import commenting, drafts, policy, releasing, reviewing, settling, sharing
from server.people import keys
from server.people.sessions import Role
from server.portal.asking import zone_of
from server.portal.guard import Engineer, Posted, Supervisor, ThePortal, text
from server.portal.pages.planning import by_month
from server.portal.proving import prove
from server.portal.reviewed import shown_of
from server.reports import reviewing as due
from server.reports.people import everybody
from server.reports.stations import names
from server.store import tables
from server.store.engine import reading

router = APIRouter()


LONGEST_COMMENT = 4_000
MOST_STAGES = 5  # of a staged release


@router.get("/reviews")
def page(request: Request, here: ThePortal, visitor: Supervisor) -> HTMLResponse:
    """What waits for this person, what waits for others, and what is due to be looked at again."""
    with reading(here.house.engine) as tx:
        planned = due.planned(tx, here.house.now())
        flags = due.flags(tx)
        people = everybody(tx, here.house.now())
        absences = policy.absences(tx, here.house.now())
        feeds = [each for each in keys.keys(tx) if (each.person, each.scope) == (visitor.id, "calendar")]
    waiting = reviewing.waiting(here.house, visitor.id, visitor.role)
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
        turn = reviewing.turn_of(tx, found, visitor.id, visitor.role, here.house.now())
        shown = shown_of(tx, here.house.media, held)
        stations = names(tx)
        ready = shown is not None and held.kind != "block" and held.state == "approved"
        obstacles = releasing.hindrances(tx, shown.document) if shown and ready else ()
    return here.looks.page(
        request,
        "review.html",
        draft=held,
        review=found,
        turn=turn,
        shown=shown,
        look=shown.look if shown else None,
        stations=stations,
        meanings=reviewing.MEANINGS,
        may_write=visitor.role.may(Role.ENGINEER),
        may_override=visitor.role is Role.ADMINISTRATOR,
        obstacles=obstacles,
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
        return {}
    return {"picture": picture, "x": x, "y": y, "width": width, "height": height}


@router.post("/drafts/{draft}/comments/{number}/settle")
def settle(here: ThePortal, visitor: Supervisor, form: Posted, draft: str, number: int) -> Response:
    """Settle a comment."""
    commenting.settle(here.house, number, text(form, "answer", longest=LONGEST_COMMENT), visitor.id, draft)
    return _to(draft, "#comments")


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
        _terms(form),
        text(form, "override", longest=2_000),
        seen=text(form, "content"),
    )
    kind = "instructions" if isinstance(made.document, Instruction) else "sops"
    return RedirectResponse(f"/library/{kind}/{made.document.id}", status_code=303)


def _terms(form: FormData) -> releasing.Terms:
    first = tuple(str(each) for each in form.getlist("first") if str(each))
    point = text(form, "point") or "next-run"
    if point not in releasing.POINTS:
        raise Invalid("There is no such point.", "Choose one of the list.")
    return releasing.Terms(
        effective_at=_instant(text(form, "effective_at")),
        point=point,
        acknowledge=bool(text(form, "acknowledge")),
        first=(first,) if first else (),
        good_runs=_whole(text(form, "good_runs")),
        most_deviations=_number(text(form, "most_deviations")),
        last_units=_whole(text(form, "last_units")),
    )


def _instant(given: str) -> datetime | None:
    """An instant as the page's script sends it, in UTC."""
    if not given:
        return None
    try:
        read = datetime.fromisoformat(given)
    except ValueError:
        raise Invalid("This is no date and time.", "Choose them from the calendar.") from None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def _whole(given: str) -> int:
    if not given:
        return 0
    if not given.isdecimal() or len(given) > 6:
        raise Invalid(f"“{given}” is no whole number.", "Write digits only.")
    return int(given)


def _number(given: str) -> float:
    if not given:
        return 0.0
    try:
        return max(0.0, float(given.replace(",", ".")))
    except ValueError:
        raise Invalid(f"“{given}” is no number.", "Write it as 0.5.") from None


@router.post("/releases/{digest}/{what}")
def change(here: ThePortal, visitor: Engineer, form: Posted, digest: str, what: str) -> Response:
    """Withdraw a release, bring its content back, or let it go on to the next stations."""
    reason = text(form, "reason", longest=2_000)
    match what:
        case "withdraw":
            releasing.withdraw(here.house, digest, reason, visitor.id)
        case "restore":
            digest = releasing.restore(here.house, digest, visitor.id, reason).digest
        case "advance":
            settling.advance(here.house, digest, visitor.id)
        case "stop":
            settling.stop(here.house, digest, visitor.id, reason or "stopped by hand")
        case _:
            raise Invalid("There is no such thing to do with a release.", "Load the page again.")
    with reading(here.house.engine) as tx:
        r = tables.releases.c
        row = tx.execute(select(r.document, r.kind).where(r.digest == digest)).one()
    kind = "sops" if row.kind == "sop" else "instructions"
    return RedirectResponse(f"/library/{kind}/{row.document}", status_code=303)


def _to(draft: str, place: str = "") -> Response:
    return RedirectResponse(f"/drafts/{draft}/review{place}", status_code=303)
