"""Battles in the order of time: copies are looked for from the oldest on.

Revision 0018, after 0017.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_battles_created_at"), "battles", ["created_at", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_battles_created_at"), table_name="battles")
