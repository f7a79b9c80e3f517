"""Who left a group: their place among those who came with them stays empty.

Revision 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op

from tiltyard.ledger.columns import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("memberships", sa.Column("left_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM memberships WHERE left_at IS NOT NULL")
    op.drop_column("memberships", "left_at")
