"""Where documents belong: the placements, with the stations that they reach."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from server.store.tables import documents, makes, stations
from server.store.tables import placements as placed


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementRow:
    """A document and a place."""

    id: int
    document: str
    title: str
    scope: str
    place: str
    by: str


def placements(tx: Connection) -> list[PlacementRow]:
    """Every placement, by document."""
    query = select(placed, documents.c.title).join(documents, documents.c.id == placed.c.document)
    return [
        PlacementRow(
            id=row.id, document=row.document, title=row.title, scope=row.scope, place=row.place, by=row.by
        )
        for row in tx.execute(query.order_by(documents.c.title, placed.c.scope, placed.c.place))
    ]


def places(tx: Connection) -> list[tuple[str, str]]:
    """Every place that a document can be put to: scope and name."""
    rows = tx.execute(select(stations).order_by(stations.c.name)).all()
    areas = [("area", name) for name in sorted({row.area for row in rows if row.area})]
    lines = [("line", name) for name in sorted({row.line for row in rows if row.line})]
    made = sorted(
        {(row.kind, row.name) for row in tx.execute(select(makes.c.kind, makes.c.name))}, reverse=True
    )
    return [("site", ""), *areas, *lines, *(("station", row.id) for row in rows), *made]
