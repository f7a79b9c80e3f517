"""Images: who sent which, and which messages use them.

Revision 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

from tiltyard.ledger.columns import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("voter", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "voter", name=op.f("pk_uploads")),
    )
    op.create_index("ix_uploads_voter", "uploads", ["voter"])
    op.create_index(op.f("ix_uploads_uploaded_at"), "uploads", ["uploaded_at"])
    op.create_table(
        "image_uses",
        sa.Column("battle", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["battle", "turn"],
            ["turns.battle", "turns.number"],
            name=op.f("fk_image_uses_battle_turn_turns"),
        ),
        sa.PrimaryKeyConstraint("battle", "turn", "sha256", name=op.f("pk_image_uses")),
    )
    op.create_index("ix_image_uses_sha256", "image_uses", ["sha256"])


def downgrade() -> None:
    op.drop_table("image_uses")
    op.drop_table("uploads")
