"""Sources that were taken back: nothing counts their votes any more.

Revision 0020, after 0019.
"""

import sqlalchemy as sa
from alembic import op

from tiltyard.ledger.columns import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source_removals",
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_removals")),
    )


def downgrade() -> None:
    op.drop_table("source_removals")
