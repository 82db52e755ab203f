"""Files that somebody pastes, drops or chooses: put into drafts as media of a step, and in place of others."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from content import picture
from content.blocks import PLACE
from server.errors import NotThere, TooLarge
from server.house import House
from server.library import drafts, shared
from server.library.drafts import Draft, read
from server.library.edits import Change, changes, insist_on_writing
from server.library.shapes import STEP
from server.library.taking import File, Item, Taken, take
from server.media.kinds import LARGEST, Kind
from server.media.making import Role
from server.reports import library as shelf
from server.store import tables
from server.store.engine import reading, writing

__all__ = ["Shown", "Taken", "Use", "attach", "attach_file", "put", "replace", "take", "uses"]
ENDINGS = {
    "image/webp": "webp",
    "image/png": "png",
    "image/jpeg": "jpg",
    "video/mp4": "mp4",
    "image/svg+xml": "svg",
    "application/vnd.stepline.vision+json": "vision",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One thing that a step can show, by the paths under which a draft knows it from now on."""

    what: str
    kind: str  # picture, film
    path: str
    digest: str
    poster: str | None
    poster_digest: str | None
    width: int
    height: int
    seconds: float | None


def attach(house: House, draft: str, taken: Taken) -> tuple[Shown, ...]:
    """Put everything that was made of an upload into a draft."""
    with writing(house.engine) as tx:
        insist_on_writing(tx, draft)
        return tuple(_shown(tx, draft, item) for item in taken.items)


def _shown(tx: Connection, draft: str, item: Item) -> Shown:
    first, poster = item.files[0], item.file(Role.POSTER)
    is_film = first.role is Role.FILM
    path = _name(tx, draft, first)
    return Shown(
        what=item.what,
        kind="film" if is_film else "picture",
        path=path,
        digest=first.digest,
        poster=_name(tx, draft, poster) if is_film and poster else None,
        poster_digest=poster.digest if is_film and poster else None,
        width=first.width,
        height=first.height,
        seconds=item.seconds,
    )


def _name(tx: Connection, draft: str, file: File) -> str:
    path = f"media/{file.digest[:16]}.{ENDINGS.get(file.type, 'webp')}"
    put(tx, draft, path, file.digest)
    return path


def put(tx: Connection, draft: str, path: str, digest: str) -> None:
    """Have the draft know a file of the store under a path."""
    table = tables.draft_media
    where = (table.c.draft == draft, table.c.path == path)
    if tx.execute(select(table.c.path).where(*where)).scalar() is None:
        tx.execute(insert(table).values(draft=draft, path=path, media=digest))


def attach_file(house: House, draft: str, sent: Path, name: str, by: str) -> str:
    """Put a file that comes with the document into a draft: a PDF as it is, anything else as it is shown; its path."""
    with sent.open("rb") as stream:
        head = stream.read(picture.HEAD)
        stream.seek(0)
        if picture.detect(head) != "PDF":
            taken = take(house, stream, name, by)
            return attach(house, draft, taken)[0].path
    if sent.stat().st_size > LARGEST[Kind.PAGES]:
        raise TooLarge("the PDF is too large to be attached", f"at most {LARGEST[Kind.PAGES]:,} bytes")
    digest = house.media.keep_file(sent)
    path = f"files/{digest[:16]}.pdf"
    with writing(house.engine) as tx:
        insist_on_writing(tx, draft)
        drafts.keep_medium(tx, digest, house.media.path(digest).stat().st_size, "application/pdf")
        put(tx, draft, path, digest)
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
        written = {draft.document for draft in open_drafts}
        for release in shelf.newest(tx):
            if release.document.id not in written:
                paths = {file.path for file in release.media if file.digest == digest}
                found += _uses(release.document.plain(), _own(paths), None)
        for each in shared.newest(tx):
            if each.block.id not in written:
                paths = {path for path, held in each.media.items() if held == digest}
                found += _uses(each.block.plain(), paths, None)
    for draft in open_drafts:
        paths = {path for path, held in draft.media.items() if held == digest}
        found += _uses(draft.values, _own(paths), draft.id)
    return tuple(found)


def _own(paths: set[str]) -> set[str]:
    """The paths of a document's own media; those of a block are changed in the block."""
    return {path for path in paths if not path.startswith(f"{PLACE}/")}


def _uses(values: Mapping[str, Any], paths: set[str], draft: str | None) -> list[Use]:
    return [
        Use(
            document=str(values.get("id", "")),
            title=str(values.get("title", "")),
            step=str(step.get("id", "")),
            step_title=str(step.get("title") or step.get("id", "")),
            draft=draft,
        )
        for step in values.get("steps", [])
        if any(paths & {medium.get("picture"), medium.get("poster")} for medium in step.get("media", []))
    ]


def replace(house: House, old: str, digest: str, documents: tuple[str, ...], by: str, path: str) -> list[str]:  # noqa: PLR0917 - what takes whose place where, by whom
    """Put the picture `digest` in place of another in these documents, annotations kept; the changed drafts."""
    changed: list[str] = []
    for document in documents:
        with reading(house.engine) as tx:
            release = shelf.newest_release(tx, document)
            draft = tx.execute(
                select(tables.drafts.c.id).where(
                    tables.drafts.c.document == document, tables.drafts.c.state == "draft"
                )
            ).scalar()
        if draft is None and release is not None:
            draft = drafts.from_release(house, release, by)
        if draft is None:
            draft = _block_draft(house, document, by)
        if draft is None:
            continue
        with reading(house.engine) as tx:
            held = read(tx, draft)
        if _swap(house, held, old, digest, by, path):
            changed.append(draft)
    return changed


def _block_draft(house: House, block: str, by: str) -> str | None:
    try:
        return drafts.from_block(house, shared.current(house, block), by)
    except NotThere:
        return None


def _swap(house: House, draft: Draft, old: str, digest: str, by: str, path: str) -> bool:  # noqa: PLR0917
    paths = _own({name for name, held in draft.media.items() if held == old})
    wanted: list[Change] = []
    for step in draft.steps:
        part = draft.parts[STEP + step]
        media = [
            {**medium, "picture": path} if medium.get("picture") in paths else medium
            for medium in part.body.get("media", [])
        ]
        if media != part.body.get("media", []):
            wanted.append(Change(part=STEP + step, version=part.version, body={**part.body, "media": media}))
    if wanted:
        with writing(house.engine) as tx:
            put(tx, draft.id, path, digest)
        changes(house, draft.id, wanted, by)
    return bool(wanted)
