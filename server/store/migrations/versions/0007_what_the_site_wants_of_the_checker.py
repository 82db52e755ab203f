"""What the site wants of the checker."""

import sqlalchemy as sa
from alembic import op

from server.store.types import Utc

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table, whose newest row holds."""
    op.create_table(
        "checker_settings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checker_settings")),
    )


def downgrade() -> None:
    """Without it."""
    op.drop_table("checker_settings")
