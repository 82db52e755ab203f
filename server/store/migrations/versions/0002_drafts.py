"""drafts: documents while they are written, part by part, with every change that was made."""

import sqlalchemy as sa
from alembic import op

from server.store.types import Utc

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tables of drafts."""
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("based_on", sa.String(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("changed_at", Utc(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_document"), "drafts", ["document"])
    op.create_table(
        "draft_parts",
        sa.Column("draft", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draft"], ["drafts.id"], name=op.f("fk_draft_parts_draft")),
        sa.PrimaryKeyConstraint("draft", "part", name=op.f("pk_draft_parts")),
    )
    op.create_table(
        "draft_edits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["draft"], ["drafts.id"], name=op.f("fk_draft_edits_draft")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_edits")),
    )
    op.create_index(op.f("ix_draft_edits_draft_part_version"), "draft_edits", ["draft", "part", "version"])
    op.create_table(
        "draft_media",
        sa.Column("draft", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("media", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["draft"], ["drafts.id"], name=op.f("fk_draft_media_draft")),
        sa.ForeignKeyConstraint(["media"], ["media.digest"], name=op.f("fk_draft_media_media")),
        sa.PrimaryKeyConstraint("draft", "path", name=op.f("pk_draft_media")),
    )


def downgrade() -> None:
    """Without drafts."""
    for table in ("draft_media", "draft_edits", "draft_parts", "drafts"):
        op.drop_table(table)
