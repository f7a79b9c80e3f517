"""What all votes of an arena say when they are looked at now and then: topics, and tastes.

Revision 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

from tiltyard.ledger.columns import PackedJson, UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "surveys",
        sa.Column("arena", sa.String(length=40), nullable=False),
        sa.Column("votes", sa.BigInteger(), nullable=False),
        sa.Column("topics", PackedJson(), nullable=False),
        sa.Column("taste_spread", sa.Float(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("arena", name=op.f("pk_surveys")),
    )


def downgrade() -> None:
    op.drop_table("surveys")
