"""What people let be published, what must not be any more, and what was.

Revision 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

from tiltyard.ledger.columns import JsonValue, Sequence, UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("voter", sa.String(length=64), nullable=False),
        sa.Column("publish", sa.Boolean(), nullable=False),
        sa.Column("shown", JsonValue, nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_voter"), "consents", ["voter"])
    op.create_table(
        "take_downs",
        sa.Column("battle", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("taken_down_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["battle"], ["battles.id"], name=op.f("fk_take_downs_battle_battles")
        ),
        sa.PrimaryKeyConstraint("battle", name=op.f("pk_take_downs")),
    )
    op.create_table(
        "releases",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("arena", sa.String(length=40), nullable=False),
        sa.Column("manifest", JsonValue, nullable=False),
        sa.Column("places", JsonValue, nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_releases")),
    )
    op.create_index(op.f("ix_releases_arena"), "releases", ["arena"])
    op.create_table(
        "released_battles",
        sa.Column("release", sa.String(length=80), nullable=False),
        sa.Column("battle", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release"], ["releases.name"], name=op.f("fk_released_battles_release_releases")
        ),
        sa.ForeignKeyConstraint(
            ["battle"], ["battles.id"], name=op.f("fk_released_battles_battle_battles")
        ),
        sa.PrimaryKeyConstraint("release", "battle", name=op.f("pk_released_battles")),
    )


def downgrade() -> None:
    for table in ("released_battles", "releases", "take_downs", "consents"):
        op.drop_table(table)
