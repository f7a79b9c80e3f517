"""Published boards, oldest to newest. A snapshot is never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.records import Snapshot
from tiltyard.ledger.tables import snapshots


async def add_snapshot(connection: AsyncConnection, snapshot: Snapshot) -> None:
    """Publish a board."""
    await connection.execute(
        snapshots.insert().values(
            arena=snapshot.arena,
            slice=snapshot.slice,
            last_vote=snapshot.last_vote,
            board=dict(snapshot.board),
            published_at=snapshot.published_at,
        )
    )


async def lock_board(connection: AsyncConnection, arena: str, slice_: str) -> None:
    """Let nobody else publish this board until the transaction ends."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        key = func.hashtextextended(f"{arena}/{slice_}", 0)
        await connection.execute(select(func.pg_advisory_xact_lock(key)))


async def read_snapshot(
    connection: AsyncConnection, arena: str, slice_: str, *, at: datetime | None = None
) -> Snapshot | None:
    """Read the newest board, or the one that was newest at an instant."""
    query = snapshots.select().where(snapshots.c.arena == arena, snapshots.c.slice == slice_)
    if at is not None:
        query = query.where(snapshots.c.published_at <= at)
    row = (await connection.execute(query.order_by(snapshots.c.id.desc()).limit(1))).first()
    return None if row is None else _snapshot(row)


def _snapshot(row: Any) -> Snapshot:  # noqa: ANN401  # a row
    return Snapshot(row.arena, row.slice, row.last_vote, row.board, row.published_at)
