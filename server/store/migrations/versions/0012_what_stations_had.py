"""Which releases each station ever had to hold, and which numbers of documents are taken."""

import sqlalchemy as sa
from alembic import op

from server.store.types import Utc

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table, filled from what is assigned, what kiosks showed and what runs were made by; and a column."""
    op.create_table(
        "station_releases",
        sa.Column("station", sa.String(), sa.ForeignKey("stations.id"), primary_key=True),
        sa.Column("release", sa.String(), sa.ForeignKey("releases.digest"), primary_key=True, index=True),
        sa.Column("since", Utc(), nullable=False),
    )
    with op.batch_alter_table("documents") as changed:
        changed.add_column(sa.Column("numbered", sa.Integer(), nullable=False, server_default="0"))
    made = _table("station_releases", "station", "release", "since")
    releases = _table("releases", "digest", "released_at")
    assignments, runs = (
        _table("assignments", "station", "release"),
        _table("runs", "station", "release", "started_at"),
    )
    holdings, kiosks = _table("holdings", "kiosk", "release", "since"), _table("kiosks", "id", "station")
    sources = (
        sa.select(
            assignments.c.station, assignments.c.release, releases.c.released_at.label("since")
        ).join_from(assignments, releases, releases.c.digest == assignments.c.release),
        sa.select(kiosks.c.station, holdings.c.release, holdings.c.since).join_from(
            holdings, kiosks, kiosks.c.id == holdings.c.kiosk
        ),
        sa.select(runs.c.station, runs.c.release, runs.c.started_at),
    )
    every = sa.union_all(*sources).subquery()
    stations = _table("stations", "id")
    op.execute(
        made.insert().from_select(
            ["station", "release", "since"],
            sa.select(every.c.station, every.c.release, sa.func.max(every.c.since))
            .where(every.c.release.in_(sa.select(releases.c.digest)))
            .where(every.c.station.in_(sa.select(stations.c.id)))
            .where(every.c.since.is_not(None))
            .group_by(every.c.station, every.c.release),
        )
    )


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(each) for each in columns))


def downgrade() -> None:
    """Without them."""
    op.execute("ALTER TABLE documents DROP COLUMN numbered")  # in place: other tables refer to this one
    op.drop_table("station_releases")
