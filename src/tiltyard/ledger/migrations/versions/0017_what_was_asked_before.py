"""What was asked before: fingerprints of prompts.

Revision 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op

from tiltyard.ledger.columns import Sequence

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "prompts",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("first_battle", sa.Uuid(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("minima", sa.LargeBinary(), nullable=False),
        sa.Column("near", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_prompts")),
    )
    op.create_index(op.f("ix_prompts_first_battle"), "prompts", ["first_battle"])
    op.create_table(
        "prompt_bands",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.Column("prompt", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_bands")),
    )
    op.create_index(op.f("ix_prompt_bands_band"), "prompt_bands", ["band"])
    op.create_index(op.f("ix_prompt_bands_prompt"), "prompt_bands", ["prompt"])


def downgrade() -> None:
    op.drop_table("prompt_bands")
    op.drop_table("prompts")
