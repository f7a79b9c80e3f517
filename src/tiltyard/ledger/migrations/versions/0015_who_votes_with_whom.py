"""Who votes with whom: groups that people join.

Revision 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

from tiltyard.ledger.columns import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "memberships",
        sa.Column("group_name", sa.String(length=40), nullable=False),
        sa.Column("voter", sa.String(length=64), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("group_name", "voter", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_voter"), "memberships", ["voter"])


def downgrade() -> None:
    op.drop_table("memberships")
