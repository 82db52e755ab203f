"""Since when a newer release has taken the place of one."""

import sqlalchemy as sa
from alembic import op

from server.store.types import Utc

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column; what a newer release stands above, that is everywhere, was superseded when that was released."""
    with op.batch_alter_table("releases") as changed:
        changed.add_column(sa.Column("superseded_at", Utc(), nullable=True))
    names = ("document", "revision", "digest", "released_at", "withdrawn_at", "superseded_at")
    releases = sa.table("releases", *(sa.column(name) for name in names))
    rollouts = sa.table("rollouts", sa.column("release"), sa.column("state"))
    later = releases.alias("later")
    underway = sa.exists().where(rollouts.c.release == later.c.digest, rollouts.c.state != "done")
    since = (
        sa.select(sa.func.min(later.c.released_at))
        .where(later.c.document == releases.c.document, later.c.revision > releases.c.revision)
        .where(later.c.withdrawn_at.is_(None), ~underway)
        .scalar_subquery()
    )
    op.execute(sa.update(releases).where(releases.c.withdrawn_at.is_(None)).values(superseded_at=since))


def downgrade() -> None:
    """Without it."""
    with op.batch_alter_table("releases") as changed:
        changed.drop_column("superseded_at")
