"""Which files were taken in to teach a camera: they are thrown away when nothing uses them."""

import sqlalchemy as sa
from alembic import op

from server.store.types import Utc

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table. Of what was taken in before nobody knows what for; it stays."""
    op.create_table(
        "teaching_files",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("together", sa.String(), nullable=False),
        sa.Column("original", sa.Boolean(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
    )
    op.create_index("ix_teaching_files_together", "teaching_files", ["together"])


def downgrade() -> None:
    """Without it."""
    op.drop_index("ix_teaching_files_together", "teaching_files")
    op.drop_table("teaching_files")
