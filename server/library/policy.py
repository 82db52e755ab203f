"""Who has to approve what: stages by kind of document and risk class, and who signs for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy import Connection, delete, insert, select

from server.audit import note
from server.errors import Invalid, NotThere
from server.house import House
from server.people.sessions import Role
from server.store import tables
from server.store.engine import writing

KINDS = ("work-instruction", "sop")
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


def decide(house: House, kind: str, risk_class: str, stages: Sequence[dict[str, object]], by: str) -> None:
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
    with writing(house.engine) as tx:
        _refuse_unknown(tx, {person for stage in read for person in stage.people})
        tx.execute(delete(tables.policies).where(p.kind == kind, p.risk_class == risk_class))
        text = _STAGES.dump_json(read).decode()
        row = {"kind": kind, "risk_class": risk_class, "stages": text, "changed_at": now, "changed_by": by}
        tx.execute(insert(tables.policies).values(row))
        note(tx, now, by, "policy", f"{kind} {risk_class}", text)


def _refuse_unknown(tx: Connection, people: set[str]) -> None:
    known = set(tx.execute(select(tables.people.c.id).where(tables.people.c.id.in_(people))).scalars())
    if missing := people - known:
        raise Invalid(f"nobody is called {min(missing)}", "name people by their identifiers")


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
        _refuse_unknown(tx, {person, deputy})
        row = {"person": person, "deputy": deputy, "since": since, "until": until, "by": by}
        tx.execute(insert(tables.absences).values(row))
        note(tx, house.now(), by, "absence", person, f"{deputy} signs, {since:%Y-%m-%d} to {until:%Y-%m-%d}")


def end_absence(house: House, absence: int, by: str) -> None:
    """Take an absence back; raises NotThere."""
    a = tables.absences
    with writing(house.engine) as tx:
        row = tx.execute(select(a).where(a.c.id == absence)).first()
        if row is None:
            raise NotThere("There is no such absence.", "Load the page again.")
        tx.execute(delete(a).where(a.c.id == absence))
        note(tx, house.now(), by, "absence ended", row.person, row.deputy)


def away(tx: Connection, at: datetime) -> dict[str, set[str]]:
    """Deputy → the people they may sign for at that instant."""
    a, found = tables.absences.c, dict[str, set[str]]()
    for row in tx.execute(select(a.person, a.deputy).where(a.since <= at, a.until > at)):
        found.setdefault(row.deputy, set()).add(row.person)
    return found
