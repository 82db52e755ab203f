"""Moving a draft from one state of its life to another: only along the arrows, never without an audit entry."""

import hashlib
from typing import Any

from sqlalchemy import Connection, select, update

from content import wire
from content.revision import may_move
from server.audit import note
from server.errors import Conflict, NotThere
from server.house import House
from server.library.drafts import Draft
from server.store import tables


def content_of(draft: Draft) -> str:
    """SHA-256 of what is signed: all that the draft says and shows; its number is given at the release."""
    values = {name: value for name, value in draft.values.items() if name != "revision"}
    return hashlib.sha256(
        wire.canonical({"document": values, "media": dict(draft.media)}).encode()
    ).hexdigest()


def move(tx: Connection, house: House, draft: str, after: str, by: str, why: str = "", **values: Any) -> None:  # noqa: PLR0917
    """Move the draft, and note it; raises Conflict where no arrow leads there from where it is now."""
    drafts = tables.drafts
    row = tx.execute(select(drafts.c.state, drafts.c.document).where(drafts.c.id == draft)).first()
    if row is None:
        raise NotThere("There is no such draft.", "Look in the library.")
    if not may_move(row.state, after):
        raise Conflict(f"This draft is {row.state.replace('-', ' ')}.", "Load the page again.")
    now = house.now()
    changed = {"state": after, "changed_at": now, "changed_by": by} | values
    moved = tx.execute(
        update(drafts).where(drafts.c.id == draft, drafts.c.state == row.state).values(**changed)
    )
    if moved.rowcount != 1:
        raise Conflict("Somebody else has moved this draft just now.", "Load the page again.")
    note(tx, now, by, f"draft {after}", row.document, why or draft)


def say(house: House, draft: str) -> None:
    """Let open pages look again."""
    house.live.say(f"draft {draft}")
    house.live.say("library")
