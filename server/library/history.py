"""A draft's history: every change with who and when, what was not taken, undoing one's own, restoring an earlier."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from server.errors import NotThere
from server.house import House
from server.library.drafts import body_of, read
from server.library.edits import Change, EditClash, Kept, apply, change
from server.library.shapes import HEAD, ORDER
from server.store import tables
from server.store.engine import reading, writing

MOST_SHOWN = 400  # edits of a page
LONGEST_SHOWN = 600  # characters of a value


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field that an edit changed; None is what was or is not there."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One edit as people read it; a refused one is what somebody typed and others' words kept out."""

    id: int
    part: str
    what: str
    by: str
    name: str
    at: datetime
    refused: bool
    undoes: bool
    changed: tuple[Difference, ...]


def history(house: House, draft: str, part: str | None = None) -> tuple[Told, ...]:
    """The draft's edits, the latest first; those of one part where it is named."""
    e, p = tables.draft_edits.c, tables.people.c
    query = (
        select(tables.draft_edits, p.name)
        .outerjoin(tables.people, p.id == e.by)
        .where(e.draft == draft)
        .order_by(e.id.desc())
        .limit(MOST_SHOWN)
    )
    with reading(house.engine) as tx:
        held = read(tx, draft)
        rows = tx.execute(query if part is None else query.where(e.part == part)).all()
    return tuple(_told(row) for row in rows if row.before is not None or row.part in held.parts)


def _told(row: Row[Any]) -> Told:
    before = None if row.before is None else body_of(row.before)
    after = body_of(row.after)
    return Told(
        id=row.id,
        part=row.part,
        what=_what(row.part, after or before),
        by=row.by,
        name=row.name or row.by,
        at=row.at,
        refused=row.refused,
        undoes=row.undoes is not None,
        changed=tuple(_differences(before, after, row.part)),
    )


def _what(part: str, body: Any) -> str:
    if part == HEAD:
        return "About the document"
    if part == ORDER:
        return "Order of the steps"
    title = body.get("title") if isinstance(body, dict) else None
    return str(title or part.partition(":")[2])


def _differences(before: Any, after: Any, part: str) -> list[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        names = [name for name in dict.fromkeys((*before, *after)) if before.get(name) != after.get(name)]
        return [
            Difference(field=str(name), before=_shown(before.get(name)), after=_shown(after.get(name)))
            for name in names
        ]
    field = "order" if part == ORDER else "everything"
    return [Difference(field=field, before=_shown(before), after=_shown(after))]


def _shown(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value if value is None else value[:LONGEST_SHOWN]
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(map(str, value))[:LONGEST_SHOWN]
    return json.dumps(value, ensure_ascii=False, indent=1)[:LONGEST_SHOWN]


def restore(house: House, draft: str, edit: int, by: str) -> Kept:
    """Make a part what it was after that edit (what was refused, where it was refused); a change like any other."""
    e = tables.draft_edits.c
    with reading(house.engine) as tx:
        row = tx.execute(select(e.part, e.after).where(e.draft == draft, e.id == edit)).first()
        held = read(tx, draft)
    if row is None:
        raise NotThere("There is no such change in this draft's history.", "Load the page again.")
    now = held.parts.get(row.part)
    return change(
        house,
        draft,
        Change(part=row.part, version=0 if now is None else now.version, body=json.loads(row.after)),
        by,
    )


# --- taking back -------------------------------------------------------------------


def undo(house: House, draft: str, by: str) -> list[Kept]:
    """Take back what one changed last and still stands, as a new change; empty when there is nothing.

    What was changed in one go is taken back in one go. Raises EditClash when somebody else has changed the same since.
    """
    e = tables.draft_edits.c
    with reading(house.engine) as tx:
        query = select(tables.draft_edits).where(
            e.draft == draft,
            e.by == by,
            e.undone.is_(False),
            e.undoes.is_(None),
            e.refused.is_(False),
            e.before.is_not(None),
        )
        last = tx.execute(query.order_by(e.id.desc()).limit(1)).first()
        if last is None:
            return []
        first = last.together or last.id
        rows = tx.execute(query.where((e.together == first) | (e.id == first)).order_by(e.id.desc())).all()
    wanted = [Change(part=row.part, version=row.version, body=json.loads(row.before)) for row in rows]
    return _turned(house, draft, wanted, by, rows, undoes=first)


def redo(house: House, draft: str, by: str) -> list[Kept]:
    """Make anew what one took back last; empty when there is nothing."""
    e = tables.draft_edits.c
    with reading(house.engine) as tx:
        taken = tx.execute(
            select(tables.draft_edits)
            .where(e.draft == draft, e.by == by, e.undoes > 0)
            .order_by(e.id.desc())
            .limit(1)
        ).first()
        if taken is None:
            return []
        first = taken.undoes
        rows = tx.execute(
            select(tables.draft_edits).where(
                e.draft == draft, (e.together == first) | (e.id == first), e.undone.is_(True)
            )
        ).all()
        now = {
            row.part: row.version
            for row in tx.execute(
                select(e.part, e.version).where(e.draft == draft, e.undoes == first).order_by(e.id)
            )
        }
    wanted = [
        Change(part=row.part, version=now[row.part], body=json.loads(row.after))
        for row in rows
        if row.part in now
    ]
    return _turned(house, draft, wanted, by, rows, undoes=None)


def _turned(  # noqa: PLR0917 - what is changed back or made anew, by whom
    house: House, draft: str, wanted: list[Change], by: str, rows: Sequence[Row[Any]], undoes: int | None
) -> list[Kept]:
    e = tables.draft_edits.c
    with writing(house.engine) as tx:
        kept = apply(tx, house, draft, wanted, by, undoes=0 if undoes is None else undoes)
        for each in kept:
            if each.apart:
                raise EditClash(each.part, each.apart)
        numbers = [row.id for row in rows]
        tx.execute(update(tables.draft_edits).where(e.id.in_(numbers)).values(undone=undoes is not None))
        if undoes is None:  # what took it back is no longer to be made anew
            firsts = {row.together or row.id for row in rows}
            tx.execute(
                update(tables.draft_edits).where(e.draft == draft, e.undoes.in_(firsts)).values(undoes=0)
            )
    house.live.say(f"draft {draft}")
    return kept
