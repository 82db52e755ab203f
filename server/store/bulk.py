"""Many rows at once: one statement for a whole batch, several times as fast as one row after the other."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Table
from sqlalchemy.engine import Dialect

Row = Mapping[str, Any]


def insert_rows(tx: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert `rows`, which all have the same keys; raises IntegrityError when a key is there already."""
    _insert(tx, table, rows, "")


def insert_new_rows(tx: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert `rows`, which all have the same keys, passing over those whose key is there already."""
    _insert(tx, table, rows, " ON CONFLICT DO NOTHING")


def _insert(tx: Connection, table: Table, rows: Sequence[Row], clash: str) -> None:
    # only our own names of tables and columns are written into a statement, never a value
    if not rows:
        return
    columns = [table.c[name] for name in rows[0]]
    quote = tx.dialect.identifier_preparer.quote
    into = f"INSERT INTO {quote(table.name)} ({', '.join(quote(column.name) for column in columns)})"
    if tx.dialect.name == "postgresql":
        # the batch travels as one JSON text, which the database takes apart: one round trip for all of it
        shape = ", ".join(f"{quote(column.name)} {column.type.compile(tx.dialect)}" for column in columns)
        statement = f"{into} SELECT * FROM json_to_recordset(%s::json) AS batch ({shape}){clash}"  # noqa: S608
        tx.exec_driver_sql(statement, (_as_json(rows),))
    else:
        marks = ", ".join("?" for _ in columns)
        values = [_values(column, rows, tx.dialect) for column in columns]
        tx.exec_driver_sql(f"{into} VALUES ({marks}){clash}", list(zip(*values, strict=True)))


def _as_json(rows: Sequence[Row]) -> str:
    text = json.dumps(rows, default=_spelled, allow_nan=False)
    if r"\u0000" not in text:
        return text
    # PostgreSQL's text holds no NUL; what a scanner sent stays in the record, where it is escaped
    cleaned = [{name: without_nul(value) for name, value in row.items()} for row in rows]
    return json.dumps(cleaned, default=_spelled, allow_nan=False)


def without_nul(value: Any) -> Any:
    """Text with every NUL shown as U+FFFD; anything else as it is."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def _values(column: Column[Any], rows: Sequence[Row], dialect: Dialect) -> list[Any]:
    name = column.name
    process = column.type.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return [row[name] for row in rows]
    return [process(row[name]) for row in rows]


def _spelled(value: object) -> str | int:
    """What JSON has no spelling for, as the column's type reads it."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.isoformat()
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    raise TypeError(f"no column holds {type(value).__name__}")
