"""What signatures are judged by: the signer's role, and what a draft was when it was submitted."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Four columns; a release's risk class stands in what it says."""
    with op.batch_alter_table("approvals") as approvals:
        approvals.add_column(sa.Column("role", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("drafts") as drafts:
        drafts.add_column(sa.Column("content", sa.String(), nullable=False, server_default=""))
        drafts.add_column(sa.Column("risk_class", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("releases") as releases:
        releases.add_column(sa.Column("risk_class", sa.String(), nullable=False, server_default="low"))
    _take_risks_from_releases()


def _take_risks_from_releases() -> None:
    tx = op.get_bind()
    releases = sa.table("releases", sa.column("digest"), sa.column("payload"), sa.column("risk_class"))
    for digest in tx.execute(sa.select(releases.c.digest)).scalars().all():
        one = releases.c.digest == digest
        payload = tx.execute(sa.select(releases.c.payload).where(one)).scalar_one()
        risk = json.loads(payload).get("document", {}).get("risk_class", "low")
        if risk != "low":
            tx.execute(sa.update(releases).where(one).values(risk_class=risk))


def downgrade() -> None:
    """Without them."""
    for table, names in (
        ("releases", ["risk_class"]),
        ("drafts", ["risk_class", "content"]),
        ("approvals", ["role"]),
    ):
        with op.batch_alter_table(table) as changed:
            for name in names:
                changed.drop_column(name)
