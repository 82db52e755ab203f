"""Periodic review: rules, signed outcomes, the next dates; and what raised a flag."""

import sqlalchemy as sa
from alembic import op

from server.store.types import Utc

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tables of periodic review."""
    with op.batch_alter_table("flags") as flags:
        flags.add_column(sa.Column("cause", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "review_rules",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("deviations", sa.Integer(), nullable=False),
        sa.Column("within", sa.Integer(), nullable=False),
        sa.Column("changed_at", Utc(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_review_rules")),
    )
    op.create_table(
        "confirmations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("meaning", sa.String(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["documents.id"], name=op.f("fk_confirmations_document_documents")
        ),
        sa.ForeignKeyConstraint(
            ["release"], ["releases.digest"], name=op.f("fk_confirmations_release_releases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmations")),
    )
    op.create_index(op.f("ix_confirmations_document"), "confirmations", ["document"])
    op.create_table(
        "review_dates",
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("due", Utc(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["documents.id"], name=op.f("fk_review_dates_document_documents")
        ),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_review_dates")),
    )


def downgrade() -> None:
    """Without them."""
    op.drop_table("review_dates")
    op.drop_index(op.f("ix_confirmations_document"), "confirmations")
    op.drop_table("confirmations")
    op.drop_table("review_rules")
    with op.batch_alter_table("flags") as flags:
        flags.drop_column("cause")
