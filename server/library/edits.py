"""Changes of a draft's parts: several in one transaction, merged with what came in between, and kept for good."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from sqlalchemy import Connection, select, update

from content import wire
from content.following import followed
from server.errors import Conflict, Invalid, NotThere
from server.house import House
from server.library import shapes
from server.library.drafts import Draft, Edit, Part, body_of, hold, keep_part, note_edit, read
from server.library.merging import Apart, merge
from server.library.shapes import HEAD, ORDER, STEP
from server.store import tables
from server.store.engine import writing

LONGEST_PART = 400_000  # characters
MOST_CHANGES = 600  # parts of one request
Body = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A part as somebody wants it, and the version that it was made from; 0 is a part that was not there.

    `base` is what it was made from where that is not what the version held: words that were on their way already.
    """

    part: str
    version: int
    body: Any
    base: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a part is now, with others' changes in it; `apart` are the fields in which theirs stayed."""

    part: str
    version: int
    body: Any
    apart: tuple[Apart, ...] = ()


class EditClash(Conflict):
    """Somebody else has changed the same words since."""

    def __init__(self, part: str, apart: Sequence[Apart]) -> None:
        fields = ", ".join(".".join(each.at) or "everything" for each in apart)
        super().__init__(f"somebody else changed {fields} meanwhile", "look at it and change it by hand")
        self.part = part
        self.apart = tuple(apart)


def change(house: House, draft: str, wanted: Change, by: str) -> Kept:
    """Change one part; see `changes`."""
    return changes(house, draft, (wanted,), by)[0]


def changes(house: House, draft: str, wanted: Sequence[Change], by: str) -> list[Kept]:
    """Change several parts in one transaction: all of them, or none.

    Fields that others changed meanwhile come together with these; where both changed the same field, theirs stays, it
    is told, and the words that were not taken stand in the draft's history.

    Raises:
        Conflict: the draft is no longer written.
        Invalid: a part has no shape that a part can have, or is too long.
        NotThere: there is no such draft or part.
    """
    if len(wanted) > MOST_CHANGES:
        raise Invalid(f"these are {len(wanted)} changes", f"at most {MOST_CHANGES} at a time")
    with writing(house.engine) as tx:
        kept = apply(tx, house, draft, wanted, by)
    house.live.say(f"draft {draft}")
    return kept


def apply(  # noqa: PLR0917 - what is changed to what, by whom, and what that takes back
    tx: Connection, house: House, draft: str, wanted: Sequence[Change], by: str, undoes: int | None = None
) -> list[Kept]:
    """What `changes` does, inside a transaction."""
    held = insist_on_writing(tx, draft)
    together: int | None = None
    kept: list[Kept] = []
    for each in wanted:
        now = held.parts.get(each.part)
        _refuse_odd(held, each, {other.part for other in wanted})
        made = _merged(tx, held, each, now)
        if now is None or wire.canonical(made.body) != wire.canonical(now.body):
            made = replace(made, version=(now.version if now else 0) + 1)
            keep_part(tx, draft, each.part, made.version, made.body)
            before = None if now is None else now.body
            edit = Edit(
                version=made.version, before=before, after=made.body, by=by, undoes=undoes, together=together
            )
            number = note_edit(tx, house.now(), draft, each.part, edit)
            together = together or number
        if made.apart:
            lost = Edit(version=made.version, before=made.body, after=each.body, by=by, refused=True)
            note_edit(tx, house.now(), draft, each.part, lost)
        kept.append(made)
    if together is not None:
        _follow(tx, house, held, by, together)
        _touch(tx, house, draft, by, kept)
    return kept


def _follow(tx: Connection, house: House, was: Draft, by: str, together: int) -> None:
    """Have the translations of texts that are known by their words follow those that were changed."""
    now = read(tx, was.id)
    spoken = now.head.get("translations")
    if not isinstance(spoken, dict):
        return
    found = cast("dict[str, Any]", spoken)
    for name, part in was.parts.items():
        body = now.parts[name].body
        if isinstance(part.body, dict) and isinstance(body, dict) and part.version != now.parts[name].version:
            begin = f"steps.{name.removeprefix(STEP)}" if name.startswith(STEP) else ""
            found = followed(found, cast("Body", part.body), cast("Body", body), begin)
    if found != spoken:
        version, body = now.parts[HEAD].version + 1, now.head | {"translations": found}
        keep_part(tx, was.id, HEAD, version, body)
        edit = Edit(version=version, before=now.head, after=body, by=by, together=together)
        note_edit(tx, house.now(), was.id, HEAD, edit)


def insist_on_writing(tx: Connection, draft: str) -> Draft:
    """The draft, which others cannot change until the transaction ends; raises Conflict once it is not written."""
    hold(tx, draft)
    held = read(tx, draft)
    if held.state != "draft":
        raise Conflict(f"This draft is {held.state}; nothing in it can be changed.", "Take it back first.")
    return held


def _refuse_odd(held: Draft, wanted: Change, changed: set[str]) -> None:
    """Refuse what cannot be the part that it says it is."""
    if not shapes.is_part(wanted.part) or (wanted.part != HEAD and not held.has_steps):
        raise NotThere("There is no such part.", "Load the page again.")
    try:
        text = wire.canonical(wanted.body)
    except (ValueError, RecursionError):
        raise Invalid("this cannot be kept: it is no JSON", "load the page again") from None
    except wire.WireError as problem:
        raise Invalid(f"this cannot be kept: {problem}", "write decimal numbers as text") from None
    if len(text) > LONGEST_PART:
        raise Invalid(f"this part has {len(text):,} characters", f"at most {LONGEST_PART:,}")
    shapes.insist(wanted.part, wanted.body, held.document, held.kind)
    now = held.parts.get(wanted.part)
    if now is None and wanted.version != 0:
        raise NotThere("There is no such step in this draft.", "Load the page again.")
    if wanted.part == ORDER:
        known = {*shapes.steps_of(now.body if now else None)}
        known |= {part.removeprefix(STEP) for part in (*held.parts, *changed) if part.startswith(STEP)}
        lost = [step for step in wanted.body if step not in known]
        if lost:
            raise Invalid(
                f"the order names the step {lost[0]!r}, which is not there", "send the step with it"
            )


def _merged(tx: Connection, held: Draft, wanted: Change, now: Part | None) -> Kept:
    if now is None or (now.version == wanted.version and wanted.base is None):
        return Kept(part=wanted.part, version=wanted.version, body=wanted.body)
    if shapes.what_is_wrong(wanted.part, now.body) is not None:
        return Kept(part=wanted.part, version=now.version, body=wanted.body)  # it mends what was damaged
    base = wanted.base if wanted.base is not None else _base(tx, held.id, wanted)
    merged = merge(base, now.body, wanted.body)
    return Kept(part=wanted.part, version=now.version, body=merged.body, apart=merged.apart)


def _base(tx: Connection, draft: str, wanted: Change) -> Any:
    e = tables.draft_edits.c
    query = select(e.after).where(
        e.draft == draft, e.part == wanted.part, e.version == wanted.version, e.refused.is_(False)
    )
    base = tx.execute(query).scalar()
    if base is None and wanted.version != 0:
        raise Invalid("this change was made from a version that is not known", "load the page again")
    return None if base is None else body_of(base)


def _touch(tx: Connection, house: House, draft: str, by: str, kept: Sequence[Kept]) -> None:
    values: dict[str, Any] = {"changed_at": house.now(), "changed_by": by}
    for each in kept:
        if each.part == HEAD and isinstance(each.body.get("title"), str):
            values["title"] = each.body["title"][:300]
    tx.execute(update(tables.drafts).where(tables.drafts.c.id == draft).values(**values))


# --- mending ---------------------------------------------------------------------


def mend(house: House, draft: str, by: str) -> list[str]:
    """Mend what is damaged: what was kept last comes back, a step without words leaves the order; what was done."""
    with writing(house.engine) as tx:
        held = insist_on_writing(tx, draft)
        told: list[str] = []
        for damage in held.damages:
            now = held.parts.get(damage.part)
            body = _last_good(tx, held, damage.part)
            if body is None:
                continue
            before = None if now is None else now.body
            version = (now.version if now else 0) + 1
            keep_part(tx, draft, damage.part, version, body)
            note_edit(
                tx, house.now(), draft, damage.part, Edit(version=version, before=before, after=body, by=by)
            )
            told.append(f"{damage.message}: what was kept last came back")
        left = [
            step for step in shapes.steps_of(_body(read(tx, draft), ORDER)) if step in read(tx, draft).steps
        ]
        held = read(tx, draft)
        if held.has_steps and _body(held, ORDER) != left:
            now = held.parts.get(ORDER)
            body = left or [part.removeprefix(STEP) for part in held.parts if part.startswith(STEP)]
            version = (now.version if now else 0) + 1
            keep_part(tx, draft, ORDER, version, body)
            edit = Edit(version=version, before=None if now is None else now.body, after=body, by=by)
            note_edit(tx, house.now(), draft, ORDER, edit)
            told.append("steps without words were taken out of the order")
    house.live.say(f"draft {draft}")
    return told


def _body(held: Draft, part: str) -> Any:
    return held.parts[part].body if part in held.parts else None


def _last_good(tx: Connection, held: Draft, part: str) -> Any:
    e = tables.draft_edits.c
    query = (
        select(e.before, e.after).where(e.draft == held.id, e.part == part).order_by(e.id.desc()).limit(50)
    )
    for row in tx.execute(query).all():
        for text in (row.after, row.before):
            body = None if text is None else body_of(text)
            if body is not None and shapes.what_is_wrong(part, body) is None:
                return body
    if part == HEAD:
        return {"id": held.document, "kind": held.kind, "title": held.title, "revision": 1, "language": "en"}
    return None
