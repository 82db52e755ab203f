"""Documents: what was released, and the drafts that become releases."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from server.store.tables.base import metadata
from server.store.types import Utc

# --- what was published ----------------------------------------------------
documents = Table(
    "documents",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("title", String, nullable=False),
    Column("numbered", Integer, nullable=False, server_default="0"),  # the highest number that kiosks told of
)
releases = Table(
    "releases",
    metadata,
    Column("digest", String, primary_key=True),
    Column("document", ForeignKey("documents.id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("title", String, nullable=False),
    Column("payload", Text, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("released_at", Utc, nullable=False),
    Column("released_by", String, nullable=False),
    Column("withdrawn_at", Utc),
    Column("risk_class", String, nullable=False, server_default="low"),
    Column("superseded_at", Utc),  # since when a newer one rules everywhere
    UniqueConstraint("document", "revision"),
)
brought = Table(  # releases that came with their history from another server, and what was told of them there
    "brought",
    metadata,
    Column("release", ForeignKey("releases.digest"), primary_key=True),
    Column("told", Text, nullable=False),  # JSON: content/history.py
    Column("at", Utc, nullable=False),  # when, by whom and why they were brought in here
    Column("by", String, nullable=False),
    Column("because", Text, nullable=False),
)
media = Table(
    "media",
    metadata,
    Column("digest", String, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("type", String, nullable=False),
)
release_media = Table(
    "release_media",
    metadata,
    Column("release", ForeignKey("releases.digest"), primary_key=True),
    Column("path", String, primary_key=True),
    Column("media", ForeignKey("media.digest"), nullable=False, index=True),
)
teaching_files = Table(  # taken in to teach a camera; they go when nothing uses them
    "teaching_files",
    metadata,
    Column("digest", String, primary_key=True),
    Column("together", String, nullable=False, index=True),  # the picture that the file was made of or from
    Column("original", Boolean, nullable=False),  # as it was sent, in the store of originals
    Column("at", Utc, nullable=False),  # taken in last
)
station_pictures = Table(  # to teach a camera from, taken by that camera
    "station_pictures",
    metadata,
    Column("station", ForeignKey("stations.id"), primary_key=True),
    Column("media", ForeignKey("media.digest"), primary_key=True, index=True),
    Column("device", String, nullable=False),
    Column("good", Boolean, nullable=False),
    Column("at", Utc, nullable=False),  # by the kiosk's clock
    Column("received_at", Utc, nullable=False),
)
assignments = Table(
    "assignments",
    metadata,
    Column("station", ForeignKey("stations.id"), primary_key=True),
    Column("release", ForeignKey("releases.digest"), primary_key=True),
)
station_releases = Table(  # what a station ever had to hold, and since when last
    "station_releases",
    metadata,
    Column("station", ForeignKey("stations.id"), primary_key=True),
    Column("release", ForeignKey("releases.digest"), primary_key=True, index=True),
    Column("since", Utc, nullable=False),
)

# --- what is being written -------------------------------------------------
drafts = Table(
    "drafts",
    metadata,
    Column("id", String, primary_key=True),
    Column("document", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("title", String, nullable=False),
    Column("state", String, nullable=False),  # as content/revision.py draws them, or discarded
    Column("based_on", String),  # the release that it was made from
    Column("comment", Text, nullable=False, default=""),
    Column("created_at", Utc, nullable=False),
    Column("created_by", String, nullable=False),
    Column("changed_at", Utc, nullable=False),
    Column("changed_by", String, nullable=False),
    Column("round", Integer, nullable=False, server_default="0"),  # of review
    Column("source", Text, nullable=False, server_default="{}"),  # JSON: repository, commit, pipeline
    Column("content", String, nullable=False, server_default=""),  # SHA-256 of what was submitted last
    Column("risk_class", String, nullable=False, server_default=""),  # that it had then
)
draft_parts = Table(
    "draft_parts",
    metadata,
    Column("draft", ForeignKey("drafts.id"), primary_key=True),
    Column("part", String, primary_key=True),  # `head`, `order`, or a step's identifier after `step:`
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),  # JSON
)
draft_edits = Table(
    "draft_edits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("draft", ForeignKey("drafts.id"), nullable=False),
    Column("part", String, nullable=False),
    Column("version", Integer, nullable=False),  # that it made
    Column("before", Text),
    Column("after", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("by", String, nullable=False),
    Column("undoes", Integer),  # the edit that it takes back
    Column("undone", Boolean, nullable=False, default=False),
    Column("together", Integer),  # the first edit of those that were made in one go
    Column(
        "refused", Boolean, nullable=False, default=False, server_default=false()
    ),  # others' words stood there
    Index("ix_draft_edits_draft_part_version", "draft", "part", "version"),
)
draft_media = Table(
    "draft_media",
    metadata,
    Column("draft", ForeignKey("drafts.id"), primary_key=True),
    Column("path", String, primary_key=True),
    Column("media", ForeignKey("media.digest"), nullable=False),
)
draft_todos = Table(  # what an import left to a person
    "draft_todos",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("draft", ForeignKey("drafts.id"), nullable=False, index=True),
    Column("step", String),
    Column("text", Text, nullable=False),
    Column("state", String, nullable=False),  # open, done, dismissed
    Column("at", Utc),
    Column("by", String),
)
blocks = Table(  # steps that several documents share; a revision never changes
    "blocks",
    metadata,
    Column("id", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("title", String, nullable=False),
    Column("digest", String, nullable=False),  # SHA-256 of what it says and shows
    Column("body", Text, nullable=False),  # JSON
    Column("media", Text, nullable=False),  # JSON: path -> digest
    Column("at", Utc, nullable=False),
    Column("by", String, nullable=False),
    Column("proposed", Boolean, nullable=False, server_default=false()),  # nobody has signed it yet
    Column("draft", String),  # under which its signatures stand; none: it came with a document
)
