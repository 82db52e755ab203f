"""Column types: aware UTC instants and exact durations, the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

ZERO = "+00:00"


class Utc(TypeDecorator[datetime]):
    """An aware instant in UTC; text that sorts on SQLite, timestamptz on PostgreSQL. Refuses naive ones."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's type on that database."""
        return dialect.type_descriptor(
            DateTime(timezone=True) if dialect.name == "postgresql" else String(27)
        )

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """From an aware instant to what the database keeps; raises ValueError for a naive one."""
        instant = as_utc(value)
        return instant if instant is None or dialect.name == "postgresql" else _spell(instant)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From what the database keeps to an aware instant."""
        if value is None or isinstance(value, datetime):
            return None if value is None else value.astimezone(UTC)
        return datetime.fromisoformat(value)


def as_utc(value: datetime | None) -> datetime | None:
    """The instant in Python's own UTC, which is quick to compare; raises ValueError for a naive one."""
    if value is None or value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    return value.astimezone(UTC)


def _spell(value: datetime) -> str:
    """`2026-11-23T08:00:00.000000Z`, always as long, so that text sorts in the order of time."""
    return value.isoformat(timespec="microseconds").removesuffix(ZERO) + "Z"


class Micros(TypeDecorator[timedelta]):
    """A duration as whole microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """From a duration to microseconds."""
        return None if value is None else value // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:  # noqa: ARG002
        """From microseconds to a duration."""
        return None if value is None else timedelta(microseconds=int(value))
