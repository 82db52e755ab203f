"""Every table of the server: who and where, what was published, what was recorded, what follows from it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from server.store.types import Micros, Utc

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

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

# --- what was published ----------------------------------------------------
documents = Table(
    "documents",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("title", String, nullable=False),
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
    UniqueConstraint("document", "revision"),
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
assignments = Table(
    "assignments",
    metadata,
    Column("station", ForeignKey("stations.id"), primary_key=True),
    Column("release", ForeignKey("releases.digest"), primary_key=True),
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
    Index("ix_draft_edits_draft_part_version", "draft", "part", "version"),
)
draft_media = Table(
    "draft_media",
    metadata,
    Column("draft", ForeignKey("drafts.id"), primary_key=True),
    Column("path", String, primary_key=True),
    Column("media", ForeignKey("media.digest"), nullable=False),
)

# --- how a draft becomes a release -----------------------------------------
policies = Table(  # who has to approve what, per kind of document and risk class
    "policies",
    metadata,
    Column("kind", String, primary_key=True),
    Column("risk_class", String, primary_key=True),
    Column("stages", Text, nullable=False),  # JSON, in order; see server/library/policy.py
    Column("changed_at", Utc, nullable=False),
    Column("changed_by", String, nullable=False),
)
approvals = Table(  # signatures under a draft's content; never changed
    "approvals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("draft", ForeignKey("drafts.id"), nullable=False, index=True),
    Column("round", Integer, nullable=False),  # of review; grows when the draft is taken back
    Column("stage", String, nullable=False),
    Column("person", String, nullable=False),
    Column("on_behalf_of", String),  # who is away
    Column("verdict", String, nullable=False),  # approved or changes
    Column("meaning", String, nullable=False),
    Column("comment", Text, nullable=False, default=""),
    Column("content", String, nullable=False),  # SHA-256 of what was signed
    Column("at", Utc, nullable=False),
)
comments = Table(
    "comments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("draft", ForeignKey("drafts.id"), nullable=False, index=True),
    Column("step", String),
    Column("anchor", Text, nullable=False, default="{}"),  # JSON: a picture's region, or a quoted word
    Column("text", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("at", Utc, nullable=False),
    Column("resolved_by", String),
    Column("resolved_at", Utc),
    Column("answer", Text, nullable=False, default=""),
)
absences = Table(  # who signs for somebody who is away
    "absences",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("deputy", ForeignKey("people.id"), nullable=False),
    Column("since", Utc, nullable=False),
    Column("until", Utc, nullable=False),
    Column("by", String, nullable=False),
)
terms = Table(  # how a release takes effect, and where it came from
    "terms",
    metadata,
    Column("release", ForeignKey("releases.digest"), primary_key=True),
    Column("draft", String),
    Column("effective_at", Utc),
    Column("point", String, nullable=False),  # next-run, next-order or at-once
    Column("acknowledge", Boolean, nullable=False, default=False),
    Column("override", Text, nullable=False, default=""),  # why it was released in spite of findings
    Column("source", Text, nullable=False, default="{}"),  # JSON: repository, commit, pipeline
    Column("restores", String),  # the release whose content it brings back
)
withdrawals = Table(
    "withdrawals",
    metadata,
    Column("release", ForeignKey("releases.digest"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("by", String, nullable=False),
)

# --- which station gets it --------------------------------------------------
placements = Table(  # documents by place; a station gets every document that is placed where it stands
    "placements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document", ForeignKey("documents.id"), nullable=False, index=True),
    Column("scope", String, nullable=False),  # site, area, line, station, product or option
    Column("place", String, nullable=False, default=""),
    Column("at", Utc, nullable=False),
    Column("by", String, nullable=False),
    UniqueConstraint("document", "scope", "place"),
)
makes = Table(  # what a station makes: documents that are placed for it come there
    "makes",
    metadata,
    Column("station", ForeignKey("stations.id"), primary_key=True),
    Column("kind", String, primary_key=True),  # product (a part number or family) or option
    Column("name", String, primary_key=True),
)
rollouts = Table(  # a release on its way: to some stations first
    "rollouts",
    metadata,
    Column("release", ForeignKey("releases.digest"), primary_key=True),
    Column("document", String, nullable=False, index=True),
    Column("state", String, nullable=False),  # waiting, running, stopped, done
    Column("stages", Text, nullable=False),  # JSON: stations of each stage; the last is everybody else
    Column("stage", Integer, nullable=False, default=0),
    Column("good_runs", Integer, nullable=False, default=0),  # that the next stage needs; 0: by hand
    Column(
        "most_deviations", Float, nullable=False, default=0
    ),  # a run, above which it stops by itself; 0: never
    Column("last_units", Integer, nullable=False, default=0),  # still to be made under the release before
    Column("since", Utc, nullable=False),  # of this stage
    Column("why", Text, nullable=False, default=""),
)
kiosk_reports = Table(  # what each kiosk signed last about what it holds
    "kiosk_reports",
    metadata,
    Column("kiosk", ForeignKey("kiosks.id"), primary_key=True),
    Column("envelope", LargeBinary, nullable=False),  # DSSE
    Column("at", Utc, nullable=False),  # as the kiosk says
    Column("received_at", Utc, nullable=False),
)
holdings = Table(  # what follows from the reports: since when which station shows which release
    "holdings",
    metadata,
    Column("kiosk", ForeignKey("kiosks.id"), primary_key=True),
    Column("release", String, primary_key=True),
    Column("since", Utc, nullable=False),
    Column("until", Utc),
)

# --- what documents refer to -----------------------------------------------
things = Table(
    "things",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),  # tool, part, equipment, software or standard
    Column("name", String, nullable=False),
    Column("version", String, nullable=False, default=""),
    Column("state", String, nullable=False),  # active or retired
    Column("changed_at", Utc, nullable=False),
    Column("changed_by", String, nullable=False),
)
flags = Table(  # a document that needs a review, and why
    "flags",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document", ForeignKey("documents.id"), nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("thing", String),
    Column("hold", Boolean, nullable=False, default=False),  # nobody starts it until it is cleared
    Column("at", Utc, nullable=False),
    Column("by", String, nullable=False),
    Column("cleared_at", Utc),
    Column("cleared_by", String),
    Column("outcome", Text, nullable=False, default=""),
)

# --- other systems ---------------------------------------------------------
keys = Table(  # tokens of pipelines, known by their hashes
    "keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("token_hash", String, nullable=False, unique=True),
    Column("person", ForeignKey("people.id"), nullable=False),  # on whose account it acts
    Column("scope", String, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("revoked_at", Utc),
    Column("last_used", Utc),
)
hooks = Table(
    "hooks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", String, nullable=False),
    Column("secret", String, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("created_by", String, nullable=False),
    Column("told", Integer, nullable=False, default=0),  # the last audit entry that it took
    Column("failures", Integer, nullable=False, default=0),
    Column("last_error", Text, nullable=False, default=""),
    Column("due", Utc),
)

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
