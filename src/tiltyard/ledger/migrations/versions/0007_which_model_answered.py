"""Which exact model answered, in its provider's own words.

Revision 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attempts", sa.Column("endpoint_version", sa.String(length=200), nullable=True))


def downgrade() -> None:
    op.drop_column("attempts", "endpoint_version")
