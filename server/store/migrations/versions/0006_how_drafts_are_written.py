"""Edits that belong together or were not taken, what an imported draft still needs, and shared blocks."""

import sqlalchemy as sa
from alembic import op

from server.store.types import Utc

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two columns and two tables."""
    with op.batch_alter_table("draft_edits") as edits:
        edits.add_column(sa.Column("together", sa.Integer(), nullable=True))
        edits.add_column(sa.Column("refused", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "draft_todos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", Utc(), nullable=True),
        sa.Column("by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["draft"], ["drafts.id"], name=op.f("fk_draft_todos_draft_drafts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_todos")),
    )
    op.create_index(op.f("ix_draft_todos_draft"), "draft_todos", ["draft"])
    op.create_table(
        "blocks",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("pk_blocks")),
    )


def downgrade() -> None:
    """Without them."""
