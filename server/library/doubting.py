"""Documents in doubt: something that they refer to, or the procedure that governs them, was changed.

Tools, parts, equipment, software and standards are registered once. Changing one flags every document of which a
release that is in use, or the newest, names it; a flag can hold a document, so that nobody starts it. Looking again
clears the flag.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from content.folder import Document
from content.sop import Sop
from server.audit import note
from server.errors import Conflict, Invalid, NotThere
from server.house import House
from server.library import settling
from server.library.mentions import places
from server.library.reasons import insist_on_reason
from server.reports.library import in_use
from server.store import tables
from server.store.engine import deciding, writing

KINDS = ("tool", "part", "equipment", "software", "standard")
LONGEST_ID, LONGEST_NAME = 120, 200  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something that documents refer to."""

    id: str
    kind: str
    name: str
    version: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A document that refers to a thing, and the steps that do."""

    document: str
    kind: str
    title: str
    revision: int
    risk_class: str
    steps: tuple[str, ...]


def things(tx: Connection) -> list[Thing]:
    """Everything that is registered."""
    t = tables.things
    return [
        Thing(id=row.id, kind=row.kind, name=row.name, version=row.version, state=row.state)
        for row in tx.execute(select(t).order_by(t.c.kind, t.c.name))
    ]


def register(house: House, thing: str, kind: str, name: str, version: str, by: str) -> None:  # noqa: PLR0917
    """Add a thing; `thing` is what documents call it: a part number, a tool's identifier, a standard's number."""
    if kind not in KINDS:
        raise Invalid(f"there is no kind {kind!r}", f"one of {', '.join(KINDS)}")
    if not thing.strip() or not name.strip():
        raise Invalid("it needs an identifier and a name", "write what documents call it")
    thing, name, version = thing.strip(), name.strip(), version.strip()
    if (
        len(thing) > LONGEST_ID
        or len(name) > LONGEST_NAME
        or len(version) > LONGEST_ID
        or not thing.isprintable()
    ):
        raise Invalid("the identifier, the name or the version is too long, or no line of text", "shorten it")
    with writing(house.engine) as tx:
        if tx.execute(select(tables.things.c.id).where(tables.things.c.id == thing)).first() is not None:
            raise Conflict(f"{thing} is registered already", "change it instead")
        now = house.now()
        row = {"id": thing, "kind": kind, "name": name, "version": version, "state": "active"}
        tx.execute(insert(tables.things).values(row | {"changed_at": now, "changed_by": by}))
        note(tx, now, by, "registered", thing, f"{kind} {name} {version}".strip())


def uses(tx: Connection, thing: str) -> list[Use]:
    """The documents of which a release in use, or the newest, refers to it; those of high risk first.

    What is newest may be on its way only, while stations still work by what was released before.
    """
    found: dict[str, Use] = {}
    order = ("high", "medium", "low")
    for release in in_use(tx):
        document = release.document
        steps = places(document, thing)
        if steps is None:
            continue
        newer = found.get(document.id)
        found[document.id] = Use(
            document=document.id,
            kind=document.kind,
            title=newer.title if newer else document.title,
            revision=newer.revision if newer else document.revision,
            risk_class=min(
                (document.risk_class, newer.risk_class if newer else document.risk_class), key=order.index
            ),
            steps=tuple(dict.fromkeys((*(newer.steps if newer else ()), *steps))),
        )
    return sorted(found.values(), key=lambda each: (order.index(each.risk_class), each.title))


def retired(tx: Connection, document: Document) -> tuple[str, ...]:
    """The retired things that a document still refers to, in words."""
    t = tables.things.c
    rows = tx.execute(select(t.id, t.name).where(t.state == "retired").order_by(t.id)).all()
    found = [(row, places(document, row.id)) for row in rows]
    return tuple(
        f"it refers to {row.name} ({row.id}), which is retired" + (f": {', '.join(named)}" if named else "")
        for row, named in found
        if named is not None
    )


def change(
    house: House, thing: str, version: str, by: str, *, retire: bool = False, hold: bool = False
) -> list[Use]:
    """Note a new version of a thing, or its end; the documents that are in doubt now.

    `hold`: those of high risk are not started until somebody has looked at them.
    """
    t = tables.things
    with deciding(house.engine) as tx:
        row = tx.execute(select(t).where(t.c.id == thing)).first()
        if row is None:
            raise NotThere(f"{thing} is not registered", "register it first")
        if not retire and row.state == "active" and version.strip() in {"", row.version}:
            raise Invalid(f"{row.name} is {row.version or 'without version'} already", "give its new version")
        now, version = house.now(), version.strip()[:LONGEST_ID]
        values = {"version": version or row.version, "state": "retired" if retire else "active"}
        tx.execute(update(t).where(t.c.id == thing).values(**values, changed_at=now, changed_by=by))
        what = "was retired" if retire else f"is {version or row.version} now, was {_before(row)}"
        note(tx, now, by, "changed", thing, what)
        affected = uses(tx, thing)
        for use in affected:
            holds = hold and use.risk_class == "high"
            flag(
                tx,
                house,
                use.document,
                f"{row.name} ({thing}) {what}",
                by,
                thing=thing,
                cause="thing",
                hold=holds,
            )
        grown = dict[str, int]()
        for use in affected:
            grown |= settling.settle_in(tx, house, use.document)
    settling.tell(house, grown)
    house.live.say("library")
    return affected


def _before(row: Row[Any]) -> str:
    return "retired" if row.state == "retired" else row.version or "without version"


def flag(
    tx: Connection,
    house: House,
    document: str,
    reason: str,
    by: str,
    *,
    thing: str | None = None,
    cause: str = "",
    hold: bool = False,
) -> None:
    """Say that a document needs a review; `cause` is thing, procedure, deviations or review, empty for a person."""
    now = house.now()
    row = {"document": document, "reason": reason, "thing": thing, "cause": cause, "hold": hold}
    tx.execute(insert(tables.flags).values(row | {"at": now, "by": by}))
    note(tx, now, by, "held for review" if hold else "needs review", document, reason)


def clear(house: House, number: int, outcome: str, by: str) -> None:
    """Somebody has looked: what came of it. Raises NotThere and Invalid."""
    if not outcome.strip():
        raise Invalid("say what came of the review", "such as: still right, or: changed in revision 4")
    f = tables.flags
    with deciding(house.engine) as tx:
        row = tx.execute(select(f).where(f.c.id == number, f.c.cleared_at.is_(None))).first()
        if row is None:
            raise NotThere("There is no such flag.", "Load the page again.")
        values = {"cleared_at": house.now(), "cleared_by": by, "outcome": outcome.strip()[:2_000]}
        if row.hold:
            lift(tx, house, row, outcome, by)
        tx.execute(update(f).where(f.c.id == number).values(**values))
        note(tx, house.now(), by, "reviewed", row.document, outcome.strip()[:2_000])
        grown = settling.settle_in(tx, house, row.document)
    settling.tell(house, grown)
    house.live.say("library")


def lift(tx: Connection, house: House, held: Row[Any], why: str, by: str) -> None:
    """A document that was held may be started again: nobody lifts that without a reason. Raises Invalid."""
    why = insist_on_reason(why, "say why it may be used again", f"it was held: {held.reason}")
    note(tx, house.now(), by, "hold lifted", held.document, f"{why[:1_000]} (held: {held.reason})")


def procedure_changed(tx: Connection, house: House, sop: Sop, by: str) -> None:
    """A procedure was released anew: the instructions that it governs need a look."""
    f = tables.flags.c
    for document in (each.document for each in in_use(tx)):
        if isinstance(document, Sop) or sop.id not in document.governed_by:
            continue
        open_one = select(f.id).where(
            f.document == document.id, f.cause == "procedure", f.thing == sop.id, f.cleared_at.is_(None)
        )
        if tx.execute(open_one).first() is None:
            reason = f"“{sop.title}”, which governs it, was released anew as revision {sop.revision}"
            flag(tx, house, document.id, reason, by, thing=sop.id, cause="procedure")
