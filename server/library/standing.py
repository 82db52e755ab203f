"""How far the signatures under a draft are, by the policy that holds now, and whose turn it is.

A signature is judged anew each time: it counts for a stage of its name that would still admit whose it is, by the role
that they had when they signed.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from content.revision import RevisionState
from server.library import committers
from server.library.policy import Stage
from server.people.sessions import Role
from server.store import tables

APPROVED, CHANGES = "approved", "changes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature under a round of review; `role` is that of whose it is, when it was given."""

    round: int
    stage: str
    person: str
    name: str
    on_behalf_of: str | None
    role: str
    verdict: str
    meaning: str
    comment: str
    content: str
    at: datetime

    @property
    def principal(self) -> str:
        """Whose signature it is: that of who is away, where a deputy gave it."""
        return self.on_behalf_of or self.person


@dataclass(frozen=True, slots=True, kw_only=True)
class StageNow:
    """How far a stage is: what is missing, and whether it is its turn."""

    stage: Stage
    signed: tuple[Signature, ...]
    open: bool

    @property
    def missing(self) -> int:
        """Signatures that are still needed."""
        return max(0, self.stage.count - len(self.signed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a draft is between its authors and its release; `void` signatures fill no stage that is asked for now."""

    state: str
    authors: frozenset[str]
    stages: tuple[StageNow, ...]
    void: tuple[Signature, ...]

    @property
    def complete(self) -> bool:
        """Whether every stage has its signatures."""
        return all(each.missing == 0 for each in self.stages)


def stand(
    state: str, authors: frozenset[str], stages: tuple[Stage, ...], valid: Iterable[Signature]
) -> Standing:
    """Give each stage its signatures; those are open that follow only complete ones, or stand beside an open one."""
    given = tuple(valid)
    found: list[StageNow] = []
    reached = True
    for stage in stages:
        signed = tuple({s.principal: s for s in given if _counts(s, stage)}.values())
        opens = reached if not (stage.parallel and found) else found[-1].open
        found.append(StageNow(stage=stage, signed=signed, open=opens))
        if len(signed) < stage.count:
            reached = False
    void = tuple(s for s in given if not any(_counts(s, stage) for stage in stages))
    return Standing(state=state, authors=authors, stages=tuple(found), void=void)


def _counts(signature: Signature, stage: Stage) -> bool:
    known = signature.role in set(Role)
    return signature.stage == stage.name and stage.admits(
        signature.principal, Role(signature.role) if known else Role.OPERATOR
    )


# --- whose turn it is -----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What somebody may sign now, as whom; `reason` says why not, where there is no stage."""

    stage: str | None
    on_behalf_of: str | None = None
    role: Role = Role.OPERATOR
    reason: str = ""


def turn_of(standing: Standing, person: str, role: Role, absent: Mapping[str, Role]) -> Turn:
    """The stage that this person may sign now, for themselves or for one of those whose deputy they are.

    What was approved is signed on where the policy asks for more by now.
    """
    lacks = standing.state == RevisionState.APPROVED and not standing.complete
    if standing.state != RevisionState.IN_REVIEW and not lacks:
        return Turn(stage=None, reason=f"it is {standing.state.replace('-', ' ')}")
    if person in standing.authors:
        return Turn(stage=None, reason="who wrote in a draft does not sign it")
    given = [s for each in standing.stages for s in each.signed]
    if any(s.person == person for s in given):
        return Turn(stage=None, reason="you have signed it already")
    spoken_for = {s.principal for s in given}
    if person in spoken_for:
        return Turn(stage=None, reason="your deputy has signed it for you")
    represented = {name: held for name, held in absent.items() if name not in spoken_for | standing.authors}
    for each in standing.stages:
        if not each.open or each.missing == 0:
            continue
        if each.stage.admits(person, role):
            return Turn(stage=each.stage.name, role=role)
        if behalf := sorted(name for name, held in represented.items() if each.stage.admits(name, held)):
            return Turn(stage=each.stage.name, on_behalf_of=behalf[0], role=represented[behalf[0]])
    return Turn(stage=None, reason="it is not your turn: others sign this stage")


# --- what is written down -------------------------------------------------------


def signatures(tx: Connection, drafts: Iterable[str]) -> dict[str, tuple[Signature, ...]]:
    """Every signature under each of the drafts, in the order in which they were given."""
    a, p = tables.approvals, tables.people.c
    principal = tables.people.alias()
    query = (
        select(a, p.name, principal.c.role.label("now"))
        .outerjoin(tables.people, p.id == a.c.person)
        .outerjoin(principal, principal.c.id == func.coalesce(a.c.on_behalf_of, a.c.person))
        .where(a.c.draft.in_(list(drafts)))
    )
    found: dict[str, list[Signature]] = {}
    for row in tx.execute(query.order_by(a.c.id)):
        signature = Signature(
            round=row.round,
            stage=row.stage,
            person=row.person,
            name=row.name or row.person,
            on_behalf_of=row.on_behalf_of,
            role=row.role or row.now or "",  # one from before roles were written down: the role of today
            verdict=row.verdict,
            meaning=row.meaning,
            comment=row.comment,
            content=row.content,
            at=row.at,
        )
        found.setdefault(row.draft, []).append(signature)
    return {draft: tuple(each) for draft, each in found.items()}


def authors(tx: Connection, drafts: Iterable[str]) -> dict[str, frozenset[str]]:
    """Everybody who wrote in each of the drafts, here or in the last commit of the checkout that it came from."""
    e, d = tables.draft_edits.c, tables.drafts.c
    wanted = list(drafts)
    found: dict[str, set[str]] = {}
    for query in (
        select(e.draft, e.by).where(e.draft.in_(wanted)).distinct(),
        select(d.id, d.created_by).where(d.id.in_(wanted)),
    ):
        for draft, by in tx.execute(query):
            found.setdefault(draft, set()).add(by)
    sent = tx.execute(select(d.id, d.source).where(d.id.in_(wanted), d.source.not_in(("", "{}")))).all()
    for row, people in zip(
        sent, committers.people_of(tx, [json.loads(row.source) for row in sent]), strict=True
    ):
        found.setdefault(row.id, set()).update(people)
    return {draft: frozenset(each) for draft, each in found.items()}
