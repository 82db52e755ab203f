"""Who and where: stations, kiosks, people, their sessions, and the audit trail."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, Text

from server.store.tables.base import metadata
from server.store.types import Utc

# --- who and where ---------------------------------------------------------
stations = Table(
    "stations",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("line", String, nullable=False, default=""),
    Column("area", String, nullable=False, default=""),
    Column("counter", Integer, nullable=False, default=0),  # of its assignment; only grows
)
kiosks = Table(
    "kiosks",
    metadata,
    Column("id", String, primary_key=True),
    Column("station", ForeignKey("stations.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("token_hash", String, nullable=False, unique=True),
    Column("public_key", Text, nullable=False),
    Column("enrolled_at", Utc, nullable=False),
    Column("enrolled_by", String, nullable=False),
    Column("revoked_at", Utc),
    Column("last_contact", Utc),
    Column("held_seq", BigInteger, nullable=False, default=0),
    Column("head_hash", String, nullable=False),
    Column("status", Text, nullable=False, default="{}"),  # the kiosk's latest report, JSON
)
enrolments = Table(
    "enrolments",
    metadata,
    Column("id", String, primary_key=True),
    Column("code", String, nullable=False, unique=True),
    Column("secret_hash", String, nullable=False),
    Column("name", String, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("state", String, nullable=False),  # waiting, confirmed, refused
    Column("kiosk", String),
    Column("token", String),  # only until the kiosk has used it
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
)
people = Table(
    "people",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("login", String, unique=True),
    Column("password_hash", String),
    Column("badge_hash", String, unique=True),
    Column("pin_hash", String),
    Column("active", Boolean, nullable=False, default=True),
    Column("failures", Integer, nullable=False, default=0),
    Column("locked_until", Utc),
)
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("kind", String, nullable=False),  # portal or api
    Column("csrf", String, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("last_seen", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
)
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("who", String, nullable=False),
    Column("what", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("detail", Text, nullable=False, default=""),
)
