"""The first shape of the ledger.

Revision 0001, the first.
"""

import sqlalchemy as sa
from alembic import op

from tiltyard.ledger.columns import JsonValue, Sequence, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "arena_definitions",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("arena", sa.String(length=40), nullable=False),
        sa.Column("definition", JsonValue, nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_arena_definitions")),
    )
    op.create_index(
        op.f("ix_arena_definitions_arena"), "arena_definitions", ["arena"], unique=False
    )
    op.create_table(
        "contestant_versions",
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("contestant", sa.String(length=80), nullable=False),
        sa.Column("card", JsonValue, nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_contestant_versions")),
    )
    op.create_index(
        op.f("ix_contestant_versions_contestant"),
        "contestant_versions",
        ["contestant"],
        unique=False,
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("voter", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("request_sha256", sa.String(length=64), nullable=False),
        sa.Column("answer", JsonValue, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("voter", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(
        op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False
    )
    op.create_table(
        "snapshots",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("arena", sa.String(length=40), nullable=False),
        sa.Column("slice", sa.String(length=40), nullable=False),
        sa.Column("last_vote", Sequence, nullable=False),
        sa.Column("board", JsonValue, nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
    )
    op.create_index(
        "ix_snapshots_arena_slice_id", "snapshots", ["arena", "slice", "id"], unique=False
    )
    op.create_table(
        "battles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("arena", sa.String(length=40), nullable=False),
        sa.Column("definition", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("voter", sa.String(length=64), nullable=False),
        sa.Column("policy", sa.String(length=80), nullable=False),
        sa.Column("pair_probability", sa.Float(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "pair_probability > 0 AND pair_probability <= 1",
            name=op.f("ck_battles_pair_probability"),
        ),
        sa.ForeignKeyConstraint(
            ["definition"],
            ["arena_definitions.sha256"],
            name=op.f("fk_battles_definition_arena_definitions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_battles")),
    )
    op.create_index("ix_battles_voter_created_at", "battles", ["voter", "created_at"], unique=False)
    op.create_table(
        "erasures",
        sa.Column("battle", sa.Uuid(), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["battle"], ["battles.id"], name=op.f("fk_erasures_battle_battles")
        ),
        sa.PrimaryKeyConstraint("battle", name=op.f("pk_erasures")),
    )
    op.create_table(
        "labels",
        sa.Column("battle", sa.Uuid(), nullable=False),
        sa.Column("labeller", sa.String(length=40), nullable=False),
        sa.Column("labeller_version", sa.String(length=20), nullable=False),
        sa.Column("value", JsonValue, nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("labelled_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["battle"], ["battles.id"], name=op.f("fk_labels_battle_battles")),
        sa.PrimaryKeyConstraint("battle", "labeller", "labeller_version", name=op.f("pk_labels")),
    )
    op.create_table(
        "sides",
        sa.Column("battle", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.String(length=1), nullable=False),
        sa.Column("contestant", sa.String(length=80), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("components", JsonValue, nullable=False),
        sa.ForeignKeyConstraint(["battle"], ["battles.id"], name=op.f("fk_sides_battle_battles")),
        sa.ForeignKeyConstraint(
            ["version"],
            ["contestant_versions.version"],
            name=op.f("fk_sides_version_contestant_versions"),
        ),
        sa.PrimaryKeyConstraint("battle", "slot", name=op.f("pk_sides")),
    )
    op.create_index(op.f("ix_sides_contestant"), "sides", ["contestant"], unique=False)
    op.create_table(
        "turns",
        sa.Column("battle", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parts", JsonValue, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["battle"], ["battles.id"], name=op.f("fk_turns_battle_battles")),
        sa.PrimaryKeyConstraint("battle", "number", name=op.f("pk_turns")),
    )
    op.create_table(
        "attempts",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("battle", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(length=1), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("parts", JsonValue, nullable=False),
        sa.Column("reasoning", sa.Text(), nullable=False),
        sa.Column("request", JsonValue, nullable=True),
        sa.Column("stop_reason", sa.String(length=80), nullable=True),
        sa.Column("input_tokens", sa.BigInteger(), nullable=True),
        sa.Column("output_tokens", sa.BigInteger(), nullable=True),
        sa.Column("first_text_ms", sa.Integer(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["battle", "slot"],
            ["sides.battle", "sides.slot"],
            name=op.f("fk_attempts_battle_slot_sides"),
        ),
        sa.ForeignKeyConstraint(
            ["battle", "turn"],
            ["turns.battle", "turns.number"],
            name=op.f("fk_attempts_battle_turn_turns"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint(
            "battle", "turn", "slot", "number", name=op.f("uq_attempts_battle_turn_slot_number")
        ),
    )
    op.create_index("ix_attempts_state", "attempts", ["state"], unique=False)
    op.create_table(
        "votes",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("battle", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("tags", JsonValue, nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("voter", sa.String(length=64), nullable=False),
        sa.Column("voted_at", UtcDateTime(), nullable=False),
        sa.Column("receipt", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('a', 'b', 'tie', 'both_bad')", name=op.f("ck_votes_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["battle", "turn"],
            ["turns.battle", "turns.number"],
            name=op.f("fk_votes_battle_turn_turns"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_votes")),
        sa.UniqueConstraint("battle", "turn", name=op.f("uq_votes_battle_turn")),
        sa.UniqueConstraint("receipt", name=op.f("uq_votes_receipt")),
    )
    op.create_index(op.f("ix_votes_voter"), "votes", ["voter"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_votes_voter"), table_name="votes")
    op.drop_table("votes")
    op.drop_index("ix_attempts_state", table_name="attempts")
    op.drop_table("attempts")
    op.drop_table("turns")
    op.drop_index(op.f("ix_sides_contestant"), table_name="sides")
    op.drop_table("sides")
    op.drop_table("labels")
    op.drop_table("erasures")
    op.drop_index("ix_battles_voter_created_at", table_name="battles")
    op.drop_table("battles")
    op.drop_index("ix_snapshots_arena_slice_id", table_name="snapshots")
    op.drop_table("snapshots")
    op.drop_index(op.f("ix_idempotency_keys_created_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_index(op.f("ix_contestant_versions_contestant"), table_name="contestant_versions")
    op.drop_table("contestant_versions")
    op.drop_index(op.f("ix_arena_definitions_arena"), table_name="arena_definitions")
    op.drop_table("arena_definitions")
