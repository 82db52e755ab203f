"""Pictures that somebody pastes, drops or chooses: put into drafts, and in place of others wherever they are used."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from server.house import House
from server.library import drafts
from server.library.drafts import STEP, Draft, read
from server.library.taking import Taken, take
from server.reports import library as shelf
from server.store import tables
from server.store.engine import reading, writing

__all__ = ["Taken", "Use", "attach", "replace", "take", "uses"]


def attach(house: House, draft: str, taken: Taken) -> str:
    """The path under which a draft knows the picture from now on."""
    path = f"media/{taken.digest[:16]}.webp"
    with writing(house.engine) as tx:
        known = tx.execute(
            select(tables.draft_media.c.path).where(
                tables.draft_media.c.draft == draft, tables.draft_media.c.path == path
            )
        ).scalar()
        if known is None:
            tx.execute(insert(tables.draft_media).values(draft=draft, path=path, media=taken.digest))
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Where a picture is used: in a step of a document's newest release or of an open draft."""

    document: str
    title: str
    step: str
    step_title: str
    draft: str | None


def uses(house: House, digest: str) -> tuple[Use, ...]:
    """Every step that shows the picture of that digest."""
    found: list[Use] = []
    with reading(house.engine) as tx:
        rows = tx.execute(select(tables.drafts.c.id).where(tables.drafts.c.state == "draft")).scalars().all()
        open_drafts = [read(tx, row) for row in rows]
        for release in shelf.newest(tx):
            if any(draft.document == release.document.id for draft in open_drafts):
                continue
            paths = {file.path for file in release.media if file.digest == digest}
            values = release.document.plain()
            found += _uses(values, paths, None)
    for draft in open_drafts:
        paths = {path for path, held in draft.media.items() if held == digest}
        found += _uses(draft.values, paths, draft.id)
    return tuple(found)


def _uses(values: dict[str, Any], paths: set[str], draft: str | None) -> list[Use]:
    return [
        Use(
            document=values["id"],
            title=values["title"],
            step=step["id"],
            step_title=step["title"],
            draft=draft,
        )
        for step in values.get("steps", [])
        if any(paths & {medium.get("picture"), medium.get("poster")} for medium in step.get("media", []))
    ]


def replace(house: House, old: str, taken: Taken, documents: tuple[str, ...], by: str) -> list[str]:
    """Put another picture in place of one in these documents, annotations kept; the drafts that were changed."""
    changed: list[str] = []
    for document in documents:
        with reading(house.engine) as tx:
            release = shelf.newest_release(tx, document)
            known = tx.execute(
                select(tables.drafts.c.id).where(
                    tables.drafts.c.document == document, tables.drafts.c.state == "draft"
                )
            ).scalar()
        if known is None and release is None:
            continue
        if known is not None:
            draft = known
        else:
            assert release is not None
            draft = drafts.from_release(house, release, by)
        with reading(house.engine) as tx:
            held = read(tx, draft)
        if _swap(house, held, old, taken, by):
            changed.append(draft)
    return changed


def _swap(house: House, draft: Draft, old: str, taken: Taken, by: str) -> bool:
    paths = {path for path, digest in draft.media.items() if digest == old}
    if not paths:
        return False
    path = attach(house, draft.id, taken)
    swapped = False
    for step in draft.steps:
        part = draft.parts[STEP + step]
        media = [
            {**medium, "picture": path} if medium.get("picture") in paths else medium
            for medium in part.body.get("media", [])
        ]
        if media != part.body.get("media", []):
            drafts.change(house, draft.id, STEP + step, part.version, {**part.body, "media": media}, by)
            swapped = True
    if swapped:
        with writing(house.engine) as tx:
            tx.execute(
                update(tables.drafts).where(tables.drafts.c.id == draft.id).values(changed_at=house.now())
            )
    return swapped
