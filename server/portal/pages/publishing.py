"""How publishing is set up: who signs, who is away, what documents refer to, where they belong, tokens of pipelines."""

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from server.errors import Invalid, NotThere
from server.library import doubting, placing, policy, ruling
from server.library.places import what_is_made
from server.people import keys
from server.people.sessions import Role
from server.portal.guard import Administrator, Engineer, Portal, Posted, Supervisor, ThePortal, text
from server.portal.proving import prove
from server.reports import reviewing as due
from server.reports.library import titles_of_all as titles
from server.reports.people import trail
from server.reports.placements import placements, places
from server.reports.stations import names
from server.store.engine import reading

router = APIRouter()


@router.get("/publishing")
def page(request: Request, here: ThePortal, _visitor: Engineer) -> HTMLResponse:
    """Everything that is set up once."""
    return _page(request, here)


def _page(request: Request, here: Portal, token: str = "") -> HTMLResponse:
    now = here.house.now()
    with reading(here.house.engine) as tx:
        values = {
            "policies": policy.policies(tx),
            "keys": keys.keys(tx),
            "things": doubting.things(tx),
            "placements": placements(tx),
            "stations": names(tx),
            "places": places(tx),
            "documents": titles(tx),
            "made": what_is_made(tx),
            "rules": due.rules(tx),
        }
    return here.looks.page(
        request, "publishing.html", token=token, now=now, thing_kinds=doubting.KINDS, **values
    )


@router.post("/publishing/policies/{kind}/{risk_class}")
def decide(here: ThePortal, visitor: Administrator, form: Posted, kind: str, risk_class: str) -> Response:
    """Say who signs documents of a kind and risk class: one stage a line."""
    stages = [_stage(line) for line in text(form, "stages", longest=4_000).splitlines() if line.strip()]
    ruling.decide(here.house, kind, risk_class, stages, visitor.id)
    return RedirectResponse("/publishing#policies", status_code=303)


def _stage(line: str) -> dict[str, object]:
    """`Quality: supervisor`, `Safety: eva, jan (2)`, `+ Quality: supervisor` for one beside the stage before."""
    parallel = line.strip().startswith("+")
    name, _, who = line.strip().removeprefix("+").partition(":")
    who, _, count = who.partition("(")
    given: dict[str, object] = {"name": name.strip(), "parallel": parallel}
    if count:
        given["count"] = count.strip(" )")
    people = [each.strip() for each in who.split(",") if each.strip()]
    if len(people) == 1 and people[0].casefold() in set(Role):
        return given | {"role": people[0].casefold()}
    if not people:
        raise Invalid(f"“{line.strip()}” does not say who signs.", "Write it as “Quality: supervisor”.")
    return given | {"people": people}


@router.post("/reviews/absences")
def leave(here: ThePortal, visitor: Supervisor, form: Posted) -> Response:
    """Somebody is away, and somebody else signs for them; others' absences are an administrator's to note."""
    person = text(form, "person") if visitor.role is Role.ADMINISTRATOR else visitor.id
    since, until = _day(text(form, "since")), _day(text(form, "until")) + timedelta(days=1)
    policy.add_absence(here.house, person or visitor.id, text(form, "deputy"), since, until, visitor.id)
    return RedirectResponse("/reviews#absences", status_code=303)


@router.post("/reviews/absences/{absence}/end")
def back(here: ThePortal, visitor: Supervisor, _form: Posted, absence: int) -> Response:
    """They are back."""
    policy.end_absence(here.house, absence, visitor.id, visitor.role)
    return RedirectResponse("/reviews#absences", status_code=303)


def _day(given: str) -> datetime:
    try:
        return datetime.fromisoformat(given).replace(tzinfo=UTC)
    except ValueError:
        raise Invalid("This is no date.", "Choose it from the calendar.") from None


@router.post("/publishing/keys")
def make_key(request: Request, here: ThePortal, visitor: Engineer, form: Posted) -> HTMLResponse:
    """A token, shown only now."""
    days = text(form, "days") or "90"
    if not days.isdecimal():
        raise Invalid("This is no number of days.", "Write digits only.")
    return _page(
        request,
        here,
        keys.make_key(here.house, text(form, "name"), visitor.id, text(form, "scope") or "submit", int(days)),
    )


@router.post("/publishing/keys/{key}/revoke")
def revoke_key(here: ThePortal, visitor: Supervisor, _form: Posted, key: int) -> Response:
    """End a token of one's own; an administrator anybody's."""
    keys.revoke_key(here.house, key, visitor.id, visitor.role)
    back = "/publishing#keys" if visitor.role.may(Role.ENGINEER) else "/reviews#calendar"
    return RedirectResponse(back, status_code=303)


@router.post("/publishing/things")
def register(here: ThePortal, visitor: Engineer, form: Posted) -> Response:
    """Register something that documents refer to."""
    doubting.register(
        here.house,
        text(form, "id", longest=120),
        text(form, "kind"),
        text(form, "name"),
        text(form, "version"),
        visitor.id,
    )
    return RedirectResponse("/publishing#things", status_code=303)


@router.get("/publishing/things/{thing:path}")
def thing(request: Request, here: ThePortal, _visitor: Engineer, thing: str) -> HTMLResponse:
    """A thing, and every document and step that refers to it."""
    with reading(here.house.engine) as tx:
        found = next((each for each in doubting.things(tx) if each.id == thing), None)
        if found is None:
            raise NotThere(f"{thing} is not registered.", "Register it first.")
        uses = doubting.uses(tx, thing)
    return here.looks.page(request, "thing.html", thing=found, uses=uses)


@router.post("/publishing/things/{thing:path}")
def change(here: ThePortal, visitor: Engineer, form: Posted, thing: str) -> Response:
    """A new version of a thing, or its end: documents that refer to it are flagged."""
    retire, hold = bool(text(form, "retire")), bool(text(form, "hold"))
    doubting.change(here.house, thing, text(form, "version"), visitor.id, retire=retire, hold=hold)
    return RedirectResponse("/reviews", status_code=303)


@router.post("/publishing/placements")
def place(here: ThePortal, visitor: Engineer, form: Posted) -> Response:
    """Have every station of a place get a document."""
    scope, _, where = text(form, "where", longest=300).partition(" ")
    placing.place(here.house, text(form, "document"), scope, where, visitor.id)
    return RedirectResponse("/publishing#placements", status_code=303)


@router.post("/publishing/placements/{placement}/end")
def unplace(here: ThePortal, visitor: Engineer, _form: Posted, placement: int) -> Response:
    """Take a document from a place."""
    placing.unplace(here.house, placement, visitor.id)
    return RedirectResponse("/publishing#placements", status_code=303)


@router.post("/publishing/makes/{station}")
def make(here: ThePortal, visitor: Engineer, form: Posted, station: str) -> Response:
    """Say what a station makes: products and options, parted by commas."""
    products, options = (text(form, name, longest=20_000).split(",") for name in ("products", "options"))
    placing.make(here.house, station, products, options, visitor.id)
    return RedirectResponse("/publishing#makes", status_code=303)


@router.post("/reviews/flags/{flag}")
def clear(request: Request, here: ThePortal, visitor: Engineer, form: Posted, flag: int) -> Response:
    """A document in doubt was reviewed; who says so signs it, for it may be used again from now on."""
    prove(request, here, visitor.id, form.get("password"))
    doubting.clear(here.house, flag, text(form, "outcome", longest=2_000), visitor.id)
    return RedirectResponse("/reviews", status_code=303)


@router.get("/audit")
def audit(request: Request, here: ThePortal, _visitor: Supervisor) -> HTMLResponse:
    """The audit trail of one document, or of everything."""
    subject = request.query_params.get("subject", "")[:120]
    with reading(here.house.engine) as tx:
        entries = trail(tx, 500, subject)
    return here.looks.page(request, "audit.html", entries=entries, subject=subject)
