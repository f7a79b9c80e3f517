"""Vectors of prompts, and what they cost.

Revision 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op

from tiltyard.ledger.columns import Sequence, UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "prompt_vectors",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("first_battle", sa.Uuid(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_prompt_vectors")),
    )
    op.create_index(op.f("ix_prompt_vectors_first_battle"), "prompt_vectors", ["first_battle"])
    op.create_table(
        "vector_requests",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("model_version", sa.String(length=20), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=True),
        sa.Column("cost_usd", sa.Float(), nullable=True),
        sa.Column("endpoint_version", sa.String(length=200), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vector_requests")),
    )


def downgrade() -> None:
    op.drop_table("vector_requests")
    op.drop_table("prompt_vectors")
