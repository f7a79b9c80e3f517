"""When and why names were revealed, and which battles go on from another.

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

from tiltyard.ledger.columns import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reveals",
        sa.Column("battle", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=10), nullable=False),
        sa.Column("revealed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("cause IN ('vote', 'give_up')", name=op.f("ck_reveals_cause")),
        sa.ForeignKeyConstraint(
            ["battle", "turn"],
            ["turns.battle", "turns.number"],
            name=op.f("fk_reveals_battle_turn_turns"),
        ),
        sa.ForeignKeyConstraint(["battle"], ["battles.id"], name=op.f("fk_reveals_battle_battles")),
        sa.PrimaryKeyConstraint("battle", name=op.f("pk_reveals")),
    )
    op.create_table(
        "continuations",
        sa.Column("battle", sa.Uuid(), nullable=False),
        sa.Column("continues", sa.Uuid(), nullable=False),
        sa.Column("turns_before", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["battle"], ["battles.id"], name=op.f("fk_continuations_battle_battles")
        ),
        sa.ForeignKeyConstraint(
            ["continues"], ["battles.id"], name=op.f("fk_continuations_continues_battles")
        ),
        sa.PrimaryKeyConstraint("battle", name=op.f("pk_continuations")),
    )
    # Until now the one vote of a battle revealed its names.
    op.execute(
        "INSERT INTO reveals (battle, turn, cause, revealed_at) "
        "SELECT votes.battle, votes.turn, 'vote', votes.voted_at "
        "FROM votes JOIN battles ON battles.id = votes.battle WHERE battles.mode = 'battle'"
    )


def downgrade() -> None:
    op.drop_table("continuations")
    op.drop_table("reveals")
