"""How a test gets at a draft: begin it from a release, read it, change a part of it."""

from typing import Any

from server.house import House
from server.library import drafts, edits
from server.library.edits import Change
from server.reports import library as shelf
from server.store.engine import reading


def draft_of(house: House, document: str, by: str = "eva") -> str:
    """A draft of a released document; nothing in it is changed yet."""
    with reading(house.engine) as tx:
        release = shelf.newest_release(tx, document)
    assert release is not None
    return drafts.from_release(house, release, by)


def held(house: House, draft: str) -> drafts.Draft:
    """The draft as it stands."""
    with reading(house.engine) as tx:
        return drafts.read(tx, draft)


def put(house: House, draft: str, part: str, by: str = "eva", **fields: Any) -> None:
    """Set fields of a part; None takes one away."""
    now = held(house, draft).parts[part]
    assert isinstance(now.body, dict)
    body = {key: value for key, value in {**now.body, **fields}.items() if value is not None}
    edits.change(house, draft, Change(part=part, version=now.version, body=body), by)
