"""Periodic review: rules, what asks for a review by itself, reminders told once, and the signed outcome."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from content.deviation import DeviationKind
from server.audit import note
from server.errors import Conflict, Invalid, NotThere
from server.house import House
from server.library import awaiting, doubting, settling
from server.people.sessions import Role
from server.reports import reviewing as due
from server.reports.reviewing import Planned, Rule
from server.rhythm import Rhythm
from server.store import tables
from server.store.engine import deciding, reading, writing

PERIOD = timedelta(minutes=1)
RIGHT, CHANGE = "right", "change"
MEANING = "I have reviewed this document"
MOST_DAYS, MOST_DEVIATIONS, MOST_WITHIN = 3_650, 10_000, 365
ITSELF = "stepline"


def decide(house: House, rule: Rule, by: str) -> None:
    """Say how documents of a kind are reviewed; raises Invalid."""
    if rule.kind not in {each.kind for each in due.RULES}:
        raise Invalid(f"there is no kind {rule.kind!r}", "sop or work-instruction")
    for name, value, least, most in (
        ("the interval", rule.days, 1, MOST_DAYS),
        ("the number of deviations", rule.deviations, 0, MOST_DEVIATIONS),
        ("the days of the deviations", rule.within, 1, MOST_WITHIN),
    ):
        if not least <= value <= most:
            raise Invalid(f"{name} is {value}", f"it can be {least} to {most:,}")
    r, now = tables.review_rules, house.now()
    values = {"days": rule.days, "deviations": rule.deviations, "within": rule.within}
    values |= {"kind": rule.kind, "changed_at": now, "changed_by": by}
    with writing(house.engine) as tx:
        tx.execute(delete(r).where(r.c.kind == rule.kind))
        tx.execute(insert(r).values(**values))
        told = f"every {rule.days} days"
        if rule.deviations:
            told += f", or after {rule.deviations} deviations within {rule.within} days"
        note(tx, now, by, "review rule", rule.kind, told)
        _keep_dates(tx, due.planned(tx, now), now)
    house.live.say("library")


# --- the signed outcome ---------------------------------------------------------


def sign(  # noqa: PLR0917 - who says what about which document
    house: House, document: str, person: str, verdict: str, outcome: str, seen: str | None = None
) -> None:
    """Put a signature under a review of the release `seen`; the person has just proved who they are.

    “Still right” clears what cast doubt on the document, and moves its date. “Has to change” keeps it in doubt.

    Raises:
        NotThere: it has no release.
        Conflict: a newer one was released since they looked.
        Invalid: no such verdict, no word about what has to change, or about why one that is held may go on.
    """
    if verdict not in {RIGHT, CHANGE}:
        raise Invalid("a document is still right, or has to change", "choose one of both")
    if verdict == CHANGE and not outcome.strip():
        raise Invalid("say what has to change", "who changes it reads it")
    words = outcome.strip()[:2_000]
    with deciding(house.engine) as tx:
        now = house.now()
        plan = next((each for each in due.planned(tx, now) if each.document == document), None)
        if plan is None:
            raise NotThere(f"there is no release of {document}", "look in the library")
        if seen not in {None, plan.release}:
            raise Conflict(f"Revision {plan.revision} was released since.", "Look at it, then sign.")
        row = {"document": document, "release": plan.release, "person": person, "verdict": verdict}
        row |= {"meaning": MEANING, "outcome": words, "at": now}
        tx.execute(insert(tables.confirmations).values(row))
        told = "still right" if verdict == RIGHT else "has to change"
        note(tx, now, person, "reviewed", document, f"revision {plan.revision} {told}: {words}".rstrip(": "))
        if verdict == RIGHT:
            _clear(tx, house, document, person, words)
        else:
            doubting.flag(tx, house, document, f"Has to change: {words}", person, cause="review")
        _keep_dates(tx, due.planned(tx, now), now)
        grown = settling.settle_in(tx, house, document)
    settling.tell(house, grown)
    house.live.say("library")


def _clear(tx: Connection, house: House, document: str, person: str, words: str) -> None:
    f = tables.flags.c
    open_ones = (f.document == document, f.cleared_at.is_(None))
    for held in tx.execute(select(tables.flags).where(*open_ones, f.hold)).all():
        doubting.lift(tx, house, held, words, person)
    values = {"cleared_at": house.now(), "cleared_by": person, "outcome": words or "still right"}
    tx.execute(update(tables.flags).where(*open_ones).values(**values))


# --- what happens by itself -----------------------------------------------------


class Planner:
    """One of the server's regular tasks: reminds of dates, and counts deviations."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._rhythm = Rhythm(house.now, PERIOD)

    def look(self) -> None:
        """Look at everything, once a minute."""
        if self._rhythm.is_due():
            remind(self._house)
            count(self._house)


def remind(house: House) -> None:
    """Note each date that comes near or has passed, once."""
    now = house.now()
    with reading(house.engine) as tx:
        plans = due.planned(tx, now)
        kept = _kept(tx)
    if {each.document: (each.due, _worth(each)) for each in plans} == kept:
        return
    with writing(house.engine) as tx:
        _keep_dates(tx, due.planned(tx, now), now)
    house.live.say("library")


def _worth(plan: Planned) -> str:
    """What is told about a date; nothing while it is far."""
    return "" if plan.state == "later" else plan.state


def _kept(tx: Connection) -> dict[str, tuple[datetime, str]]:
    return {row.document: (row.due, row.told) for row in tx.execute(select(tables.review_dates))}


def _keep_dates(tx: Connection, plans: Sequence[Planned], now: datetime) -> None:
    """Write the dates down; a state that was not told about its date yet is noted."""
    kept, d = _kept(tx), tables.review_dates
    for plan in plans:
        before, told = kept.pop(plan.document, (None, ""))
        worth = _worth(plan)
        if (before, told) == (plan.due, worth):
            continue
        if worth and worth != (told if before == plan.due else ""):
            when = "was due" if plan.due <= now else "is due"
            words = f"revision {plan.revision} {when} on {plan.due:%Y-%m-%d}: {plan.interval.days} days, {plan.why}"
            note(tx, now, ITSELF, f"review {worth}", plan.document, words)
        tx.execute(delete(d).where(d.c.document == plan.document))
        tx.execute(insert(d).values(document=plan.document, due=plan.due, told=worth))
    tx.execute(delete(d).where(d.c.document.in_(kept)))


def count(house: House) -> None:
    """Cast doubt on the documents whose runs deviate too often, counted since they were looked at last."""
    now = house.now()
    with reading(house.engine) as tx:
        plans = [each for each in due.planned(tx, now) if _too_many(tx, each, now)]
    for plan in plans:
        with writing(house.engine) as tx:
            if words := _too_many(tx, plan, now):
                doubting.flag(tx, house, plan.document, words, ITSELF, cause="deviations")
    if plans:
        house.live.say("library")


def _too_many(tx: Connection, plan: Planned, now: datetime) -> str:
    """What to say about a document's deviations; empty while they are few, or somebody was asked already."""
    rule, d, f = due.rules(tx)[plan.kind], tables.deviations.c, tables.flags.c
    if not rule.deviations:
        return ""
    asked = select(f.cleared_at, f.at).where(f.document == plan.document, f.cause == "deviations")
    earlier = tx.execute(asked.order_by(f.id.desc()).limit(1)).first()
    if earlier is not None and earlier.cleared_at is None:
        return ""
    since = max(now - timedelta(days=rule.within), plan.looked_at, earlier.at if earlier else plan.looked_at)
    # a step that took long is no departure from what the document says
    counted = (d.document == plan.document, d.at > since, d.kind != DeviationKind.OVERRUN)
    number = int(tx.execute(select(func.count()).select_from(tables.deviations).where(*counted)).scalar_one())
    if number < rule.deviations:
        return ""
    often = select(d.step, func.count().label("times")).where(*counted, d.step != "").group_by(d.step)
    most = tx.execute(often.order_by(func.count().desc(), d.step).limit(1)).first()
    where = f", {most.times} of them in step {most.step}" if most else ""
    return f"{number} deviations within {rule.within} days{where}"


# --- whom it concerns -----------------------------------------------------------


def asks(house: House, person: str, role: Role) -> int:
    """How many things wait for this person: drafts to sign and, for who may, documents to look at."""
    mine = sum(each.mine for each in awaiting.waiting(house, person, role))
    if not role.may(Role.ENGINEER):
        return mine
    with reading(house.engine) as tx:
        return mine + due.in_doubt(tx, house.now())
