"""What an answer cost, and how many requests were sent for it.

Revision 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attempts", sa.Column("cost_usd", sa.Float(), nullable=True))
    op.add_column("attempts", sa.Column("tries", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("attempts", "tries")
    op.drop_column("attempts", "cost_usd")
