"""What reviewers and authors say about a draft: on all of it, a step, words, or a region of a picture."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, insert, select, update

from content.revision import OPEN
from server.audit import note
from server.errors import Conflict, Invalid, NotThere
from server.house import House
from server.library import lifecycle
from server.library.drafts import Draft, hold, read
from server.store import tables
from server.store.engine import writing

LONGEST = 4_000  # characters of a comment
LONGEST_QUOTE = 300  # characters of the words, or of a picture's path, that one points at
SIDES = ("x", "y", "width", "height")
POINTS_AT = (
    f"words: {{quote}} of at most {LONGEST_QUOTE} characters; "
    "a region: {picture, x, y, width, height}, each side from 0 to 1"
)
MOST = 1_000  # comments of one draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A remark of a person on the draft, on a step, on a picture's region or on words."""

    id: int
    step: str | None
    anchor: dict[str, Any]
    text: str
    by: str
    name: str
    at: datetime
    resolved_by: str | None
    resolved_at: datetime | None
    answer: str


def comments(tx: Connection, draft: str) -> tuple[Comment, ...]:
    """What was said about a draft, the first first."""
    c, p = tables.comments, tables.people.c
    query = select(c, p.name).outerjoin(tables.people, p.id == c.c.by).where(c.c.draft == draft)
    return tuple(
        Comment(
            id=row.id,
            step=row.step,
            anchor=json.loads(row.anchor),
            text=row.text,
            by=row.by,
            name=row.name or row.by,
            at=row.at,
            resolved_by=row.resolved_by,
            resolved_at=row.resolved_at,
            answer=row.answer,
        )
        for row in tx.execute(query.order_by(c.c.id))
    )


def comment(house: House, draft: str, text: str, by: str, step: str | None = None, anchor: Any = None) -> int:  # noqa: PLR0917
    """Say something about the draft; `anchor` is {picture, x, y, width, height} in shares, or {quote}.

    `step` is a step, also one that a shared block brought, or a box of a procedure's flow. Raises NotThere, Conflict,
    and Invalid, also where the anchor is neither.
    """
    if not text.strip() or len(text) > LONGEST:
        raise Invalid("the comment is empty or too long", f"at most {LONGEST:,} characters")
    about = _anchor(anchor)
    with writing(house.engine) as tx:
        hold(tx, draft)
        held = _open(read(tx, draft))
        if step is not None and step not in _places(held):
            raise NotThere("There is no such step in this draft.", "Load the page again.")
        if "picture" in about and about["picture"] not in held.media:
            raise NotThere("There is no such picture in this draft.", "Load the page again.")
        if len(comments(tx, draft)) >= MOST:
            raise Conflict(f"There are {MOST:,} comments already.", "Settle what was said, or send it back.")
        row = {
            "draft": draft,
            "step": step,
            "anchor": json.dumps(about),
            "text": text.strip(),
            "by": by,
            "at": house.now(),
        }
        made = tx.execute(insert(tables.comments).values(row).returning(tables.comments.c.id)).scalar_one()
        note(tx, house.now(), by, "commented", held.document, text.strip()[:200])
    lifecycle.say(house, draft)
    return int(made)


def _open(held: Draft) -> Draft:
    if held.state not in OPEN:
        raise Conflict(f"This draft is {held.state}: nothing is said about it any more.", "Begin a new one.")
    return held


def _places(held: Draft) -> set[str]:
    """What a comment can be about: the steps, those of its blocks too, and the boxes of a flow."""
    values = held.values
    named = [*values.get("steps", ()), *values.get("flow", ())]
    return {*held.steps, *(str(each.get("id")) for each in named if isinstance(each, dict))}


def _anchor(given: Any) -> dict[str, Any]:
    """What a comment points at; raises Invalid: one that lost what it is about would say something else."""
    if not given:
        return {}
    if not isinstance(given, dict):
        raise Invalid("what the comment points at cannot be read", POINTS_AT)
    named = cast("dict[str, Any]", given)
    if named.keys() == {"quote"}:
        quote = named["quote"]
        if not isinstance(quote, str) or not quote.strip() or len(quote) > LONGEST_QUOTE:
            raise Invalid("the words that the comment points at are none, or too many", POINTS_AT)
        return {"quote": quote.strip()}
    if named.keys() == {"picture", *SIDES}:
        return _region(named)
    raise Invalid("the comment points at nothing that there is", POINTS_AT)


def _region(named: dict[str, Any]) -> dict[str, Any]:
    picture, sides = named["picture"], [named[name] for name in SIDES]
    if not isinstance(picture, str) or not picture or len(picture) > LONGEST_QUOTE:
        raise Invalid("the comment does not say which picture it points at", POINTS_AT)
    if not all(type(side) in {int, float} and 0 <= side <= 1 for side in sides):
        raise Invalid("the region that the comment points at is not within its picture", POINTS_AT)
    return {"picture": picture} | dict(zip(SIDES, sides, strict=True))


def settle(house: House, number: int, answer: str, by: str, draft: str | None = None) -> None:
    """Settle a comment; who did not ask answers it. `draft` is where the person saw it.

    Raises NotThere, Invalid and Conflict.
    """
    c = tables.comments
    with writing(house.engine) as tx:
        row = tx.execute(select(c).where(c.c.id == number)).first()
        if row is None or draft not in {None, row.draft}:
            raise NotThere("There is no such comment.", "Load the page again.")
        hold(tx, row.draft)
        held = _open(read(tx, row.draft))
        if by != row.by and not answer.strip():
            raise Invalid("say how it was settled", "who asked reads the answer")
        values = {"resolved_by": by, "resolved_at": house.now(), "answer": answer.strip()[:LONGEST]}
        settled = tx.execute(update(c).where(c.c.id == number, c.c.resolved_at.is_(None)).values(**values))
        if settled.rowcount != 1:
            raise Conflict("This comment is settled already.", "Load the page again.")
        note(tx, house.now(), by, "settled a comment", held.document, answer.strip()[:200])
    lifecycle.say(house, row.draft)
