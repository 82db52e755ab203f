"""the first tables."""

import sqlalchemy as sa
from alembic import op

from server.store.types import Micros, Utc

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The first tables."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "deviations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("check_id", sa.String(), nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("came", sa.Text(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("photo", sa.String(), nullable=True),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deviations")),
    )
    with op.batch_alter_table("deviations", schema=None) as batch_op:
        batch_op.create_index("ix_deviations_at", ["at"], unique=False)
        batch_op.create_index("ix_deviations_document_at", ["document", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_deviations_run"), ["run"], unique=False)

    op.create_table(
        "documents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    op.create_table(
        "enrolments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("kiosk", sa.String(), nullable=True),
        sa.Column("token", sa.String(), nullable=True),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
        sa.UniqueConstraint("code", name=op.f("uq_enrolments_code")),
    )
    op.create_table(
        "measurements",
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("check_id", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("value_text", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("angle_text", sa.String(), nullable=True),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("run", "step", "check_id", "attempt", name=op.f("pk_measurements")),
    )
    with op.batch_alter_table("measurements", schema=None) as batch_op:
        batch_op.create_index("ix_measurements_document_step_at", ["document", "step", "at"], unique=False)

    op.create_table(
        "media",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_media")),
    )
    op.create_table(
        "parked",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kiosk", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parked")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("login", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("badge_hash", sa.String(), nullable=True),
        sa.Column("pin_hash", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("badge_hash", name=op.f("uq_people_badge_hash")),
        sa.UniqueConstraint("login", name=op.f("uq_people_login")),
    )
    op.create_table(
        "photos",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("kiosk", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_photos")),
    )
    op.create_table(
        "records",
        sa.Column("kiosk", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("prev", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("run", sa.String(), nullable=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("at", Utc(), nullable=True),
        sa.Column("received_at", Utc(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kiosk", "seq", name=op.f("pk_records")),
    )
    with op.batch_alter_table("records", schema=None) as batch_op:
        batch_op.create_index("ix_records_run", ["run", "seq"], unique=False)

    op.create_table(
        "reviews",
        sa.Column("deviation", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("deviation", name=op.f("pk_reviews")),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kiosk", sa.String(), nullable=False),
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("part_number", sa.String(), nullable=True),
        sa.Column("gtin", sa.String(), nullable=True),
        sa.Column("serial", sa.String(), nullable=True),
        sa.Column("lot", sa.String(), nullable=True),
        sa.Column("work_order", sa.String(), nullable=True),
        sa.Column("started_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("step_since", Utc(), nullable=True),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("elapsed", Micros(), nullable=True),
        sa.Column("held", Micros(), nullable=True),
        sa.Column("expected", Micros(), nullable=True),
        sa.Column("deviations", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.create_index("ix_runs_document_started_at", ["document", "started_at"], unique=False)
        batch_op.create_index("ix_runs_started_at", ["started_at"], unique=False)
        batch_op.create_index("ix_runs_state", ["state"], unique=False)
        batch_op.create_index("ix_runs_station_started_at", ["station", "started_at"], unique=False)

    op.create_table(
        "stations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stations")),
    )
    op.create_table(
        "step_times",
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("completed", sa.Boolean(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("elapsed", Micros(), nullable=False),
        sa.Column("held", Micros(), nullable=False),
        sa.Column("expected", Micros(), nullable=True),
        sa.PrimaryKeyConstraint("run", "step", "visit", name=op.f("pk_step_times")),
    )
    with op.batch_alter_table("step_times", schema=None) as batch_op:
        batch_op.create_index("ix_step_times_at", ["at"], unique=False)
        batch_op.create_index("ix_step_times_document_step_at", ["document", "step", "at"], unique=False)

    op.create_table(
        "kiosks",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("enrolled_at", Utc(), nullable=False),
        sa.Column("enrolled_by", sa.String(), nullable=False),
        sa.Column("revoked_at", Utc(), nullable=True),
        sa.Column("last_contact", Utc(), nullable=True),
        sa.Column("held_seq", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.String(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["station"], ["stations.id"], name=op.f("fk_kiosks_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosks")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_kiosks_token_hash")),
    )
    op.create_table(
        "releases",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("released_at", Utc(), nullable=False),
        sa.Column("released_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_releases_document")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_releases")),
        sa.UniqueConstraint("document", "revision", name=op.f("uq_releases_document_revision")),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("csrf", sa.String(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("last_seen", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_sessions_person")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_table(
        "assignments",
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["release"], ["releases.digest"], name=op.f("fk_assignments_release")),
        sa.ForeignKeyConstraint(["station"], ["stations.id"], name=op.f("fk_assignments_station")),
        sa.PrimaryKeyConstraint("station", "release", name=op.f("pk_assignments")),
    )
    op.create_table(
        "release_media",
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("media", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["media"], ["media.digest"], name=op.f("fk_release_media_media")),
        sa.ForeignKeyConstraint(["release"], ["releases.digest"], name=op.f("fk_release_media_release")),
        sa.PrimaryKeyConstraint("release", "path", name=op.f("pk_release_media")),
    )
    with op.batch_alter_table("release_media", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_release_media_media"), ["media"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("release_media", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_release_media_media"))

    op.drop_table("release_media")
    op.drop_table("assignments")
    op.drop_table("sessions")
    op.drop_table("releases")
    op.drop_table("kiosks")
    with op.batch_alter_table("step_times", schema=None) as batch_op:
        batch_op.drop_index("ix_step_times_document_step_at")
        batch_op.drop_index("ix_step_times_at")

    op.drop_table("step_times")
    op.drop_table("stations")
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.drop_index("ix_runs_station_started_at")
        batch_op.drop_index("ix_runs_state")
        batch_op.drop_index("ix_runs_started_at")
        batch_op.drop_index("ix_runs_document_started_at")

    op.drop_table("runs")
    op.drop_table("reviews")
    with op.batch_alter_table("records", schema=None) as batch_op:
        batch_op.drop_index("ix_records_run")

    op.drop_table("records")
    op.drop_table("photos")
    op.drop_table("people")
    op.drop_table("parked")
    op.drop_table("media")
    with op.batch_alter_table("measurements", schema=None) as batch_op:
        batch_op.drop_index("ix_measurements_document_step_at")

    op.drop_table("measurements")
    op.drop_table("enrolments")
    op.drop_table("documents")
    with op.batch_alter_table("deviations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deviations_run"))
        batch_op.drop_index("ix_deviations_document_at")
        batch_op.drop_index("ix_deviations_at")

    op.drop_table("deviations")
    op.drop_table("audit")
