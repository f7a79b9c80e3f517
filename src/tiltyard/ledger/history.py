"""Record battles that are already over, many at once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.battles import battle_row, side_rows
from tiltyard.ledger.records import Battle
from tiltyard.ledger.reveals import reveal_row
from tiltyard.ledger.tables import attempts, battles, reveals, sides, turns, votes
from tiltyard.ledger.votes import vote_row


async def count_battles(connection: AsyncConnection, source: str) -> int:
    """Count the battles that came from a source."""
    query = select(func.count()).select_from(battles).where(battles.c.source == source)
    return int(await connection.scalar(query) or 0)


async def add_history(connection: AsyncConnection, past: Sequence[Battle]) -> None:
    """Record whole battles: sides, turns, attempts, votes and reveals."""
    rows = {
        battles: [battle_row(one) for one in past],
        sides: [row for one in past for row in side_rows(one)],
        turns: [row for one in past for row in _turn_rows(one)],
        attempts: [row for one in past for row in _attempt_rows(one)],
        votes: [vote_row(one.id, vote, one.voter) for one in past for vote in one.votes],
        reveals: [reveal_row(one.id, one.revealed) for one in past if one.revealed],
    }
    for table, new in rows.items():
        if new:
            await connection.execute(table.insert(), new)


def _turn_rows(battle: Battle) -> list[dict[str, Any]]:
    return [
        {
            "battle": battle.id,
            "number": turn.number,
            "parts": [dict(part) for part in turn.parts],
            "created_at": battle.created_at,
        }
        for turn in battle.turns
    ]


def _attempt_rows(battle: Battle) -> list[dict[str, Any]]:
    return [
        {
            "battle": battle.id,
            "turn": attempt.turn,
            "slot": attempt.slot,
            "number": attempt.number,
            "state": attempt.state,
            "seed": attempt.seed,
            "parts": [dict(part) for part in attempt.parts],
            "reasoning": attempt.reasoning,
            "started_at": battle.created_at,
            "ended_at": battle.created_at,
        }
        for attempt in battle.attempts
    ]
