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
from server.library.policy import away, policy_for, strictest
from server.library.standing import (
    APPROVED,
    CHANGES,
    Signature,
    StageNow,
    Standing,
    Turn,
    authors,
    signatures,
    stand,
    turn_of,
)
from server.people.sessions import Role
from server.reports import library as shelf
from server.store import tables
from server.store.engine import writing

MEANINGS = (
    "I have reviewed the content and it is right",
    "I release it for use",
    "I confirm that it is safe",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A draft's review as it stands."""

    draft: str
    standing: Standing
    round: int
    risk_class: str
    content: str
    source: Mapping[str, str]  # where a pipeline sent it from: repository, commit, author
    signatures: tuple[Signature, ...]
    comments: tuple[Comment, ...]

    @property
    def state(self) -> str:
        """The draft's state."""
        return self.standing.state

    @property
    def stages(self) -> tuple[StageNow, ...]:
        """The stages of the policy that holds now, with the signatures that count for each."""
        return self.standing.stages

    @property
    def complete(self) -> bool:
        """Whether every stage has its signatures."""
        return self.standing.complete

    @property
    def unsettled(self) -> int:
        """Comments that nobody has settled."""
        return sum(comment.resolved_at is None for comment in self.comments)


def look(tx: Connection, draft: Draft) -> Review:
    """The review of a draft."""
    d = tables.drafts.c
    row = tx.execute(select(d.round, d.source).where(d.id == draft.id)).one()
    risk = risk_of(tx, draft)
    stages = policy_for(tx, draft.kind, risk).stages
    given = signatures(tx, [draft.id]).get(draft.id, ())
    content = lifecycle.content_of(draft)
    valid = [s for s in given if (s.round, s.verdict, s.content) == (row.round, APPROVED, content)]
    wrote = authors(tx, [draft.id]).get(draft.id, frozenset())
    return Review(
        draft=draft.id,
        standing=stand(draft.state, wrote, stages, valid),
        round=row.round,
        risk_class=risk,
        content=content,
        source=json.loads(row.source or "{}"),
        signatures=given,
        comments=comments(tx, draft.id),
    )


def _own_risk(tx: Connection, held: Draft) -> str:
    """What it says itself; a shared block says nothing, and counts as what uses it."""
    return risk_of(tx, held) if held.kind == "block" else str(held.values.get("risk_class", "low"))


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


def turn(tx: Connection, review: Review, person: str, role: Role, at: datetime) -> Turn:
    """The stage that this person may sign now."""
    return turn_of(review.standing, person, role, away(tx, person, at))


# --- moves ----------------------------------------------------------------------


def submit(house: House, draft: str, comment: str, by: str) -> None:
    """Begin a round of review; where nobody has to sign, the draft is approved at once."""
    with writing(house.engine) as tx:
        hold(tx, draft)
        held = read(tx, draft)
        number = tx.execute(select(tables.drafts.c.round).where(tables.drafts.c.id == draft)).scalar_one() + 1
        told = {"comment": comment} if comment else {}
        told |= {"content": lifecycle.content_of(held), "risk_class": _own_risk(tx, held)}
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
        mine = turn(tx, review, person, role, house.now())
        if mine.stage is None:
            raise NotAllowed(f"You cannot sign this draft: {mine.reason}.", "See who may on its review page.")
        if verdict == APPROVED and review.unsettled:
            told = "1 comment is" if review.unsettled == 1 else f"{review.unsettled} comments are"
            raise Conflict(f"{told} not settled.", "Settle them first, or send the draft back.")
        tx.execute(
            insert(tables.approvals).values(
                draft=draft,
                round=review.round,
                stage=mine.stage,
                person=person,
                on_behalf_of=mine.on_behalf_of,
                role=mine.role,
                verdict=verdict,
                meaning=meaning.strip()[:300],
                comment=comment[:LONGEST],
                content=review.content,
                at=house.now(),
            )
        )
        behalf = f" for {mine.on_behalf_of}" if mine.on_behalf_of else ""
        note(tx, house.now(), person, f"signed {verdict}{behalf}", held.document, f"{mine.stage}: {meaning}")
        if verdict == CHANGES:
            lifecycle.move(tx, house, draft, RevisionState.DRAFT, person, comment)
        elif review.state == RevisionState.IN_REVIEW and look(tx, held).complete:
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
        lack = ", ".join(str(each.stage) for each in review.stages if each.missing)
        words = f"Its signatures are not complete, for the policy, or the draft, has changed since: {lack}."
        raise Conflict(words, "Have it signed, or take it back.")
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
