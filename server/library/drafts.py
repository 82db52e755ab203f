"""Drafts: documents while they are written, kept part by part so that two engineers do not lose each other's work.

A draft is a *head* (all fields but the steps), one part for each step, and the *order* of the steps; each has a version
of its own. A change says which version it was made from. Where another one came in between, both are merged when they
touched different fields; when they touched the same, the later one is refused with both texts. Every accepted change is
kept for good, with who and when.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import uuid_utils
from sqlalchemy import Connection, Row, insert, select, update

from content import wire
from content.blocks import PLACE, file_of, folded, steps_of, translations_of
from content.folder import Document, load
from content.importing.draft import slug, unique
from content.instruction import Instruction
from content.package import Release, describe
from server.audit import note
from server.errors import Conflict, Invalid, NotThere
from server.house import House
from server.library import numbering, shapes, todos
from server.library.shapes import HEAD, ORDER, STEP, Damage
from server.library.shared import Shared, keep_of_folder
from server.library.shared import of as blocks_of
from server.store import tables
from server.store.engine import writing

OPEN = ("draft", "in-review", "approved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a draft and its version, from 1."""

    version: int
    body: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft as it is now."""

    id: str
    document: str
    kind: str
    title: str
    state: str
    comment: str
    based_on: str | None
    changed_by: str
    parts: Mapping[str, Part]
    media: Mapping[str, str]  # path -> digest
    types: Mapping[str, str]  # path -> media type
    shared: Mapping[tuple[str, int], Shared]  # the blocks that its steps refer to

    @property
    def has_steps(self) -> bool:
        """Whether it is made of steps."""
        return self.kind != "sop"

    @property
    def steps(self) -> list[str]:
        """The identifiers of its steps that can be read, in order."""
        order = self.parts.get(ORDER)
        named = shapes.steps_of(None if order is None else order.body)
        return [step for step in named if isinstance(self._body(STEP + step), dict)]

    @property
    def head(self) -> dict[str, Any]:
        """All its fields but the steps, as far as they can be read."""
        held = self._body(HEAD)
        return dict(cast("dict[str, Any]", held)) if isinstance(held, dict) else {}

    @property
    def values(self) -> dict[str, Any]:
        """The whole document as JSON values, valid or not; what is damaged is left out."""
        values = {"id": self.document, "kind": self.kind, "title": self.title} | self.head
        if self.has_steps:
            values["steps"] = []
            for step in self.steps:
                self._add(values, self.parts[STEP + step].body)
        return values

    def _add(self, values: dict[str, Any], step: dict[str, Any]) -> None:
        """A step as it is, or all those of the block that it refers to, with what comes along."""
        if "block" not in step:
            values["steps"].append(step)
            return
        use = {key: step[key] for key in ("block", "prefix", "revision", "digest") if key in step}
        held = self.shared.get(block_of(step))
        if held is None:
            values["steps"].append({"id": step["id"], "title": str(step["block"]), "text": "…"})
            return
        block, prefix = held.block, step.get("prefix")
        values["steps"] += steps_of(block, prefix)
        for field, key, brought in (("parts", "number", block.parts), ("tools", "id", block.tools)):
            known = {each.get(key) for each in values.get(field, [])}
            added = [each.plain() for each in brought if getattr(each, key) not in known]
            if added:
                values[field] = [*values.get(field, []), *added]
        for language, texts in translations_of(block, prefix).items():
            spoken = dict(values.get("translations", {}))
            values["translations"] = spoken | {language: {**spoken.get(language, {}), **texts}}
        values["blocks"] = [*values.get("blocks", []), use]

    def owner(self, step: str) -> str:
        """The step of the draft in which a step of the document stands: itself, or the reference to its block."""
        for name in self.steps:
            body = self.parts[STEP + name].body
            held = self.shared.get(block_of(body)) if "block" in body else None
            if held is not None and step in {each["id"] for each in steps_of(held.block, body.get("prefix"))}:
                return name
        return step

    @property
    def damages(self) -> tuple[Damage, ...]:
        """What of it cannot be read."""
        return shapes.damages(
            {name: part.body for name, part in self.parts.items()}, with_steps=self.has_steps
        )

    def _body(self, part: str) -> Any:
        held = self.parts.get(part)
        return None if held is None else held.body


# --- beginning a draft ----------------------------------------------------------


def from_release(house: House, release: Release, by: str) -> str:
    """The open draft of the release's document; one is begun from the release where there is none."""
    document = release.document
    with writing(house.engine) as tx:
        known = _open_draft(tx, document.id)
        if known is not None:
            return known
        number = (numbering.highest(tx, document.id) or document.revision) + 1
        values = _referring(tx, document.plain() | {"revision": number})
        media = {file.path: file.digest for file in release.media}
        return _begin(tx, house, values, media, by, based_on=release.digest)


def from_block(house: House, shared: Shared, by: str) -> str:
    """The open draft of a block; one is begun from its newest revision where there is none."""
    with writing(house.engine) as tx:
        known = _open_draft(tx, shared.block.id)
        if known is not None:
            return known
        values = shared.block.plain() | {"revision": shared.block.revision + 1}
        return _begin(tx, house, values, shared.media, by)


def from_folder(house: House, folder: Path, by: str, notes: Sequence[str] = ()) -> str:
    """A new draft of the document in `folder`, with what its import left to a person.

    Raises DocumentError when it is none.
    """
    document = load(folder)
    files = describe(folder, document)
    for file in files:
        house.media.keep(file_of(file.path, folder).read_bytes(), file.digest)
    with writing(house.engine) as tx:
        for file in files:
            keep_medium(tx, file.digest, file.size, file.type)
        values = document.plain() | {"id": _free_name(tx, document.id)}
        draft = _begin(tx, house, values, {file.path: file.digest for file in files}, by)
        keep_of_folder(
            tx, house, folder, document, {file.path: file.digest for file in files}, by, proposed=True
        )
        todos.keep(tx, draft, notes, [step.id for step in getattr(document, "steps", ())])
        return draft


def revision_from_folder(
    house: House, folder: Path, by: str, comment: str = "", source: Mapping[str, str] | None = None
) -> str:
    """A draft of the next revision of the document in `folder`, as a pipeline sends it.

    Raises DocumentError when it is none, and Conflict while somebody writes in a draft of that document.
    """
    document = load(folder)
    files = describe(folder, document)
    for file in files:
        house.media.keep(file_of(file.path, folder).read_bytes(), file.digest)
    with writing(house.engine) as tx:
        for file in files:
            keep_medium(tx, file.digest, file.size, file.type)
        _make_way(tx, house, document.id, by)
        r = tables.releases.c
        newest = tx.execute(
            select(r.digest).where(r.document == document.id).order_by(r.revision.desc()).limit(1)
        ).scalar()
        media = {file.path: file.digest for file in files}
        keep_of_folder(tx, house, folder, document, media, by, proposed=True)
        draft = _begin(tx, house, document.plain(), media, by, based_on=newest)
        values = {"comment": comment, "source": json.dumps(dict(source or {}))}
        tx.execute(update(tables.drafts).where(tables.drafts.c.id == draft).values(**values))
        return draft


def _referring(tx: Connection, values: dict[str, Any]) -> dict[str, Any]:
    """The document's values with references to its blocks, as parts of a draft; as they are where that is not to be."""
    uses = values.get("blocks", [])
    held = {name: each.block for (name, _), each in blocks_of(tx, [block_of(use) for use in uses]).items()}
    found = folded(values, held) if uses and len(held) == len({use["block"] for use in uses}) else None
    if found is None:
        return values
    taken = {step["id"] for step in found["steps"] if "block" not in step}
    for step in found["steps"]:
        if "block" in step:
            step |= {"revision": held[step["block"]].revision, "digest": held[step["block"]].digest}
            step["id"] = unique(f"block-{step['block']}"[:70], taken)
    return found


def _make_way(tx: Connection, house: House, document: str, by: str) -> None:
    """Put an earlier submission of the same sender away; raises Conflict where it is somebody's work."""
    d = tables.drafts
    query = select(d).where(d.c.document == document, d.c.state.in_(OPEN))
    for row in tx.execute(query).all():
        if row.created_by != by or row.state == "approved" or row.changed_by != by or _by_hand(tx, row):
            raise Conflict(
                f"{row.changed_by} has an open draft of {document}, which is {row.state.replace('-', ' ')}",
                "have it released or discarded, then send it again",
            )
        tx.execute(update(d).where(d.c.id == row.id).values(state="discarded", changed_at=house.now()))
        note(tx, house.now(), by, "draft discarded", document, "a newer submission takes its place")


def _by_hand(tx: Connection, draft: Row[Any]) -> bool:
    """Whether somebody has written in it since it was sent, or it was never sent at all."""
    e = tables.draft_edits.c
    written = tx.execute(select(e.id).where(e.draft == draft.id, e.version > 1).limit(1)).first()
    return written is not None or draft.round == 0


def new(house: House, kind: str, title: str, by: str) -> str:
    """An empty draft of that kind: `work-instruction` or `sop`."""
    values: dict[str, Any] = {"kind": kind, "title": title, "revision": 1, "language": "en"}
    if kind != "sop":
        values["steps"] = [{"id": "step-1", "title": "First step", "text": "What to do."}]
        values |= {"applies_to": {}} if kind == "work-instruction" else {}
    else:
        end = {"id": "done", "kind": "end", "title": "Done"}
        begin = {"id": "begin", "kind": "task", "title": "Begin", "next": ["done"]}
        words = {"owner": "Owner", "purpose": "Why.", "scope": "What for."}
        values |= words | {"review_interval": "365d", "flow": [begin, end]}
    with writing(house.engine) as tx:
        values["id"] = _free_name(tx, slug(title, "document"))
        return _begin(tx, house, values, {}, by)


def _begin(  # noqa: PLR0917 - what it is made of, by whom, and from what
    tx: Connection,
    house: House,
    values: dict[str, Any],
    media: Mapping[str, str],
    by: str,
    based_on: str | None = None,
) -> str:
    draft, now = str(uuid_utils.uuid7()), house.now()
    steps = values.pop("steps", [])
    tx.execute(
        insert(tables.drafts).values(
            id=draft,
            document=values["id"],
            kind=values["kind"],
            title=values["title"],
            state="draft",
            based_on=based_on,
            created_at=now,
            created_by=by,
            changed_at=now,
            changed_by=by,
        )
    )
    parts = {HEAD: values, ORDER: [step["id"] for step in steps]} | {
        STEP + step["id"]: step for step in steps
    }
    for part, body in parts.items():
        keep_part(tx, draft, part, 1, body)
        note_edit(tx, house.now(), draft, part, Edit(version=1, before=None, after=body, by=by))
    for path, digest in media.items():
        tx.execute(insert(tables.draft_media).values(draft=draft, path=path, media=digest))
    note(tx, now, by, "draft begun", values["id"], draft)
    return draft


def _open_draft(tx: Connection, document: str) -> str | None:
    query = select(tables.drafts.c.id).where(
        tables.drafts.c.document == document, tables.drafts.c.state.in_(OPEN)
    )
    return tx.execute(query.order_by(tables.drafts.c.changed_at.desc())).scalar()


def _free_name(tx: Connection, name: str) -> str:
    taken = set(tx.execute(select(tables.documents.c.id)).scalars())
    taken |= set(tx.execute(select(tables.blocks.c.id)).scalars())
    taken |= set(tx.execute(select(tables.drafts.c.document)).scalars())
    found, number = name, 2
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change of a part: to which version, from what to what, and by whom.

    `undoes` is the change that it takes back; `together` the first of those that were made in one go; `refused` one
    that is only remembered, since others had changed the same words.
    """

    version: int
    before: Any
    after: Any
    by: str
    undoes: int | None = None
    together: int | None = None
    refused: bool = False


def keep_part(tx: Connection, draft: str, part: str, version: int, body: Any) -> None:
    """Write a part as it is from now on."""
    table = tables.draft_parts
    where = (table.c.draft == draft, table.c.part == part)
    values = {"version": version, "body": wire.canonical(body)}
    if tx.execute(update(table).where(*where).values(**values)).rowcount == 0:
        tx.execute(insert(table).values(draft=draft, part=part, **values))


def note_edit(tx: Connection, at: datetime, draft: str, part: str, edit: Edit) -> int:
    """Remember a change for good; its number."""
    row = insert(tables.draft_edits).values(
        draft=draft,
        part=part,
        version=edit.version,
        before=None if edit.before is None else wire.canonical(edit.before),
        after=wire.canonical(edit.after),
        at=at,
        by=edit.by,
        undoes=edit.undoes,
        together=edit.together,
        refused=edit.refused,
    )
    return int(tx.execute(row).inserted_primary_key[0])  # pyright: ignore[reportOptionalSubscript]


def keep_medium(tx: Connection, digest: str, size: int, kind: str) -> None:
    """Note a file of the media store."""
    if tx.execute(select(tables.media.c.size).where(tables.media.c.digest == digest)).scalar() is None:
        tx.execute(insert(tables.media).values(digest=digest, size=size, type=kind))


# --- reading --------------------------------------------------------------------


def read(tx: Connection, draft: str) -> Draft:
    """The draft; raises NotThere."""
    row = tx.execute(select(tables.drafts).where(tables.drafts.c.id == draft)).first()
    if row is None:
        raise NotThere("There is no such draft.", "Look in the library.")
    parts = tx.execute(select(tables.draft_parts).where(tables.draft_parts.c.draft == draft)).all()
    media = tx.execute(
        select(tables.draft_media.c.path, tables.draft_media.c.media, tables.media.c.type)
        .join(tables.media, tables.media.c.digest == tables.draft_media.c.media)
        .where(tables.draft_media.c.draft == draft)
    ).all()
    read_parts = {part.part: Part(version=part.version, body=body_of(part.body)) for part in parts}
    steps = [
        part.body for part in read_parts.values() if isinstance(part.body, dict) and "block" in part.body
    ]
    shared = blocks_of(tx, [block_of(step) for step in steps])
    brought = {
        f"{PLACE}/{name}/{path}": digest
        for (name, _), held in shared.items()
        for path, digest in held.media.items()
    }
    kinds = tables.media.c
    types = (
        dict(tx.execute(select(kinds.digest, kinds.type).where(kinds.digest.in_(brought.values()))).all())
        if brought
        else {}
    )
    return Draft(
        id=row.id,
        document=row.document,
        kind=row.kind,
        title=row.title,
        state=row.state,
        comment=row.comment,
        based_on=row.based_on,
        changed_by=row.changed_by,
        parts=read_parts,
        media={each.path: each.media for each in media} | brought,
        types={each.path: each.type for each in media}
        | {path: types.get(digest, "") for path, digest in brought.items()},
        shared=shared,
    )


def hold(tx: Connection, draft: str) -> None:
    """Have others who change the draft wait until this transaction ends, whatever the database."""
    tx.execute(select(tables.drafts.c.id).where(tables.drafts.c.id == draft).with_for_update())


def block_of(step: Mapping[str, Any]) -> tuple[str, int]:
    """The block that a step refers to, and its revision; 0 where it says none."""
    revision = step.get("revision")
    return str(step.get("block", "")), revision if isinstance(revision, int) else 0


def body_of(text: str) -> Any:
    """A part's body as it is kept; None for what cannot be read, which the draft then tells as damaged."""
    try:
        return json.loads(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A draft that is being written or reviewed, as a line of a list."""

    id: str
    title: str
    state: str
    changed_at: datetime
    changed_by: str


def written(tx: Connection) -> tuple[Written, ...]:
    """The open drafts, the latest first."""
    table = tables.drafts
    rows = tx.execute(select(table).where(table.c.state.in_(OPEN)).order_by(table.c.changed_at.desc()))
    return tuple(
        Written(
            id=row.id, title=row.title, state=row.state, changed_at=row.changed_at, changed_by=row.changed_by
        )
        for row in rows
    )


def is_instruction(document: Document) -> bool:
    """Whether it has steps."""
    return isinstance(document, Instruction)


def plain(values: Any) -> dict[str, Any]:
    """JSON that came in as an object."""
    if not isinstance(values, dict):
        raise Invalid("an object is expected", "send it as JSON")
    return cast("dict[str, Any]", values)
