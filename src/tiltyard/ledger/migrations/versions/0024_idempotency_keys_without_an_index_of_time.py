"""Idempotency keys are kept as long as the votes, so nobody looks for old ones.

Revision 0024, after 0023.
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

INDEX = "ix_idempotency_keys_created_at"


def upgrade() -> None:
    op.drop_index(op.f(INDEX), table_name="idempotency_keys")


def downgrade() -> None:
    op.create_index(op.f(INDEX), "idempotency_keys", ["created_at"])
