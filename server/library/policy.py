"""Who has to approve what: stages by kind of document and risk class, and who signs for whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy import Connection, Row, delete, insert, select

from server.audit import note
from server.errors import Invalid, NotAllowed, NotThere
from server.house import House
from server.people.sessions import Role
from server.store import tables
from server.store.engine import writing

KINDS = ("work-instruction", "sop", "block")
RISKS = ("low", "medium", "high")
MOST_STAGES = 8


class Stage(BaseModel):
    """Approvals that are needed together: so many, of a role or of named people; `parallel`: beside the one before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=80)
    role: Role = Role.ENGINEER
    people: tuple[str, ...] = Field(default=(), max_length=20)  # if any, only these, whatever their role
    count: int = Field(default=1, ge=1, le=10)
    parallel: bool = False

    def admits(self, person: str, role: Role) -> bool:
        """Whether it is for this person: one of those it names, else somebody of its role, or an administrator.

        A higher role does not stand in for another one: an engineer is not the second pair of eyes that a
        supervisor's stage asks for.
        """
        if self.people:
            return person in self.people
        return role in {self.role, Role.ADMINISTRATOR}

    def __str__(self) -> str:
        """As a person writes it: `Quality: supervisor`, `+ Safety: eva, jan (2)`."""
        who = ", ".join(self.people) if self.people else self.role.value
        count = f" ({self.count})" if self.count > 1 else ""
        return f"{'+ ' if self.parallel else ''}{self.name}: {who}{count}"


_STAGES = TypeAdapter(tuple[Stage, ...])
REVIEW = Stage(name="Review", role=Role.ENGINEER)
QUALITY = Stage(name="Quality", role=Role.SUPERVISOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The stages of one kind of document and risk class; `given` says whether somebody decided them."""

    kind: str
    risk_class: str
    stages: tuple[Stage, ...]
    given: bool


def usual(risk_class: str) -> tuple[Stage, ...]:
    """What holds until somebody decides: a second engineer; for high risk, quality too."""
    return (REVIEW, QUALITY) if risk_class == "high" else (REVIEW,)


def policy_for(tx: Connection, kind: str, risk_class: str) -> Policy:
    """The policy that holds now."""
    p = tables.policies.c
    row = tx.execute(select(p.stages).where(p.kind == kind, p.risk_class == risk_class)).first()
    stages = usual(risk_class) if row is None else _STAGES.validate_json(row.stages)
    return Policy(kind=kind, risk_class=risk_class, stages=stages, given=row is not None)


def policies(tx: Connection) -> list[Policy]:
    """All of them."""
    return [policy_for(tx, kind, risk) for kind in KINDS for risk in RISKS]


def put(  # noqa: PLR0917 - who has to approve what, and who says so
    tx: Connection, house: House, kind: str, risk_class: str, stages: Sequence[dict[str, object]], by: str
) -> None:
    """Set the stages; none at all means that nobody has to approve. Raises Invalid."""
    if kind not in KINDS or risk_class not in RISKS:
        raise Invalid("there is no such kind or risk class", f"kinds: {', '.join(KINDS)}; {', '.join(RISKS)}")
    try:
        read = _STAGES.validate_python(stages)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(key) for key in first["loc"])
        raise Invalid(f"stage {where}: {first['msg']}", "give each stage a name and who signs") from None
    if len(read) > MOST_STAGES:
        raise Invalid(f"there are {len(read)} stages", f"at most {MOST_STAGES}")
    p, now = tables.policies.c, house.now()
    _refuse_stuck(tx, read)
    tx.execute(delete(tables.policies).where(p.kind == kind, p.risk_class == risk_class))
    text = _STAGES.dump_json(read).decode()
    row = {"kind": kind, "risk_class": risk_class, "stages": text, "changed_at": now, "changed_by": by}
    tx.execute(insert(tables.policies).values(row))
    note(tx, now, by, "policy", f"{kind} {risk_class}", text)


def _refuse_stuck(tx: Connection, stages: Sequence[Stage]) -> None:
    """Refuse stages that nobody could tell apart, or that could never be complete."""
    names = [stage.name.strip().casefold() for stage in stages]
    if twice := next(
        (stage.name for stage in stages if names.count(stage.name.strip().casefold()) > 1), None
    ):
        raise Invalid(f"two stages are called {twice!r}", "give each a name of its own")
    for stage in stages:
        if not stage.people and stage.role is Role.OPERATOR:
            raise Invalid(f"{stage.name}: operators sign no reviews", "a supervisor, an engineer, or by name")
        if stage.people and stage.count > len(set(stage.people)):
            words = f"{stage.name}: {len(set(stage.people))} people cannot give {stage.count} signatures"
            raise Invalid(words, "name more people, or ask for fewer")
    _refuse_who_cannot_sign(tx, {person for stage in stages for person in stage.people})


def _refuse_who_cannot_sign(tx: Connection, people: set[str]) -> None:
    p = tables.people
    known = {row.id: row for row in tx.execute(select(p).where(p.c.id.in_(people)))}
    if missing := people - known.keys():
        raise Invalid(f"nobody is called {min(missing)}", "name people by their identifiers")
    for person in sorted(people):
        if not may_sign(known[person]):
            raise Invalid(
                f"{person} cannot sign", "it takes a login for the portal, and more than an operator's role"
            )


def may_sign(person: Row[Any]) -> bool:
    """Whether somebody, as the table of people has them, can open a review and prove who they are."""
    return bool(person.active and person.login and person.password_hash) and Role(person.role).may(
        Role.SUPERVISOR
    )


# --- absence --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Somebody is away; the deputy signs on their behalf."""

    id: int
    person: str
    deputy: str
    since: datetime
    until: datetime


def absences(tx: Connection, after: datetime) -> list[Absence]:
    """Those that are not over."""
    a = tables.absences
    rows = tx.execute(select(a).where(a.c.until > after).order_by(a.c.since, a.c.id))
    return [
        Absence(id=row.id, person=row.person, deputy=row.deputy, since=row.since, until=row.until)
        for row in rows
    ]


def add_absence(house: House, person: str, deputy: str, since: datetime, until: datetime, by: str) -> None:  # noqa: PLR0917
    """Note that somebody is away; raises Invalid."""
    if since >= until:
        raise Invalid("the absence ends before it begins", "give the later date second")
    if person == deputy:
        raise Invalid("nobody is their own deputy", "name somebody else")
    with writing(house.engine) as tx:
        _refuse_who_cannot_sign(tx, {deputy})
        if tx.execute(select(tables.people.c.id).where(tables.people.c.id == person)).first() is None:
            raise Invalid(f"nobody is called {person}", "name people by their identifiers")
        row = {"person": person, "deputy": deputy, "since": since, "until": until, "by": by}
        tx.execute(insert(tables.absences).values(row))
        note(tx, house.now(), by, "absence", person, f"{deputy} signs, {since:%Y-%m-%d} to {until:%Y-%m-%d}")


def end_absence(house: House, absence: int, by: str, role: Role) -> None:
    """Take an absence back: one's own, or as an administrator anybody's. Raises NotThere and NotAllowed."""
    a = tables.absences
    with writing(house.engine) as tx:
        row = tx.execute(select(a).where(a.c.id == absence)).first()
        if row is None:
            raise NotThere("There is no such absence.", "Load the page again.")
        if by not in {row.person, row.by} and role is not Role.ADMINISTRATOR:
            raise NotAllowed(f"This is the absence of {row.person}.", "They end it, or an administrator.")
        tx.execute(delete(a).where(a.c.id == absence))
        note(tx, house.now(), by, "absence ended", row.person, row.deputy)


def away(tx: Connection, deputy: str, at: datetime) -> dict[str, Role]:
    """The people whom somebody may sign for at that instant, with their roles; who has left gives no leave."""
    a, p = tables.absences.c, tables.people.c
    query = select(p.id, p.role).join(tables.absences, a.person == p.id).distinct()
    rows = tx.execute(query.where(a.deputy == deputy, a.since <= at, a.until > at, p.active))
    return {row.id: Role(row.role) for row in rows}


# --- risk -----------------------------------------------------------------------


def strictest(risks: Iterable[str]) -> str:
    """The highest of these risk classes; low where there is none."""
    return max((risk for risk in risks if risk in RISKS), key=RISKS.index, default="low")
