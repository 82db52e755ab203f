"""Publishing: approval, terms, where documents belong, what they refer to, and who else is told."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from server.store.tables.base import metadata
from server.store.types import Utc

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
checker_settings = (
    Table(  # what the site wants of the checker; the newest row holds, those before it are its history
        "checker_settings",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("body", Text, nullable=False),  # JSON; see content/lint/settings.py
        Column("at", Utc, nullable=False),
        Column("by", String, nullable=False),
    )
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
    Column("role", String, nullable=False, server_default=""),  # of whose it is, when it was given
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
    Column("cause", String, nullable=False, server_default=""),  # thing, procedure, deviations or review
    Column("hold", Boolean, nullable=False, default=False),  # nobody starts it until it is cleared
    Column("at", Utc, nullable=False),
    Column("by", String, nullable=False),
    Column("cleared_at", Utc),
    Column("cleared_by", String),
    Column("outcome", Text, nullable=False, default=""),
)

# --- periodic review -------------------------------------------------------
review_rules = Table(  # how often documents of a kind are reviewed, and what asks for it sooner
    "review_rules",
    metadata,
    Column("kind", String, primary_key=True),
    Column("days", Integer, nullable=False),
    Column("deviations", Integer, nullable=False),  # so many ask for a review; 0: never
    Column("within", Integer, nullable=False),  # days
    Column("changed_at", Utc, nullable=False),
    Column("changed_by", String, nullable=False),
)
confirmations = Table(  # signed outcomes of a periodic review; never changed
    "confirmations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document", ForeignKey("documents.id"), nullable=False, index=True),
    Column("release", ForeignKey("releases.digest"), nullable=False),  # what was reviewed
    Column("person", String, nullable=False),
    Column("verdict", String, nullable=False),  # right or change
    Column("meaning", String, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("at", Utc, nullable=False),
)
review_dates = Table(  # the next date of each document, and what was told about it already
    "review_dates",
    metadata,
    Column("document", ForeignKey("documents.id"), primary_key=True),
    Column("due", Utc, nullable=False),
    Column("told", String, nullable=False),  # soon or overdue; empty: nothing
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
