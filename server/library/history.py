"""A draft's history: every change with who and when, what was not taken, undoing one's own, restoring an earlier."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

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
MOST_DIFFERENCES = 12  # of one edit
TOGETHER = timedelta(minutes=5)  # what one types in this time is told as one change
SPOKEN = (
    "shape",
    "kind",
    "title",
    "prompt",
    "name",
    "text",
    "alt",
    "to",
    "when",
)  # what people know a thing by


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
    kept = [row for row in rows if row.before is not None or row.part in held.parts]
    return tuple(_told(last, first) for last, first in _runs(kept))


def _runs(rows: Sequence[Row[Any]]) -> Iterator[tuple[Row[Any], Row[Any]]]:
    """Each change with the first one that it goes on from: autosave keeps every half sentence."""
    last: Row[Any] | None = None
    first: Row[Any] | None = None
    for row in rows:
        if last is None or first is None:
            last = first = row
        elif _goes_on(first, row):
            first = row
        else:
            yield last, first
            last = first = row
    if last is not None and first is not None:
        yield last, first


def _goes_on(later: Row[Any], earlier: Row[Any]) -> bool:
    same = (later.part, later.by) == (earlier.part, earlier.by)
    plain = not (later.refused or earlier.refused or earlier.before is None)
    turned = later.undoes is not None or earlier.undoes is not None
    return same and plain and not turned and later.at - earlier.at < TOGETHER


def _told(row: Row[Any], first: Row[Any]) -> Told:
    before = None if first.before is None else body_of(first.before)
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
    """What differs, as deep as it can be named: a field of the second check, the words of an annotation."""
    found: list[Difference] = []
    _walk(before, after, (), found)
    left = len(found) - MOST_DIFFERENCES
    if left > 0:
        found = found[:MOST_DIFFERENCES]
        found.append(Difference(field="and more", before=None, after=f"{left} other places"))
    return [replace(each, field=each.field or ("order" if part == ORDER else "everything")) for each in found]


def _walk(before: Any, after: Any, at: tuple[str, ...], found: list[Difference]) -> None:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        pairs = [(str(key), before.get(key), after.get(key)) for key in dict.fromkeys((*before, *after))]
    elif _is_of_objects(before) and _is_of_objects(after):
        named = [{_called(each, place): each for place, each in enumerate(side)} for side in (before, after)]
        pairs = [
            (name, named[0].get(name), named[1].get(name)) for name in dict.fromkeys((*named[0], *named[1]))
        ]
        if all(one == other for _, one, other in pairs):
            found.append(
                Difference(
                    field=" · ".join(at),
                    before=_order(cast("list[Any]", before)),
                    after=_order(cast("list[Any]", after)),
                )
            )
            return
    else:
        found.append(Difference(field=" · ".join(at), before=_shown(before), after=_shown(after)))
        return
    for name, was, now in pairs:
        _walk(was, now, (*at, name.replace("_", " ")), found)


def _is_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _called(entry: dict[str, Any], place: int) -> str:
    return str(entry.get("id") or entry.get("number") or place + 1)


def _order(entries: list[Any]) -> str:
    return ", ".join(_called(each, place) for place, each in enumerate(entries))[:LONGEST_SHOWN]


def _shown(value: Any) -> str | None:
    """A value in words: a text as it is, of anything larger what people would read in it."""
    if value is None or isinstance(value, str):
        return value if value is None else value[:LONGEST_SHOWN]
    if isinstance(value, list):
        return "; ".join(filter(None, map(_shown, value)))[:LONGEST_SHOWN]
    if isinstance(value, dict):
        spoken = [str(value[key]) for key in SPOKEN if isinstance(value.get(key), str | int)]
        words = spoken or [f"{key}: {_shown(each)}" for key, each in value.items()]
        return ", ".join(words)[:LONGEST_SHOWN]
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


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
