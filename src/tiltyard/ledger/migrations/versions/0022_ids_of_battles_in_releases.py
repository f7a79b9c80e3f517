"""Which ids battles have in a release: the key of each that was prepared.

Revision 0022, after 0021.
"""

import sqlalchemy as sa
from alembic import op

from tiltyard.ledger.columns import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "prepared_releases",
        sa.Column("manifest_sha256", sa.String(length=64), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("prepared_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("manifest_sha256", name=op.f("pk_prepared_releases")),
    )


def downgrade() -> None:
    op.drop_table("prepared_releases")
