"""Publishing: review, approvals, terms, roll-outs, placements, what documents refer to, and who is told."""

import sqlalchemy as sa
from alembic import op

from server.store.types import Utc

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tables of publishing."""
    with op.batch_alter_table("drafts") as drafts:
        drafts.add_column(sa.Column("round", sa.Integer(), nullable=False, server_default="0"))
        drafts.add_column(sa.Column("source", sa.Text(), nullable=False, server_default="{}"))
    op.create_table(
        "policies",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("risk_class", sa.String(), nullable=False),
        sa.Column("stages", sa.Text(), nullable=False),
        sa.Column("changed_at", Utc(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "risk_class", name=op.f("pk_policies")),
    )
    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("on_behalf_of", sa.String(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("meaning", sa.String(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["draft"], ["drafts.id"], name=op.f("fk_approvals_draft")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_index(op.f("ix_approvals_draft"), "approvals", ["draft"])
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("resolved_by", sa.String(), nullable=True),
        sa.Column("resolved_at", Utc(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draft"], ["drafts.id"], name=op.f("fk_comments_draft")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
    )
    op.create_index(op.f("ix_comments_draft"), "comments", ["draft"])
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("deputy", sa.String(), nullable=False),
        sa.Column("since", Utc(), nullable=False),
        sa.Column("until", Utc(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_absences_person")),
        sa.ForeignKeyConstraint(["deputy"], ["people.id"], name=op.f("fk_absences_deputy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_table(
        "terms",
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("draft", sa.String(), nullable=True),
        sa.Column("effective_at", Utc(), nullable=True),
        sa.Column("point", sa.String(), nullable=False),
        sa.Column("acknowledge", sa.Boolean(), nullable=False),
        sa.Column("override", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("restores", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["release"], ["releases.digest"], name=op.f("fk_terms_release")),
        sa.PrimaryKeyConstraint("release", name=op.f("pk_terms")),
    )
    op.create_table(
        "withdrawals",
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["release"], ["releases.digest"], name=op.f("fk_withdrawals_release")),
        sa.PrimaryKeyConstraint("release", name=op.f("pk_withdrawals")),
    )
    op.create_table(
        "placements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_placements_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placements")),
        sa.UniqueConstraint("document", "scope", "place", name=op.f("uq_placements_document_scope_place")),
    )
    op.create_index(op.f("ix_placements_document"), "placements", ["document"])
    op.create_table(
        "rollouts",
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("stages", sa.Text(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("good_runs", sa.Integer(), nullable=False),
        sa.Column("most_deviations", sa.Float(), nullable=False),
        sa.Column("last_units", sa.Integer(), nullable=False),
        sa.Column("since", Utc(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["release"], ["releases.digest"], name=op.f("fk_rollouts_release")),
        sa.PrimaryKeyConstraint("release", name=op.f("pk_rollouts")),
    )
    op.create_index(op.f("ix_rollouts_document"), "rollouts", ["document"])
    op.create_table(
        "kiosk_reports",
        sa.Column("kiosk", sa.String(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["kiosk"], ["kiosks.id"], name=op.f("fk_kiosk_reports_kiosk")),
        sa.PrimaryKeyConstraint("kiosk", name=op.f("pk_kiosk_reports")),
    )
    op.create_table(
        "holdings",
        sa.Column("kiosk", sa.String(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("since", Utc(), nullable=False),
        sa.Column("until", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["kiosk"], ["kiosks.id"], name=op.f("fk_holdings_kiosk")),
        sa.PrimaryKeyConstraint("kiosk", "release", name=op.f("pk_holdings")),
    )
    op.create_table(
        "things",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("changed_at", Utc(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_things")),
    )
    op.create_table(
        "flags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("thing", sa.String(), nullable=True),
        sa.Column("hold", sa.Boolean(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("cleared_at", Utc(), nullable=True),
        sa.Column("cleared_by", sa.String(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_flags_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flags")),
    )
    op.create_index(op.f("ix_flags_document"), "flags", ["document"])
    op.create_table(
        "keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("revoked_at", Utc(), nullable=True),
        sa.Column("last_used", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_keys_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keys")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_keys_token_hash")),
    )
    op.create_table(
        "hooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("due", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hooks")),
    )


def downgrade() -> None:
    """Without publishing."""
    for table in (
        "hooks",
        "keys",
        "flags",
        "things",
        "holdings",
        "kiosk_reports",
        "rollouts",
        "placements",
        "withdrawals",
        "terms",
        "absences",
        "comments",
        "approvals",
        "policies",
    ):
        op.drop_table(table)
    with op.batch_alter_table("drafts") as drafts:
        drafts.drop_column("round")
        drafts.drop_column("source")
