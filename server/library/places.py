"""Where documents belong: on the site, in an area, on a line, at a station, or wherever a product or option is made."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select

from server.store import tables

SCOPES = ("site", "area", "line", "station", "product", "option")
MADE = ("product", "option")  # the scopes that are no place of their own: what a station makes decides
Made = Mapping[str, frozenset[tuple[str, str]]]  # station -> (scope, name) of what it makes


def stations_of(tx: Connection, document: str) -> list[Row[Any]]:
    """The stations that the document is placed at."""
    p = tables.placements.c
    placed = tx.execute(select(p.scope, p.place).where(p.document == document)).all()
    rows = tx.execute(select(tables.stations).order_by(tables.stations.c.id)).all()
    made = what_is_made(tx) if any(each.scope in MADE for each in placed) else {}
    return [row for row in rows if any(_stands(row, made, each.scope, each.place) for each in placed)]


def documents_at(tx: Connection, station: Row[Any]) -> dict[str, str]:
    """Every document that is placed at the station, with the narrowest reason for it in words."""
    p, m = tables.placements.c, tables.makes.c
    made = select(m.kind, m.name).where(m.station == station.id)
    here = [("site", ""), ("area", station.area), ("line", station.line), ("station", station.id)]
    here += [(row.kind, row.name) for row in tx.execute(made)]
    # most placements are other stations': the database leaves them out
    stands = or_(*(and_(p.scope == scope, p.place == place) for scope, place in here))
    rows = tx.execute(select(p.document, p.scope, p.place).where(stands)).all()
    narrow = {
        scope: rank for rank, scope in enumerate(("station", "product", "option", "line", "area", "site"))
    }
    found: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: (row.document, narrow[row.scope])):
        found.setdefault(row.document, in_words(row.scope, row.place))
    return found


def in_words(scope: str, where: str) -> str:
    """A placement as people say it."""
    match scope:
        case "site":
            return "placed everywhere"
        case "station":
            return "placed at this station"
        case "product":
            return f"this station makes {where}"
        case "option":
            return f"this station makes units with {where}"
        case _:
            return f"placed at {scope} {where}"


def what_is_made(tx: Connection) -> dict[str, frozenset[tuple[str, str]]]:
    """What each station makes: its products (part numbers or families) and options."""
    found: dict[str, set[tuple[str, str]]] = {}
    m = tables.makes.c
    for row in tx.execute(select(m.station, m.kind, m.name)):
        found.setdefault(row.station, set()).add((row.kind, row.name))
    return {station: frozenset(names) for station, names in found.items()}


def place_exactly(tx: Connection, station: str, documents: Sequence[str], by: str, at: datetime) -> None:
    """Make these the documents that are placed at the station itself."""
    p = tables.placements
    tx.execute(delete(p).where(p.c.scope == "station", p.c.place == station))
    rows = [
        {"document": name, "scope": "station", "place": station, "at": at, "by": by}
        for name in dict.fromkeys(documents)
    ]
    if rows:
        tx.execute(insert(p), rows)


def _stands(station: Row[Any], made: Made, scope: str, where: str) -> bool:
    if scope in MADE:
        return (scope, where) in made.get(station.id, frozenset())
    here = {"site": "", "area": station.area, "line": station.line, "station": station.id}
    return here.get(scope) == where
