"""Which server answers an attempt, so that only a dead one's are ended by others.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

from tiltyard.ledger.columns import Sequence, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "servers",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_servers")),
    )
    op.add_column("attempts", sa.Column("server", Sequence, nullable=True))


def downgrade() -> None:
    op.drop_column("attempts", "server")
    op.drop_table("servers")
