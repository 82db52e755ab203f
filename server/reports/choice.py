"""What a report is asked for: a time, places, documents, people; and the pages its answer comes in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, select

from server.store.tables import documents, people, stations

PAGE = 50  # rows of a page
LONGEST_EXPORT = 100_000  # rows of a CSV file; a spreadsheet program opens no more than about a million

T = TypeVar("T")
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a report is about; an absent part does not limit. `since` is inclusive, `until` is not."""

    since: datetime | None = None
    until: datetime | None = None
    station: str | None = None
    document: str | None = None
    step: str | None = None
    kind: str | None = None
    operator: str | None = None
    state: str | None = None
    unit: str | None = None  # serial, lot, part number or work order
    release: str | None = None  # digest

    def on(self, table: Table, at: ColumnElement[datetime]) -> list[ColumnElement[bool]]:
        """The conditions on a table that knows when, where, of what and by whom."""
        conditions: list[ColumnElement[bool]] = []
        if self.since is not None:
            conditions.append(at >= self.since)
        if self.until is not None:
            conditions.append(at < self.until)
        for value, column in (
            (self.station, "station"),
            (self.document, "document"),
            (self.operator, "by"),
            (self.release, "release"),
        ):
            if value is not None:
                conditions.append(table.c[column] == value)
        return conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page of a longer answer; `number` counts from 1."""

    rows: tuple[T, ...]
    number: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something that can be chosen, with its name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a filter offers."""

    stations: Sequence[Named]
    documents: Sequence[Named]
    people: Sequence[Named]


def choices(tx: Connection) -> Choices:
    """Every station, work instruction and person, by name."""
    instruction = documents.c.kind == "work-instruction"
    return Choices(
        stations=_named(tx, select(stations.c.id, stations.c.name).order_by(stations.c.name)),
        documents=_named(
            tx, select(documents.c.id, documents.c.title).where(instruction).order_by(documents.c.title)
        ),
        people=_named(tx, select(people.c.id, people.c.name).order_by(people.c.name)),
    )


def _named(tx: Connection, query: AnySelect) -> list[Named]:
    return [Named(id=row[0], name=row[1]) for row in tx.execute(query)]
