"""What labelling models answered, and what it cost.

Revision 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op

from tiltyard.ledger.columns import JsonValue, UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_answers",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("labeller_version", sa.String(length=20), nullable=False),
        sa.Column("contestant", sa.String(length=80), nullable=False),
        sa.Column("answer", JsonValue, nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=True),
        sa.Column("output_tokens", sa.BigInteger(), nullable=True),
        sa.Column("cost_usd", sa.Float(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_model_answers")),
    )
    op.create_index(
        op.f("ix_model_answers_labeller_version"), "model_answers", ["labeller_version"]
    )


def downgrade() -> None:
    op.drop_table("model_answers")
