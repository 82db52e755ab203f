"""What an import left to a person: it stays with the draft, beside its step, until it is done or dismissed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from server.errors import Invalid, NotThere
from server.house import House
from server.store import tables
from server.store.engine import writing

STATES = ("open", "done", "dismissed")
MOST = 500  # of one draft
_STEP = re.compile(r"(?:step|slide|page) (\d+)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """One thing for a person to look at."""

    id: int
    step: str | None
    text: str
    state: str
    by: str | None
    at: str | None


def keep(tx: Connection, draft: str, notes: Sequence[str], steps: Sequence[str]) -> None:
    """Keep an import's notes with the draft, each beside the step whose number it names."""
    for text in notes[:MOST]:
        place = _STEP.match(text)
        number = int(place[1]) if place else 0
        step = steps[number - 1] if 0 < number <= len(steps) else None
        tx.execute(insert(tables.draft_todos).values(draft=draft, step=step, text=text[:2_000], state="open"))


def of(tx: Connection, draft: str) -> tuple[Todo, ...]:
    """The draft's to-dos, in the order they were found."""
    table = tables.draft_todos
    rows = tx.execute(select(table).where(table.c.draft == draft).order_by(table.c.id)).all()
    return tuple(
        Todo(id=row.id, step=row.step, text=row.text, state=row.state, by=row.by, at=_spelled(row.at))
        for row in rows
    )


def _spelled(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def settle(house: House, draft: str, todo: int, state: str, by: str) -> None:
    """Say what became of a to-do; raises NotThere, Invalid."""
    if state not in STATES:
        raise Invalid("a to-do is open, done or dismissed", "choose one of them")
    table = tables.draft_todos
    with writing(house.engine) as tx:
        moved = tx.execute(
            update(table)
            .where(table.c.draft == draft, table.c.id == todo)
            .values(state=state, by=by, at=house.now())
        )
        if moved.rowcount != 1:
            raise NotThere("There is no such to-do in this draft.", "Load the page again.")


def renamed(tx: Connection, draft: str, old: str, new: str) -> None:
    """A step is called otherwise from now on."""
    table = tables.draft_todos
    tx.execute(update(table).where(table.c.draft == draft, table.c.step == old).values(step=new))
