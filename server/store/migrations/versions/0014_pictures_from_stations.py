"""Pictures to teach a camera from, taken by that camera at its station."""

import sqlalchemy as sa
from alembic import op

from server.store.types import Utc

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table; the pictures themselves are media, thrown away when nothing uses them."""
    op.create_table(
        "station_pictures",
        sa.Column("station", sa.String(), sa.ForeignKey("stations.id"), primary_key=True),
        sa.Column("media", sa.String(), sa.ForeignKey("media.digest"), primary_key=True),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
    )
    op.create_index("ix_station_pictures_media", "station_pictures", ["media"])


def downgrade() -> None:
    """Without them; the media stay."""
    op.drop_index("ix_station_pictures_media", "station_pictures")
    op.drop_table("station_pictures")
