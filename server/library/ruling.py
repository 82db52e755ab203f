"""A policy is decided, and what is under review is judged by it from then on."""

from collections.abc import Sequence

from sqlalchemy import select

from content.revision import RevisionState
from server.house import House
from server.library import lifecycle, policy
from server.library.drafts import read
from server.library.reviewing import look
from server.store import tables
from server.store.engine import writing


def decide(house: House, kind: str, risk_class: str, stages: Sequence[dict[str, object]], by: str) -> None:
    """Set the stages; what lacks none of them is approved, what lacks one by now waits for it. Raises Invalid."""
    d = tables.drafts.c
    with writing(house.engine) as tx:
        policy.put(tx, house, kind, risk_class, stages, by)
        query = select(d.id).where(d.kind == kind, d.state == RevisionState.IN_REVIEW)
        done = [draft for draft in tx.execute(query).scalars() if look(tx, read(tx, draft)).complete]
        for draft in done:
            why = "the policy asks for no more signatures"
            lifecycle.move(tx, house, draft, RevisionState.APPROVED, by, why)
    for draft in done:
        lifecycle.say(house, draft)
    house.live.say("library")
