"""Past boards are found by their time, without looking through those published since.

Revision 0009, after 0008.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INDEX = "ix_snapshots_arena_slice_published_at"


def upgrade() -> None:
    op.create_index(INDEX, "snapshots", ["arena", "slice", "published_at"])


def downgrade() -> None:
    op.drop_index(INDEX, "snapshots")
