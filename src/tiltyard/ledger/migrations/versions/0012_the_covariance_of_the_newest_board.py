"""The covariance of each board's newest snapshot: what the interval of any comparison needs.

Revision 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

from tiltyard.ledger.columns import PackedJson, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "covariances",
        sa.Column("arena", sa.String(length=40), nullable=False),
        sa.Column("slice", sa.String(length=40), nullable=False),
        sa.Column("control", sa.String(length=20), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("models", PackedJson(), nullable=False),
        sa.Column("matrix", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("arena", "slice", "control", name=op.f("pk_covariances")),
    )


def downgrade() -> None:
    op.drop_table("covariances")
