"""Review: who has to sign a draft, who may, comments that have to be settled first, and the signatures themselves.

A signature binds a person, what it means, and the digest of the content; who wrote in the draft never signs it. One
person signs one stage. A draft that is taken back, or that a reviewer sends back, begins a new round.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from content.folder import Document
from content.revision import RevisionState
from server.audit import note
from server.errors import Conflict, Invalid, NotAllowed
from server.house import House
from server.library import lifecycle, shared
from server.library.commenting import LONGEST, Comment, comments
from server.library.drafts import Draft, hold, read
from server.library.policy import Stage, away, policy_for, strictest
from server.people.sessions import Role
from server.reports import library as shelf
from server.store import tables
from server.store.engine import reading, writing

APPROVED, CHANGES = "approved", "changes"
MEANINGS = (
    "I have reviewed the content and it is right",
    "I release it for use",
    "I confirm that it is safe",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature under a round of review."""

    round: int
    stage: str
    person: str
    name: str
    on_behalf_of: str | None
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
class Review:
    """A draft's review as it stands."""

    draft: str
    state: str
    round: int
    risk_class: str
    content: str
    source: Mapping[str, str]  # where a pipeline sent it from: repository, commit, author
    authors: frozenset[str]
    stages: tuple[StageNow, ...]
    signatures: tuple[Signature, ...]
    comments: tuple[Comment, ...]

    @property
    def unsettled(self) -> int:
        """Comments that nobody has settled."""
        return sum(comment.resolved_at is None for comment in self.comments)

    @property
    def complete(self) -> bool:
        """Whether every stage has its signatures."""
        return all(each.missing == 0 for each in self.stages)


def look(tx: Connection, draft: Draft) -> Review:
    """The review of a draft."""
    d = tables.drafts.c
    row = tx.execute(select(d.round, d.source).where(d.id == draft.id)).one()
    risk = risk_of(tx, draft)
    stages = policy_for(tx, draft.kind, risk).stages
    signatures = _signatures(tx, draft.id)
    content = lifecycle.content_of(draft)
    valid = [s for s in signatures if (s.round, s.verdict, s.content) == (row.round, APPROVED, content)]
    return Review(
        draft=draft.id,
        state=draft.state,
        round=row.round,
        risk_class=risk,
        content=content,
        source=json.loads(row.source or "{}"),
        authors=_authors(tx, draft.id),
        stages=_standing(stages, valid),
        signatures=signatures,
        comments=comments(tx, draft.id),
    )


def risk_of(tx: Connection, draft: Draft) -> str:
    """The risk class by which it is signed: its own, or that of what is released where that is higher.

    Who thinks that a document is less of a risk than it was has that signed as strictly as it was. A shared block
    is as much of a risk as the riskiest instruction that uses it.
    """
    if draft.kind == "block":
        return strictest(shared.risks_of_uses(tx, draft.document))
    known = shelf.newest_release(tx, draft.document)
    before = [] if known is None else [str(known.document.risk_class)]
    return strictest([str(draft.values.get("risk_class", "low")), *before])


def _standing(stages: tuple[Stage, ...], valid: list[Signature]) -> tuple[StageNow, ...]:
    """Each stage with its signatures; those are open that follow only complete ones, or stand beside an open one."""
    found: list[StageNow] = []
    reached = True
    for stage in stages:
        signed = tuple({s.principal: s for s in valid if _counts(s, stage)}.values())
        opens = reached if not (stage.parallel and found) else found[-1].open
        found.append(StageNow(stage=stage, signed=signed, open=opens))
        if len(signed) < stage.count:
            reached = False
    return tuple(found)


def _counts(signature: Signature, stage: Stage) -> bool:
    """Whether it is the stage's, also where the policy names other people by now."""
    return signature.stage == stage.name and (not stage.people or signature.principal in stage.people)


def _signatures(tx: Connection, draft: str) -> tuple[Signature, ...]:
    a, p = tables.approvals, tables.people.c
    query = select(a, p.name).outerjoin(tables.people, p.id == a.c.person).where(a.c.draft == draft)
    return tuple(
        Signature(
            round=row.round,
            stage=row.stage,
            person=row.person,
            name=row.name or row.person,
            on_behalf_of=row.on_behalf_of,
            verdict=row.verdict,
            meaning=row.meaning,
            comment=row.comment,
            content=row.content,
            at=row.at,
        )
        for row in tx.execute(query.order_by(a.c.id))
    )


def _authors(tx: Connection, draft: str) -> frozenset[str]:
    """Everybody who wrote in it."""
    edits, drafts = tables.draft_edits.c, tables.drafts.c
    wrote = set(tx.execute(select(edits.by).where(edits.draft == draft).distinct()).scalars())
    wrote |= set(tx.execute(select(drafts.created_by).where(drafts.id == draft)).scalars())
    return frozenset(wrote)


# --- who may sign ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What somebody may sign now; `reason` says why not, where there is no stage."""

    stage: str | None
    on_behalf_of: str | None = None
    reason: str = ""


def turn_of(tx: Connection, review: Review, person: str, role: Role, at: datetime) -> Turn:
    """The stage that this person may sign now."""
    if review.state != RevisionState.IN_REVIEW:
        return Turn(stage=None, reason=f"it is {review.state.replace('-', ' ')}")
    if person in review.authors:
        return Turn(stage=None, reason="who wrote in a draft does not sign it")
    given = [s for each in review.stages for s in each.signed]
    if any(s.person == person for s in given):
        return Turn(stage=None, reason="you have signed it already")
    spoken_for = {s.principal for s in given}
    if person in spoken_for:
        return Turn(stage=None, reason="your deputy has signed it for you")
    absent = {
        name: held for name, held in away(tx, person, at).items() if name not in spoken_for | review.authors
    }
    for each in review.stages:
        if not each.open or each.missing == 0:
            continue
        if each.stage.admits(person, role):
            return Turn(stage=each.stage.name)
        if behalf := sorted(name for name, held in absent.items() if each.stage.admits(name, held)):
            return Turn(stage=each.stage.name, on_behalf_of=behalf[0])
    return Turn(stage=None, reason="it is not your turn: others sign this stage")


# --- moves ----------------------------------------------------------------------


def submit(house: House, draft: str, comment: str, by: str) -> None:
    """Begin a round of review; where nobody has to sign, the draft is approved at once."""
    with writing(house.engine) as tx:
        hold(tx, draft)
        held = read(tx, draft)
        number = tx.execute(select(tables.drafts.c.round).where(tables.drafts.c.id == draft)).scalar_one() + 1
        told = {"comment": comment} if comment else {}
        lifecycle.move(tx, house, draft, RevisionState.IN_REVIEW, by, comment, round=number, **told)
        if not policy_for(tx, held.kind, risk_of(tx, held)).stages:
            why = "the policy asks for no approval"
            lifecycle.move(tx, house, draft, RevisionState.APPROVED, by, why)
    lifecycle.say(house, draft)


def sign(  # noqa: PLR0917 - who signs what, and what it means
    house: House,
    draft: str,
    person: str,
    role: Role,
    verdict: str,
    meaning: str,
    comment: str = "",
    *,
    seen: str | None = None,
) -> Review:
    """Put a signature under the draft; the person has just proved who they are.

    `seen` is the digest of the content that was in front of them: nobody signs what they have not read.

    Raises:
        NotAllowed: it is not this person's to sign.
        Conflict: comments are open, the draft is not in review, or it is no longer what they saw.
        Invalid: no such verdict, no meaning, or a refusal without a reason.
    """
    if verdict not in {APPROVED, CHANGES}:
        raise Invalid("a reviewer approves, or wants changes", "choose one of both")
    if verdict == CHANGES and not comment.strip():
        raise Invalid("say what has to change", "the author reads it")
    if not meaning.strip():
        raise Invalid("a signature says what it means", "choose one of the list")
    with writing(house.engine) as tx:
        hold(tx, draft)
        held = read(tx, draft)
        review = look(tx, held)
        if seen is not None and seen != review.content:
            raise Conflict("This draft has changed since you opened it.", "Read what it says now, then sign.")
        turn = turn_of(tx, review, person, role, house.now())
        if turn.stage is None:
            raise NotAllowed(f"You cannot sign this draft: {turn.reason}.", "See who may on its review page.")
        if verdict == APPROVED and review.unsettled:
            told = "1 comment is" if review.unsettled == 1 else f"{review.unsettled} comments are"
            raise Conflict(f"{told} not settled.", "Settle them first, or send the draft back.")
        tx.execute(
            insert(tables.approvals).values(
                draft=draft,
                round=review.round,
                stage=turn.stage,
                person=person,
                on_behalf_of=turn.on_behalf_of,
                verdict=verdict,
                meaning=meaning.strip()[:300],
                comment=comment[:LONGEST],
                content=review.content,
                at=house.now(),
            )
        )
        behalf = f" for {turn.on_behalf_of}" if turn.on_behalf_of else ""
        note(tx, house.now(), person, f"signed {verdict}{behalf}", held.document, f"{turn.stage}: {meaning}")
        if verdict == CHANGES:
            lifecycle.move(tx, house, draft, RevisionState.DRAFT, person, comment)
        elif look(tx, held).complete:
            lifecycle.move(tx, house, draft, RevisionState.APPROVED, person, "every stage has signed")
        after = look(tx, read(tx, draft))
    lifecycle.say(house, draft)
    return after


def take_back(house: House, draft: str, by: str) -> None:
    """Go on writing; signatures of this round no longer count."""
    with writing(house.engine) as tx:
        hold(tx, draft)
        lifecycle.move(tx, house, draft, RevisionState.DRAFT, by, "taken back")
    lifecycle.say(house, draft)


def insist_on_signatures(tx: Connection, held: Draft, seen: str | None) -> None:
    """Refuse to release what is not approved, signed as it stands, free of open comments, and `seen` as it stands."""
    if held.state != RevisionState.APPROVED:
        raise Conflict(f"This draft is {held.state.replace('-', ' ')}.", "It has to be approved first.")
    review = look(tx, held)
    if not review.complete:
        raise Conflict(
            "Its signatures are not complete: the policy, or the draft, has changed since.", "Take it back."
        )
    if seen not in {None, review.content}:
        raise Conflict("This draft has changed since you opened it.", "Look at what it says now.")
    if review.unsettled:
        raise Conflict("Somebody has commented since it was approved.", "Settle it, or take the draft back.")


def lacking(tx: Connection, digest: str, document: Document) -> tuple[str, ...]:
    """The stages, of the policy that holds now, that the signatures under an earlier release do not fill."""
    under = _draft_under(tx, digest)
    if under is not None:
        return tuple(str(each.stage) for each in look(tx, read(tx, under)).stages if each.missing)
    known = shelf.newest_release(tx, document.id)
    risks = [str(document.risk_class), *([] if known is None else [str(known.document.risk_class)])]
    return tuple(str(stage) for stage in policy_for(tx, document.kind, strictest(risks)).stages)


def _draft_under(tx: Connection, digest: str | None) -> str | None:
    """The draft whose signatures a release stands on, also where it brought an earlier content back."""
    t = tables.terms.c
    while digest is not None:
        row = tx.execute(select(t.draft, t.restores).where(t.release == digest)).first()
        if row is None or row.draft is not None:
            return None if row is None else str(row.draft)
        digest = row.restores
    return None


# --- lists ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A draft that waits for somebody."""

    draft: str
    document: str
    title: str
    state: str
    since: datetime
    mine: bool


def waiting(house: House, person: str, role: Role) -> tuple[Waiting, ...]:
    """Drafts in review or approved, those first that this person can sign."""
    d = tables.drafts
    with reading(house.engine) as tx:
        states = (RevisionState.IN_REVIEW, RevisionState.APPROVED)
        rows = tx.execute(select(d).where(d.c.state.in_(states)).order_by(d.c.changed_at)).all()
        found = []
        for row in rows:
            turn = turn_of(tx, look(tx, read(tx, row.id)), person, role, house.now())
            found.append(
                Waiting(
                    draft=row.id,
                    document=row.document,
                    title=row.title,
                    state=row.state,
                    since=row.changed_at,
                    mine=turn.stage is not None,
                )
            )
    return tuple(sorted(found, key=lambda each: (not each.mine, each.since)))
