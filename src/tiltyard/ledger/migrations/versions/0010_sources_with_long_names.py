"""Sources of battles may have names of 60 characters, for imported ones.

Revision 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _resize(60)


def downgrade() -> None:
    op.execute("UPDATE battles SET source = substr(source, 1, 20)")
    _resize(20)


def _resize(length: int) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("battles", "source", type_=sa.String(length=length))
        return
    # SQLite never looks at a length, and cannot change one: the column is made anew.
    op.add_column(
        "battles", sa.Column("resized", sa.String(length), nullable=False, server_default="arena")
    )
    op.execute("UPDATE battles SET resized = source")
    op.execute("ALTER TABLE battles DROP COLUMN source")
    op.execute("ALTER TABLE battles RENAME COLUMN resized TO source")
