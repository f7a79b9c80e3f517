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
    _resize(20, 60)


def downgrade() -> None:
    op.execute("UPDATE battles SET source = substr(source, 1, 20)")
    _resize(60, 20)


def _resize(before: int, after: int) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("battles", "source", type_=sa.String(length=after))
        return
    # SQLite never looks at a length, so only the words that made the table change: the way its
    # documentation of ALTER TABLE gives for what does not touch the rows.
    op.execute("PRAGMA writable_schema = ON")
    op.execute(
        f"UPDATE sqlite_schema SET sql = replace(sql, 'source VARCHAR({before})', "  # noqa: S608  # two numbers
        f"'source VARCHAR({after})') WHERE type = 'table' AND name = 'battles'"
    )
    op.execute("PRAGMA writable_schema = RESET")
