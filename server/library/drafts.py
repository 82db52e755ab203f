"""Drafts: documents while they are written, kept part by part so that two engineers do not lose each other's work.

A draft is a *head* (all fields but the steps), one part for each step, and the *order* of the steps; each has a version
of its own. A change says which version it was made from. Where another one came in between, both are merged when they
touched different fields; when they touched the same, the later one is refused with both texts. Every accepted change is
kept for good, with who and when.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import uuid_utils
from sqlalchemy import Connection, func, insert, select, update

from content import wire
from content.blocks import file_of
from content.folder import Document, load
from content.instruction import Instruction
from content.package import Release, describe
from server.audit import note
from server.errors import Conflict, Invalid, NotThere
from server.house import House
from server.library.merging import Clash, merged
from server.store import tables
from server.store.engine import reading, writing

HEAD, ORDER, STEP = "head", "order", "step:"
LONGEST_PART = 400_000  # characters
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

    @property
    def steps(self) -> list[str]:
        """The identifiers of its steps, in order."""
        return list(self.parts[ORDER].body)

    @property
    def values(self) -> dict[str, Any]:
        """The whole document as JSON values, valid or not."""
        values = dict(self.parts[HEAD].body)
        if self.kind == "work-instruction":
            values["steps"] = [self.parts[STEP + step].body for step in self.steps]
        return values


class EditClash(Conflict):
    """Two engineers changed the same words; both are carried along."""

    def __init__(self, part: str, version: int, theirs: Any, fields: tuple[str, ...]) -> None:
        super().__init__(
            f"somebody else changed {', '.join(fields)} meanwhile", "look at both and keep what is right"
        )
        self.part = part
        self.version = version
        self.theirs = theirs
        self.fields = fields


# --- beginning a draft ----------------------------------------------------------


def from_release(house: House, release: Release, by: str) -> str:
    """The open draft of the release's document; one is begun from the release where there is none."""
    document = release.document
    with writing(house.engine) as tx:
        known = _open_draft(tx, document.id)
        if known is not None:
            return known
        highest = tx.execute(
            select(func.max(tables.releases.c.revision)).where(tables.releases.c.document == document.id)
        ).scalar()
        values = document.plain() | {"revision": int(highest or document.revision) + 1}
        media = {file.path: file.digest for file in release.media}
        return _begin(tx, house, values, media, by, based_on=release.digest)


def from_folder(house: House, folder: Path, by: str, comment: str = "") -> str:
    """A new draft of the document in `folder`; raises DocumentError when it is none."""
    document = load(folder)
    files = describe(folder, document)
    for file in files:
        house.media.keep(file_of(file.path, folder).read_bytes(), file.digest)
    with writing(house.engine) as tx:
        for file in files:
            keep_medium(tx, file.digest, file.size, file.type)
        values = document.plain() | {"id": _free_name(tx, document.id)}
        draft = _begin(tx, house, values, {file.path: file.digest for file in files}, by)
        tx.execute(update(tables.drafts).where(tables.drafts.c.id == draft).values(comment=comment))
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
        draft = _begin(tx, house, document.plain(), media, by, based_on=newest)
        values = {"comment": comment, "source": json.dumps(dict(source or {}))}
        tx.execute(update(tables.drafts).where(tables.drafts.c.id == draft).values(**values))
        return draft


def _make_way(tx: Connection, house: House, document: str, by: str) -> None:
    """Put an earlier submission of the same sender away; raises Conflict where it is somebody's work."""
    d = tables.drafts
    query = select(d).where(d.c.document == document, d.c.state.in_(OPEN))
    for row in tx.execute(query).all():
        if row.created_by != by or row.state == "approved" or row.changed_by != by:
            raise Conflict(
                f"{row.changed_by} has an open draft of {document}, which is {row.state.replace('-', ' ')}",
                "have it released or discarded, then send it again",
            )
        tx.execute(update(d).where(d.c.id == row.id).values(state="discarded", changed_at=house.now()))
        note(tx, house.now(), by, "draft discarded", document, "a newer submission takes its place")


def new(house: House, kind: str, title: str, by: str) -> str:
    """An empty draft of that kind: `work-instruction` or `sop`."""
    from content.importing.draft import slug  # noqa: PLC0415 - its libraries are heavy

    values: dict[str, Any] = {"kind": kind, "title": title, "revision": 1, "language": "en"}
    if kind == "work-instruction":
        values |= {
            "applies_to": {},
            "steps": [{"id": "step-1", "title": "First step", "text": "What to do."}],
        }
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
        _keep(tx, draft, part, 1, body)
        _note_edit(tx, house, draft, part, 1, None, body, by)
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
    taken |= set(tx.execute(select(tables.drafts.c.document)).scalars())
    found, number = name, 2
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    return found


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
        select(tables.draft_media.c.path, tables.draft_media.c.media).where(
            tables.draft_media.c.draft == draft
        )
    ).all()
    return Draft(
        id=row.id,
        document=row.document,
        kind=row.kind,
        title=row.title,
        state=row.state,
        comment=row.comment,
        based_on=row.based_on,
        changed_by=row.changed_by,
        parts={part.part: Part(version=part.version, body=json.loads(part.body)) for part in parts},
        media={each.path: each.media for each in media},
    )


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


# --- changing -------------------------------------------------------------------


def change(house: House, draft: str, part: str, version: int, body: Any, by: str) -> Part:  # noqa: PLR0917
    """Change a part that was at `version`; what it is now, with others' changes in it.

    Raises:
        EditClash: others changed the same fields.
        Conflict: the draft is no longer written.
        Invalid: it is no JSON that a document is made of, or too long.
    """
    text = _spelled(body)
    with writing(house.engine) as tx:
        _refuse_closed(tx, draft)
        now = _part(tx, draft, part)
        if now is None and version != 0:
            raise NotThere("There is no such step in this draft.", "Load the page again.")
        if now is not None and now.version != version:
            body = _merged(tx, draft, part, version, now, body)
            text = _spelled(body)
        if now is not None and text == wire.canonical(now.body):
            return now
        after = Part(version=(now.version if now else 0) + 1, body=body)
        _keep(tx, draft, part, after.version, body)
        _note_edit(tx, house, draft, part, after.version, None if now is None else now.body, body, by)
        _touch(tx, house, draft, by, part, body)
    house.live.say(f"draft {draft}")
    return after


def _merged(tx: Connection, draft: str, part: str, version: int, now: Part, mine: Any) -> Any:  # noqa: PLR0917
    query = select(tables.draft_edits.c.after).where(
        tables.draft_edits.c.draft == draft,
        tables.draft_edits.c.part == part,
        tables.draft_edits.c.version == version,
    )
    base = tx.execute(query).scalar()
    if base is None:
        raise Invalid("this change was made from a version that is not known", "load the page again")
    try:
        return merged(json.loads(base), now.body, mine)
    except Clash as clash:
        raise EditClash(part, now.version, now.body, clash.fields) from None


def _part(tx: Connection, draft: str, part: str) -> Part | None:
    row = tx.execute(
        select(tables.draft_parts.c.version, tables.draft_parts.c.body).where(
            tables.draft_parts.c.draft == draft, tables.draft_parts.c.part == part
        )
    ).first()
    return None if row is None else Part(version=row.version, body=json.loads(row.body))


def _keep(tx: Connection, draft: str, part: str, version: int, body: Any) -> None:
    where = (tables.draft_parts.c.draft == draft, tables.draft_parts.c.part == part)
    values = {"version": version, "body": wire.canonical(body)}
    if version == 1:
        tx.execute(insert(tables.draft_parts).values(draft=draft, part=part, **values))
    else:
        tx.execute(update(tables.draft_parts).where(*where).values(**values))


def _note_edit(  # noqa: PLR0917 - what was changed to what, by whom
    tx: Connection,
    house: House,
    draft: str,
    part: str,
    version: int,
    before: Any,
    after: Any,
    by: str,
    undoes: int | None = None,
) -> None:
    tx.execute(
        insert(tables.draft_edits).values(
            draft=draft,
            part=part,
            version=version,
            before=None if before is None else wire.canonical(before),
            after=wire.canonical(after),
            at=house.now(),
            by=by,
            undoes=undoes,
        )
    )


def _touch(tx: Connection, house: House, draft: str, by: str, part: str, body: Any) -> None:  # noqa: PLR0917
    values: dict[str, Any] = {"changed_at": house.now(), "changed_by": by}
    if part == HEAD and isinstance(body.get("title"), str):
        values["title"] = body["title"][:300]
    tx.execute(update(tables.drafts).where(tables.drafts.c.id == draft).values(**values))


def _refuse_closed(tx: Connection, draft: str) -> None:
    state = tx.execute(select(tables.drafts.c.state).where(tables.drafts.c.id == draft)).scalar()
    if state is None:
        raise NotThere("There is no such draft.", "Look in the library.")
    if state != "draft":
        raise Conflict(f"This draft is {state}; nothing in it can be changed.", "Take it back first.")


def _spelled(body: Any) -> str:
    try:
        text = wire.canonical(body)
    except ValueError:
        text = ""
    except wire.WireError as problem:
        raise Invalid(f"this cannot be kept: {problem}", "write decimal numbers as text") from None
    if not isinstance(body, dict | list):
        raise Invalid("a part is an object or a list", "send it as JSON")
    if len(text) > LONGEST_PART:
        raise Invalid(f"this part has {len(text):,} characters", f"at most {LONGEST_PART:,}")
    return text


# --- taking back ----------------------------------------------------------------


def undo(house: House, draft: str, by: str) -> Part | None:
    """Take back one's own latest change that still stands, as a new change; None when there is none.

    Raises EditClash when somebody else has changed the same since.
    """
    edits = tables.draft_edits
    with reading(house.engine) as tx:
        row = tx.execute(
            select(edits)
            .where(
                edits.c.draft == draft,
                edits.c.by == by,
                edits.c.undone.is_(False),
                edits.c.undoes.is_(None),
                edits.c.before.is_not(None),
            )
            .order_by(edits.c.id.desc())
            .limit(1)
        ).first()
    if row is None:
        return None
    taken = change(house, draft, row.part, row.version, json.loads(row.before), by)
    with writing(house.engine) as tx:
        tx.execute(update(edits).where(edits.c.id == row.id).values(undone=True))
        tx.execute(
            update(edits)
            .where(edits.c.draft == draft, edits.c.part == row.part, edits.c.version == taken.version)
            .values(undoes=row.id)
        )
    return taken


def redo(house: House, draft: str, by: str) -> Part | None:
    """Make anew what one took back last; None when there is nothing."""
    edits = tables.draft_edits
    with reading(house.engine) as tx:
        taken = tx.execute(
            select(edits)
            .where(edits.c.draft == draft, edits.c.by == by, edits.c.undoes > 0)
            .order_by(edits.c.id.desc())
            .limit(1)
        ).first()
        row = None if taken is None else tx.execute(select(edits).where(edits.c.id == taken.undoes)).first()
    if row is None or taken is None:
        return None
    made = change(house, draft, row.part, taken.version, json.loads(row.after), by)
    with writing(house.engine) as tx:
        tx.execute(update(edits).where(edits.c.id == row.id).values(undone=False))
        both = edits.c.version.in_((taken.version, made.version))
        tx.execute(
            update(edits).where(edits.c.draft == draft, edits.c.part == row.part, both).values(undoes=0)
        )
    return made


def is_instruction(document: Document) -> bool:
    """Whether it has steps."""
    return isinstance(document, Instruction)


def plain(values: Any) -> dict[str, Any]:
    """JSON that came in as an object."""
    if not isinstance(values, dict):
        raise Invalid("an object is expected", "send it as JSON")
    return cast("dict[str, Any]", values)
