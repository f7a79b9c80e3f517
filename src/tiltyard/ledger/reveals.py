"""Write that the names of a battle were revealed: once, and why."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.records import Revealed
from tiltyard.ledger.tables import reveals


async def add_reveal(connection: AsyncConnection, battle: UUID, revealed: Revealed) -> None:
    """Record a reveal; the database takes one a battle."""
    await connection.execute(reveals.insert(), reveal_row(battle, revealed))


def reveal_row(battle: UUID, revealed: Revealed) -> dict[str, Any]:
    """Make the row of a reveal."""
    return {
        "battle": battle,
        "turn": revealed.turn,
        "cause": revealed.cause,
        "revealed_at": revealed.at,
    }
