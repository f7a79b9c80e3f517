"""Boards with a control have snapshots of their own, and labels a number in the order they came.

Revision 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

from tiltyard.ledger.columns import JsonValue, Sequence, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BY_NUMBER = ("ix_snapshots_arena_slice_id", ["arena", "slice", "id"])
BY_TIME = ("ix_snapshots_arena_slice_published_at", ["arena", "slice", "published_at"])
BY_NUMBER_NOW = ("ix_snapshots_arena_slice_control_id", ["arena", "slice", "control", "id"])
BY_TIME_NOW = (
    "ix_snapshots_arena_slice_control_published_at",
    ["arena", "slice", "control", "published_at"],
)
KEY = ["battle", "labeller", "labeller_version"]
COLUMNS = ", ".join([*KEY, "value", "score", "labelled_at"])
UNIQUE = "uq_labels_battle_labeller_labeller_version"


def upgrade() -> None:
    control = sa.Column("control", sa.String(length=20), server_default="", nullable=False)
    op.add_column("snapshots", control)
    _index_anew([BY_NUMBER, BY_TIME], [BY_NUMBER_NOW, BY_TIME_NOW])
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("pk_labels", "labels")
        op.execute("ALTER TABLE labels ADD COLUMN id BIGSERIAL")
        op.create_primary_key("pk_labels", "labels", ["id"])
        op.create_unique_constraint(UNIQUE, "labels", KEY)
        return
    number = sa.Column("id", Sequence, autoincrement=True, nullable=False)
    _rebuild(
        number,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
        sa.UniqueConstraint(*KEY, name=op.f(UNIQUE)),
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(UNIQUE, "labels")
        op.drop_constraint("pk_labels", "labels")
        op.drop_column("labels", "id")
        op.create_primary_key("pk_labels", "labels", KEY)
    else:
        _rebuild(sa.PrimaryKeyConstraint(*KEY, name=op.f("pk_labels")))
    op.execute("DELETE FROM snapshots WHERE control <> ''")
    _index_anew([BY_NUMBER_NOW, BY_TIME_NOW], [BY_NUMBER, BY_TIME])
    op.drop_column("snapshots", "control")


def _index_anew(old: list[tuple[str, list[str]]], new: list[tuple[str, list[str]]]) -> None:
    for name, _ in old:
        op.drop_index(name, "snapshots")
    for name, columns in new:
        op.create_index(name, "snapshots", columns)


def _rebuild(*parts: sa.schema.SchemaItem) -> None:
    """Copy SQLite's table, whose primary key cannot be changed."""
    op.create_table(
        "labels_anew",
        sa.Column("battle", sa.Uuid(), nullable=False),
        sa.Column("labeller", sa.String(length=40), nullable=False),
        sa.Column("labeller_version", sa.String(length=20), nullable=False),
        sa.Column("value", JsonValue, nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("labelled_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["battle"], ["battles.id"], name=op.f("fk_labels_battle_battles")),
        *parts,
    )
    op.execute(
        f"INSERT INTO labels_anew ({COLUMNS}) SELECT {COLUMNS} FROM labels "  # noqa: S608  # constants
        "ORDER BY labelled_at, battle, labeller"
    )
    op.drop_table("labels")
    op.rename_table("labels_anew", "labels")
