"""When contestants changed, and why: drafts, previews, public and retired ones.

Revision 0008, after 0007.
"""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from tiltyard.ledger.columns import Sequence, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

REASON = "Declared before changes were recorded."


def upgrade() -> None:
    changes = op.create_table(
        "contestant_changes",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("contestant", sa.String(length=80), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'preview', 'public', 'retired')",
            name=op.f("ck_contestant_changes_status"),
        ),
        sa.ForeignKeyConstraint(
            ["version"],
            ["contestant_versions.version"],
            name=op.f("fk_contestant_changes_version_contestant_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contestant_changes")),
    )
    op.create_index(op.f("ix_contestant_changes_contestant"), "contestant_changes", ["contestant"])
    rows = _known(op.get_bind())
    if rows:
        op.bulk_insert(changes, rows)


def downgrade() -> None:
    op.drop_table("contestant_changes")


def _known(connection: sa.Connection) -> list[dict[str, Any]]:
    """Make a change of every version recorded so far, the oldest first."""
    versions = sa.table(
        "contestant_versions",
        sa.column("version", sa.String()),
        sa.column("contestant", sa.String()),
        sa.column("card", sa.JSON()),
        sa.column("recorded_at", UtcDateTime()),
    )
    found = connection.execute(sa.select(versions).order_by(versions.c.recorded_at)).all()
    return [_change(row.contestant, row.version, _card(row.card), row.recorded_at) for row in found]


def _card(stored: Any) -> dict[str, Any]:  # noqa: ANN401  # text or document, as the driver likes
    card: dict[str, Any] = json.loads(stored) if isinstance(stored, str) else stored
    return card


def _change(contestant: str, version: str, card: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {
        "contestant": contestant,
        "version": version,
        "status": card.get("status", "public"),
        "reason": REASON,
        "changed_at": at,
    }
