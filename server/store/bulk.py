"""Many rows at once: one statement for a whole batch, several times as fast as one row after the other."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import repeat
from operator import itemgetter
from typing import Any

import psycopg
from sqlalchemy import Column, Connection, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

from server.store.types import Utc, as_utc

Row = Mapping[str, Any]


def insert_rows(tx: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert `rows`, values of the columns `names`; raises IntegrityError when a key is there already."""
    if not rows:
        return
    columns = [table.c[name] for name in names]
    values = _bound(columns, rows, tx.dialect)
    if tx.dialect.name == "postgresql":
        _copy(tx, f"COPY {_target(tx, table, columns)} FROM STDIN", values)
    else:
        _insert_each(tx, table, columns, values, "")


def insert_new_rows(tx: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert `rows`, which all have the same keys, passing over those whose key is there already."""
    if not rows:
        return
    columns = [table.c[name] for name in rows[0]]
    if tx.dialect.name == "postgresql":
        _insert_as_json(tx, table, columns, rows)
    else:
        taken = map(itemgetter(*rows[0]), rows)
        _insert_each(tx, table, columns, _bound(columns, taken, tx.dialect), " ON CONFLICT DO NOTHING")


def without_nul(value: Any) -> Any:
    """Text with every NUL shown as U+FFFD, for PostgreSQL holds none; anything else as it is."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def _target(tx: Connection, table: Table, columns: Sequence[Column[Any]]) -> str:
    # only our own names of tables and columns are written into a statement, never a value
    quote = tx.dialect.identifier_preparer.quote
    return f"{quote(table.name)} ({', '.join(quote(column.name) for column in columns)})"


def _insert_each(
    tx: Connection,
    table: Table,
    columns: Sequence[Column[Any]],
    values: Iterable[tuple[Any, ...]],
    clash: str,
) -> None:
    marks = ", ".join("?" for _ in columns)
    tx.exec_driver_sql(
        f"INSERT INTO {_target(tx, table, columns)} VALUES ({marks}){clash}",  # noqa: S608
        list(values),
    )


def _copy(tx: Connection, statement: str, values: Iterable[tuple[Any, ...]]) -> None:
    """PostgreSQL's own way for many rows: twice as fast as any INSERT, but it cannot pass over a key."""
    connection = tx.connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    try:
        with connection.cursor() as cursor, cursor.copy(statement.encode()) as stream:
            for row in values:
                stream.write_row(row)
    except psycopg.Error as problem:
        raise DBAPIError.instance(statement, None, problem, psycopg.Error, dialect=tx.dialect) from problem


def _insert_as_json(
    tx: Connection, table: Table, columns: Sequence[Column[Any]], rows: Sequence[Row]
) -> None:
    """The batch travels as one JSON text, which PostgreSQL takes apart: one round trip for all of it."""
    quote = tx.dialect.identifier_preparer.quote
    shape = ", ".join(f"{quote(column.name)} {column.type.compile(tx.dialect)}" for column in columns)
    tx.exec_driver_sql(
        f"INSERT INTO {_target(tx, table, columns)} SELECT * FROM json_to_recordset(%s::json) "  # noqa: S608
        f"AS batch ({shape}) ON CONFLICT DO NOTHING",
        (_as_json(rows),),
    )


def _as_json(rows: Sequence[Row]) -> str:
    text = json.dumps(rows, default=_spelled, allow_nan=False)
    if r"\u0000" not in text:
        return text
    # what a scanner sent stays in the record, where a NUL is escaped
    cleaned = [{name: without_nul(value) for name, value in row.items()} for row in rows]
    return json.dumps(cleaned, default=_spelled, allow_nan=False)


def _bound(
    columns: Sequence[Column[Any]], rows: Iterable[tuple[Any, ...]], dialect: Dialect
) -> Iterable[tuple[Any, ...]]:
    """The rows as the database keeps them: a batch has few different values in most columns."""
    by_column = zip(*rows, strict=True)
    return zip(*map(_kept, columns, by_column, repeat(dialect)), strict=True)


def _kept(column: Column[Any], values: Sequence[Any], dialect: Dialect) -> Sequence[Any]:
    process = column.type.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return values
    if isinstance(column.type, Utc):
        values = [as_utc(value) for value in values]
    # a batch has one `received_at`, and the facts of one input share their instant: each is spelled once
    spelled = {value: process(value) for value in set(values)}
    return list(map(spelled.__getitem__, values))


def _spelled(value: object) -> str | int:
    """What JSON has no spelling for, as the column's type reads it."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.isoformat()
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    raise TypeError(f"no column holds {type(value).__name__}")
