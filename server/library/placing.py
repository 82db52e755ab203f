"""Saying where documents belong, and what stations make; the stations' assignments follow at once."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from server.audit import note
from server.errors import Invalid, NotThere
from server.house import House
from server.library.places import MADE, SCOPES
from server.library.settling import settle_in, tell
from server.store import tables
from server.store.engine import deciding

MOST_MADE = 500  # products and options of one station
LONGEST_NAME = 120


def place(house: House, document: str, scope: str, where: str, by: str) -> None:
    """Have every station there get the document. Raises Invalid and NotThere."""
    if scope not in SCOPES:
        raise Invalid(f"there is no scope {scope!r}", f"one of {', '.join(SCOPES)}")
    p = tables.placements
    with deciding(house.engine) as tx:
        if tx.execute(select(tables.documents.c.id).where(tables.documents.c.id == document)).first() is None:
            raise NotThere(f"there is no document {document}")
        _refuse_unknown_place(tx, scope, where)
        row = {"document": document, "scope": scope, "place": "" if scope == "site" else where}
        known = tx.execute(select(p.c.id).where(*(p.c[name] == value for name, value in row.items()))).first()
        if known is not None:
            return
        tx.execute(insert(p).values(row | {"at": house.now(), "by": by}))
        note(tx, house.now(), by, "placed", document, f"{scope} {where}".strip())
        grown = settle_in(tx, house, document)
    tell(house, grown)


def unplace(house: House, placement: int, by: str) -> None:
    """Take a placement back; raises NotThere."""
    p = tables.placements
    with deciding(house.engine) as tx:
        row = tx.execute(select(p).where(p.c.id == placement)).first()
        if row is None:
            raise NotThere("There is no such placement.", "Load the page again.")
        tx.execute(delete(p).where(p.c.id == placement))
        note(tx, house.now(), by, "no longer placed", row.document, f"{row.scope} {row.place}".strip())
        grown = settle_in(tx, house, row.document)
    tell(house, grown)


def make(house: House, station: str, products: Sequence[str], options: Sequence[str], by: str) -> None:
    """Say what a station makes: part numbers or families, and options. Raises NotThere and Invalid."""
    wanted = {("product", name.strip()) for name in products} | {("option", name.strip()) for name in options}
    wanted = {each for each in wanted if each[1]}
    if len(wanted) > MOST_MADE or any(len(name) > LONGEST_NAME for _, name in wanted):
        raise Invalid(
            "these are too many, or too long",
            f"at most {MOST_MADE} names of at most {LONGEST_NAME} characters",
        )
    m, p = tables.makes.c, tables.placements.c
    with deciding(house.engine) as tx:
        if tx.execute(select(tables.stations.c.id).where(tables.stations.c.id == station)).first() is None:
            raise NotThere(f"there is no station {station}")
        before = {
            (row.kind, row.name) for row in tx.execute(select(m.kind, m.name).where(m.station == station))
        }
        tx.execute(delete(tables.makes).where(m.station == station))
        if wanted:
            rows = [{"station": station, "kind": kind, "name": name} for kind, name in sorted(wanted)]
            tx.execute(insert(tables.makes), rows)
        told = ", ".join(f"{kind} {name}" for kind, name in sorted(wanted)) or "nothing in particular"
        note(tx, house.now(), by, "makes", station, told[:500])
        placed = tx.execute(select(p.document, p.scope, p.place).where(p.scope.in_(MADE))).all()
        grown = dict[str, int]()
        for document in sorted({row.document for row in placed if (row.scope, row.place) in before ^ wanted}):
            grown |= settle_in(tx, house, document)
    tell(house, grown)


def _refuse_unknown_place(tx: Connection, scope: str, where: str) -> None:
    s = tables.stations.c
    column = {"area": s.area, "line": s.line, "station": s.id}.get(scope)
    if column is not None and tx.execute(select(s.id).where(column == where).limit(1)).first() is None:
        raise Invalid(f"no station stands in the {scope} {where!r}", "look at the list of stations")
    if scope in MADE and not where.strip():
        raise Invalid(f"the {scope} has no name", "name what stations make")
