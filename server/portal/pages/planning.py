"""Periodic review: a document that is looked at again, the rules, and the dates for calendar programs."""

from datetime import datetime, tzinfo
from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from server.errors import Invalid, NotAllowed, NotThere
from server.library import planning
from server.people import keys
from server.people.sessions import Role
from server.portal.asking import zone_of
from server.portal.guard import (
    Administrator,
    Engineer,
    Posted,
    SignInFirst,
    Supervisor,
    ThePortal,
    text,
    visitor_of,
)
from server.portal.proving import prove
from server.reports import calendar
from server.reports import reviewing as due
from server.reports.choice import Choice
from server.reports.deviations import deviation_list
from server.reports.reviewing import Planned, Rule
from server.reports.runs import run_list
from server.store.engine import reading

router = APIRouter()
DAYS_OF_FEED = 366  # that a calendar program may read with one address


def by_month(plans: list[Planned], zone: tzinfo) -> list[tuple[str, list[Planned]]]:
    """The calendar: what is overdue first, then month by month as the reader counts them."""
    late = [plan for plan in plans if plan.state == "overdue"]
    rest = groupby(
        (plan for plan in plans if plan.state != "overdue"), key=lambda plan: _month(plan.due, zone)
    )
    return ([("Overdue", late)] if late else []) + [(name, list(found)) for name, found in rest]


def _month(instant: datetime, zone: tzinfo) -> str:
    return f"{instant.astimezone(zone):%B %Y}"


@router.get("/reviews/documents/{document}")
def page(request: Request, here: ThePortal, visitor: Supervisor, document: str) -> HTMLResponse:
    """What is known about a document since somebody looked at it last, and where the outcome is signed."""
    with reading(here.house.engine) as tx:
        plans = due.planned(tx, here.house.now())
        plan = next((each for each in plans if each.document == document), None)
        if plan is None:
            raise NotThere(f"There is no release of {document}.", "Look in the library.")
        since = Choice(document=document, since=plan.looked_at)
        values = {
            "flags": due.flags(tx, document),
            "outcomes": due.outcomes(tx, document),
            "deviations": deviation_list(tx, since, 1).total,
            "runs": run_list(tx, since, 1).total,
            "since": plan.looked_at.astimezone(zone_of(request)).date(),
        }
    return here.looks.page(
        request,
        "periodic.html",
        plan=plan,
        may_sign=visitor.role.may(Role.ENGINEER),
        meaning=planning.MEANING,
        **values,
    )


@router.post("/reviews/documents/{document}")
def sign(request: Request, here: ThePortal, visitor: Engineer, form: Posted, document: str) -> Response:
    """Sign what came of the review."""
    prove(request, here, visitor.id, form.get("password"))
    outcome = text(form, "outcome", longest=2_000)
    planning.sign(here.house, document, visitor.id, text(form, "verdict"), outcome, text(form, "release"))
    return RedirectResponse(f"/reviews/documents/{document}", status_code=303)


@router.post("/publishing/review-rules/{kind}")
def decide(here: ThePortal, visitor: Administrator, form: Posted, kind: str) -> Response:
    """Say how documents of a kind are reviewed."""
    days, deviations, within = (_number(text(form, name)) for name in ("days", "deviations", "within"))
    planning.decide(here.house, Rule(kind=kind, days=days, deviations=deviations, within=within), visitor.id)
    return RedirectResponse("/publishing#review-rules", status_code=303)


def _number(given: str) -> int:
    if not (given.isascii() and given.isdecimal() and len(given) <= 6):
        raise Invalid(f"“{given}” is no number.", "Write digits only.")
    return int(given)


# --- calendar programs ----------------------------------------------------------


@router.post("/reviews/calendar")
def subscribe(request: Request, here: ThePortal, visitor: Supervisor, _form: Posted) -> HTMLResponse:
    """An address for a calendar program, shown only now."""
    token = keys.make_key(here.house, "calendar of reviews", visitor.id, "calendar", DAYS_OF_FEED)
    address = f"{_own_address(request)}/reviews/calendar.ics?key={token}"
    return here.looks.page(request, "subscribed.html", address=address, days=DAYS_OF_FEED)


@router.get("/reviews/calendar.ics")
def ics(request: Request, here: ThePortal, key: str = "") -> Response:
    """The dates; for who is signed in, or with the token of a calendar program."""
    visitor = keys.find_key(here.house, key, "calendar") if key else visitor_of(request, here)
    if visitor is None:
        if key:
            raise NotAllowed(
                "This calendar has ended, or never was.", "Make a new address on the page Reviews."
            )
        raise SignInFirst("/reviews")
    if not visitor.role.may(Role.SUPERVISOR):
        raise NotAllowed("This calendar is for the role supervisor.", "Ask an administrator if you need it.")
    now = here.house.now()
    with reading(here.house.engine) as tx:
        plans = due.planned(tx, now)
    return Response(
        calendar.feed(plans, _own_address(request), now),
        media_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="reviews.ics"'},
    )


def _own_address(request: Request) -> str:
    return str(request.base_url).rstrip("/")
