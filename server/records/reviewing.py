"""Reviewing deviations: what a supervisor says about them. The deviation itself never changes."""

from sqlalchemy import insert, select, update

from content.deviation import MOVES, DeviationState
from server.audit import note
from server.errors import Conflict, Invalid, NotThere
from server.house import House
from server.store import tables
from server.store.engine import writing

LONGEST_COMMENT = 4_000  # characters


def review(
    house: House, deviation: str, *, was: DeviationState, to: DeviationState, comment: str, by: str
) -> None:
    """Move a deviation from the state it was seen in to another, with a comment.

    Raises:
        NotThere: there is no such deviation.
        Conflict: somebody else has moved it since, or there is no such move.
        Invalid: the comment is missing or too long.
    """
    if not comment.strip():
        raise Invalid("A review needs a comment.", "Say what was found and what is done about it.")
    if len(comment) > LONGEST_COMMENT:
        msg = f"The comment is longer than {LONGEST_COMMENT} characters."
        raise Invalid(msg, "Shorten it.")
    r, now = tables.reviews.c, house.now()
    with writing(house.engine) as tx:
        found = tx.execute(
            select(tables.deviations.c.station).where(tables.deviations.c.id == deviation)
        ).scalar()
        if found is None:
            msg = f"There is no deviation {deviation}."
            raise NotThere(msg)
        held = tx.execute(select(r.state).where(r.deviation == deviation).with_for_update()).scalar()
        state = DeviationState.OPEN if held is None else DeviationState(held)
        if state is not was:
            msg = f"Somebody else has set it to {state.value} meanwhile."
            raise Conflict(msg, "Read what they wrote, then decide.")
        if (state, to) not in MOVES:
            msg = f"A deviation that is {state.value} cannot become {to.value}."
            raise Conflict(msg, "Take the steps between.")
        values = {"state": to.value, "comment": comment.strip(), "by": by, "at": now}
        if held is None:
            tx.execute(insert(tables.reviews).values(deviation=deviation, **values))
        else:
            tx.execute(update(tables.reviews).where(r.deviation == deviation).values(**values))
        note(tx, now, by, "reviewed deviation", deviation, f"{state.value} -> {to.value}: {comment.strip()}")
    house.live.say(found)
