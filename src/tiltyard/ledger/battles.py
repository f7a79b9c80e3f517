"""Write and read battles."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.columns import UtcDateTime
from tiltyard.ledger.reading import read_battles
from tiltyard.ledger.records import (
    AttemptEnd,
    Battle,
    Parts,
    Slot,
)
from tiltyard.ledger.tables import (
    attempts,
    battles,
    continuations,
    erasures,
    servers,
    sides,
    turns,
)

LOCK = select(battles.c.id).where(battles.c.id == bindparam("battle")).with_for_update()


async def add_battle(connection: AsyncConnection, battle: Battle) -> None:
    """Record a battle and who fights in it. Its turns and attempts follow by themselves."""
    await connection.execute(battles.insert().values(battle_row(battle)))
    await connection.execute(sides.insert(), side_rows(battle))
    if battle.continued is not None:
        earlier = battle.continued
        await connection.execute(
            continuations.insert().values(
                battle=battle.id, continues=earlier.battle, turns_before=earlier.turns_before
            )
        )


def battle_row(battle: Battle) -> dict[str, Any]:
    """Make the row of a battle."""
    return {
        "id": battle.id,
        "arena": battle.arena,
        "definition": battle.definition,
        "mode": battle.mode,
        "source": battle.source,
        "voter": battle.voter,
        "policy": battle.policy,
        "pair_probability": battle.pair_probability,
        "declared": battle.declared,
        "created_at": battle.created_at,
    }


def side_rows(battle: Battle) -> list[dict[str, Any]]:
    """Make the rows of a battle's sides."""
    return [
        {
            "battle": battle.id,
            "slot": side.slot,
            "contestant": side.contestant,
            "version": side.version,
            "components": dict(side.components),
        }
        for side in battle.sides
    ]


async def add_turn(
    connection: AsyncConnection, battle: UUID, number: int, parts: Parts, at: datetime
) -> None:
    """Record a message of the person."""
    await connection.execute(
        turns.insert().values(
            battle=battle, number=number, parts=[dict(part) for part in parts], created_at=at
        )
    )


async def open_attempt(
    connection: AsyncConnection,
    battle: UUID,
    turn: int,
    slot: Slot,
    *,
    number: int,
    seed: int,
    server: int | None,
    at: datetime,
) -> None:
    """Record that a side begins to answer, before its first word, and which server asks it."""
    await connection.execute(
        attempts.insert().values(
            battle=battle,
            turn=turn,
            slot=slot,
            number=number,
            seed=seed,
            server=server,
            state="streaming",
            parts=[],
            reasoning="",
            started_at=at,
        )
    )


async def end_attempt(
    connection: AsyncConnection,
    battle: UUID,
    turn: int,
    slot: Slot,
    *,
    number: int,
    end: AttemptEnd,
    at: datetime,
) -> None:
    """Record how an attempt ended, and the whole answer. Only an open attempt can end."""
    await connection.execute(
        update(attempts)
        .where(
            attempts.c.battle == battle,
            attempts.c.turn == turn,
            attempts.c.slot == slot,
            attempts.c.number == number,
            attempts.c.state == "streaming",
        )
        .values(
            state=end.state,
            parts=[{"type": "text", "text": end.text}] if end.text else [],
            reasoning=end.reasoning,
            request=None if end.request is None else dict(end.request),
            stop_reason=end.stop_reason,
            input_tokens=end.input_tokens,
            output_tokens=end.output_tokens,
            cost_usd=end.cost_usd,
            endpoint_version=end.endpoint_version,
            tries=end.tries,
            first_text_ms=end.first_text_ms,
            duration_ms=end.duration_ms,
            error=end.error,
            ended_at=at,
        )
    )


async def fail_open_attempts(
    connection: AsyncConnection,
    at: datetime,
    *,
    server: int | None,
    battle: UUID | None = None,
) -> None:
    """End every attempt that nobody answers any more, of one battle or of all.

    Parameters
    ----------
    server
        Who asks: its own open attempts are ended, those of servers that have ended, and those
        that no server claims. What another living server answers is left alone.
    """
    ended = select(servers.c.id).where(servers.c.ended_at.is_not(None))
    owner = attempts.c.server
    query = update(attempts).where(
        attempts.c.state == "streaming",
        owner.is_(None) | (owner == server) | owner.in_(ended),
    )
    if battle is not None:
        query = query.where(attempts.c.battle == battle)
    await connection.execute(
        query.values(
            state="failed", error="The server stopped while this was streaming.", ended_at=at
        )
    )


async def lock_battle(connection: AsyncConnection, battle: UUID) -> None:
    """Let nobody else change this battle until the transaction ends."""
    await connection.execute(LOCK, {"battle": battle})


async def arena_of(connection: AsyncConnection, battle: UUID, *, voter: str) -> str | None:
    """Read where a battle was held, None when there is none of this id or it is another's."""
    name: str | None = await connection.scalar(
        select(battles.c.arena).where(battles.c.id == battle, battles.c.voter == voter)
    )
    return name


async def read_battle(connection: AsyncConnection, battle: UUID) -> Battle | None:
    """Read one battle, None when there is none of this id."""
    found = await read_battles(connection, [battle])
    return found[0] if found else None


async def battles_of_voter(
    connection: AsyncConnection, voter: str, *, limit: int, before: Battle | None = None
) -> Sequence[Battle]:
    """Read a voter's battles that were not forgotten, newest first.

    Parameters
    ----------
    before
        Only battles that are older than this one; all when None.
    """
    query = select(battles.c.id).where(
        battles.c.voter == voter, battles.c.id.not_in(select(erasures.c.battle))
    )
    order = tuple_(battles.c.created_at, battles.c.id)
    if before is not None:
        place = literal(before.created_at, UtcDateTime), literal(before.id, Uuid)
        query = query.where(order < tuple_(*place))
    newest = query.order_by(battles.c.created_at.desc(), battles.c.id.desc())
    ids = await connection.scalars(newest.limit(limit))
    return await read_battles(connection, ids.all())
