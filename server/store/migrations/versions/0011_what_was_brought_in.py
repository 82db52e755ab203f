"""Releases that came with their history from another server, and what was told of them there."""

import sqlalchemy as sa
from alembic import op

from server.store.types import Utc

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table."""
    op.create_table(
        "brought",
        sa.Column("release", sa.String(), sa.ForeignKey("releases.digest"), primary_key=True),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    """Without it."""
    op.drop_table("brought")
