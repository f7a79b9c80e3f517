"""Every change of a contestant: its status and its card, when and why. Nothing is ever edited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.tables import contestant_changes, contestant_versions

LOCK = 1_953_067_107
"""The advisory lock of whoever changes contestants: numbers are given in the order of commits."""


@dataclass(frozen=True, slots=True)
class ContestantChange:
    """One change: from then on this version of the card is the one that holds.

    Attributes
    ----------
    status
        The status on that card: draft, preview, public or retired.
    reason
        A sentence for the register.
    """

    contestant: str
    version: str
    status: str
    reason: str
    at: datetime


async def lock_changes(connection: AsyncConnection) -> None:
    """Let nobody else change contestants until the transaction ends."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        await connection.execute(select(func.pg_advisory_xact_lock(LOCK)))


async def add_change(connection: AsyncConnection, change: ContestantChange) -> None:
    """Record a change."""
    await connection.execute(
        contestant_changes.insert().values(
            contestant=change.contestant,
            version=change.version,
            status=change.status,
            reason=change.reason,
            changed_at=change.at,
        )
    )


async def last_change(connection: AsyncConnection) -> int:
    """Return the number of the newest change, 0 when there is none: cheap enough to poll."""
    return int(await connection.scalar(select(func.max(contestant_changes.c.id))) or 0)


async def read_changes(
    connection: AsyncConnection, contestant: str | None = None
) -> Sequence[ContestantChange]:
    """Read every change, or those of one contestant, in the order they were made."""
    query = contestant_changes.select().order_by(contestant_changes.c.id)
    if contestant is not None:
        query = query.where(contestant_changes.c.contestant == contestant)
    return [
        ContestantChange(row.contestant, row.version, row.status, row.reason, row.changed_at)
        for row in await connection.execute(query)
    ]


async def read_current(connection: AsyncConnection) -> Sequence[dict[str, Any]]:
    """Read the card that holds of every contestant, in the order they were first declared."""
    ends = (
        select(
            func.min(contestant_changes.c.id).label("first"),
            func.max(contestant_changes.c.id).label("last"),
        )
        .group_by(contestant_changes.c.contestant)
        .subquery()
    )
    query = (
        select(contestant_versions.c.card)
        .join(contestant_changes, contestant_changes.c.version == contestant_versions.c.version)
        .join(ends, ends.c.last == contestant_changes.c.id)
        .order_by(ends.c.first)
    )
    return list(await connection.scalars(query))


async def read_ever_public(connection: AsyncConnection) -> set[str]:
    """Name the contestants that are or once were public."""
    query = select(contestant_changes.c.contestant).where(contestant_changes.c.status == "public")
    return set(await connection.scalars(query.distinct()))
