"""Boards that cannot be made yet, and why.

Revision 0021, after 0020.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unmade_boards",
        sa.Column("arena", sa.String(length=40), nullable=False),
        sa.Column("slice", sa.String(length=40), nullable=False),
        sa.Column("control", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("arena", "slice", "control", name=op.f("pk_unmade_boards")),
    )


def downgrade() -> None:
    op.drop_table("unmade_boards")
