"""What was recorded, and the projections that follow from it."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text

from server.store.tables.base import metadata
from server.store.types import Micros, Utc

# --- what was recorded -----------------------------------------------------
records = Table(
    "records",
    metadata,
    Column("kiosk", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("prev", String, nullable=False),
    Column("hash", String, nullable=False),
    Column("run", String),
    Column("type", String, nullable=False),
    Column("at", Utc),
    Column("received_at", Utc, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_records_run", "run", "seq"),
)
parked = Table(
    "parked",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kiosk", String, nullable=False),
    Column("seq", BigInteger),
    Column("reason", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("received_at", Utc, nullable=False),
)
photos = Table(
    "photos",
    metadata,
    Column("digest", String, primary_key=True),
    Column("kiosk", String, nullable=False),
    Column("type", String, nullable=False),
    Column("received_at", Utc, nullable=False),
)

# --- what follows from the records: projections, made in the same transaction, and made anew at any time
runs = Table(
    "runs",
    metadata,
    Column("id", String, primary_key=True),
    Column("kiosk", String, nullable=False),
    Column("station", String, nullable=False),
    Column("release", String, nullable=False),
    Column("document", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("by", String),
    Column("part_number", String),
    Column("gtin", String),
    Column("serial", String),
    Column("lot", String),
    Column("work_order", String),
    Column("started_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("step", String),
    Column("step_since", Utc),
    Column("steps_done", Integer, nullable=False, default=0),
    Column("elapsed", Micros),
    Column("held", Micros),
    Column("expected", Micros),
    Column("deviations", Integer, nullable=False, default=0),
    Index("ix_runs_started_at", "started_at"),
    Index("ix_runs_station_started_at", "station", "started_at"),
    Index("ix_runs_document_started_at", "document", "started_at"),
    Index("ix_runs_state", "state"),
    Index("ix_runs_release", "release"),
)
step_times = Table(
    "step_times",
    metadata,
    Column("run", String, primary_key=True),
    Column("step", String, primary_key=True),
    Column("visit", Integer, primary_key=True),
    Column("completed", Boolean, nullable=False),
    Column("document", String, nullable=False),
    Column("release", String, nullable=False),
    Column("station", String, nullable=False),
    Column("by", String),
    Column("at", Utc, nullable=False),
    Column("elapsed", Micros, nullable=False),
    Column("held", Micros, nullable=False),
    Column("expected", Micros),
    Index("ix_step_times_document_step_at", "document", "step", "at"),
    Index("ix_step_times_at", "at"),
)
measurements = Table(
    "measurements",
    metadata,
    Column("run", String, primary_key=True),
    Column("step", String, primary_key=True),
    Column("check_id", String, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("kind", String, nullable=False),  # measure or torque
    Column("document", String, nullable=False),
    Column("station", String, nullable=False),
    Column("by", String),
    Column("device", String, nullable=False),
    Column("value_text", String, nullable=False),  # exact
    Column("value", Float, nullable=False),  # for plots
    Column("unit", String, nullable=False),
    Column("angle_text", String),
    Column("good", Boolean, nullable=False),
    Column("at", Utc, nullable=False),
    Index("ix_measurements_document_step_at", "document", "step", "at"),
)
deviations = Table(
    "deviations",
    metadata,
    Column("id", String, primary_key=True),
    Column("run", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("step", String, nullable=False),
    Column("check_id", String),
    Column("document", String, nullable=False),
    Column("release", String, nullable=False),
    Column("station", String, nullable=False),
    Column("by", String),
    Column("expected", Text, nullable=False),
    Column("came", Text, nullable=False),
    Column("category", String),
    Column("photo", String),
    Column("at", Utc, nullable=False),
    Index("ix_deviations_at", "at"),
    Index("ix_deviations_document_at", "document", "at"),
)
# what people say about a deviation is no projection: it must outlive one that is made anew
reviews = Table(
    "reviews",
    metadata,
    Column("deviation", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("comment", Text, nullable=False, default=""),
    Column("by", String, nullable=False),
    Column("at", Utc, nullable=False),
)
PROJECTIONS = (runs, step_times, measurements, deviations)
