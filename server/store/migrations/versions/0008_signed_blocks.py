"""Shared blocks are signed: which draft a revision came from, and those that are only proposed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two columns; what is there already counts."""
    with op.batch_alter_table("blocks") as blocks:
        blocks.add_column(sa.Column("proposed", sa.Boolean(), nullable=False, server_default=sa.false()))
        blocks.add_column(sa.Column("draft", sa.String(), nullable=True))


def downgrade() -> None:
    """Without them; what was only proposed goes."""
    op.execute(sa.text("DELETE FROM blocks WHERE proposed"))
    with op.batch_alter_table("blocks") as blocks:
        blocks.drop_column("draft")
        blocks.drop_column("proposed")
