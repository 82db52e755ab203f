"""What stations make: products and options that documents can be placed for; the runs of a release."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The table of what stations make."""
    op.create_table(
        "makes",
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["station"], ["stations.id"], name=op.f("fk_makes_station_stations")),
        sa.PrimaryKeyConstraint("station", "kind", "name", name=op.f("pk_makes")),
    )

    op.create_index("ix_runs_release", "runs", ["release"])


def downgrade() -> None:
    """Without it."""
    op.drop_index("ix_runs_release", "runs")
    op.drop_table("makes")
