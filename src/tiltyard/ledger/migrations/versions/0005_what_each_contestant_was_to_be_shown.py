"""What share of battles each contestant was to have, and under which shares a battle was drawn.

Revision 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

from tiltyard.ledger.columns import JsonValue, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "declared_shares",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("arena", sa.String(length=40), nullable=False),
        sa.Column("policy", sa.String(length=80), nullable=False),
        sa.Column("shares", JsonValue, nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_declared_shares")),
    )
    op.create_index(op.f("ix_declared_shares_arena"), "declared_shares", ["arena"], unique=False)
    op.add_column("battles", sa.Column("declared", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("battles", "declared")
    op.drop_index(op.f("ix_declared_shares_arena"), table_name="declared_shares")
    op.drop_table("declared_shares")
