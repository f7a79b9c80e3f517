"""Write and read battles."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.records import (
    Attempt,
    AttemptEnd,
    Battle,
    Continued,
    Parts,
    Revealed,
    Side,
    Slot,
    Turn,
    Vote,
)
from tiltyard.ledger.tables import (
    arena_definitions,
    attempts,
    battles,
    continuations,
    erasures,
    reveals,
    servers,
    sides,
    turns,
    votes,
)


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
    await connection.execute(select(battles.c.id).where(battles.c.id == battle).with_for_update())


async def read_battle(connection: AsyncConnection, battle: UUID) -> Battle | None:
    """Read one battle, None when there is none of this id."""
    found = await read_battles(connection, [battle])
    return found[0] if found else None


async def battles_of_voter(
    connection: AsyncConnection, voter: str, *, limit: int
) -> Sequence[Battle]:
    """Read a voter's battles that were not forgotten, newest first."""
    ids = await connection.scalars(
        select(battles.c.id)
        .where(battles.c.voter == voter, battles.c.id.not_in(select(erasures.c.battle)))
        .order_by(battles.c.created_at.desc())
        .limit(limit)
    )
    return await read_battles(connection, ids.all())


async def read_battles(connection: AsyncConnection, ids: Sequence[UUID]) -> Sequence[Battle]:
    """Read battles in the order of their ids; unknown ids are left out."""
    vote_per = arena_definitions.c.definition["vote"]["per"].as_string().label("vote_per")
    query = (
        select(battles, vote_per)
        .join(arena_definitions, arena_definitions.c.sha256 == battles.c.definition)
        .where(battles.c.id.in_(ids))
    )
    heads = {row.id: row for row in await connection.execute(query)}
    latest = (
        select(func.max(attempts.c.id))
        .where(attempts.c.battle.in_(ids))
        .group_by(attempts.c.battle, attempts.c.turn, attempts.c.slot)
    )
    parted = {
        "sides": await _rows(
            connection, sides.select().where(sides.c.battle.in_(ids)).order_by(sides.c.slot)
        ),
        "turns": await _rows(
            connection, turns.select().where(turns.c.battle.in_(ids)).order_by(turns.c.number)
        ),
        "attempts": await _rows(connection, attempts.select().where(attempts.c.id.in_(latest))),
        "votes": await _rows(
            connection, votes.select().where(votes.c.battle.in_(ids)).order_by(votes.c.id)
        ),
        "reveals": await _rows(connection, reveals.select().where(reveals.c.battle.in_(ids))),
        "continuations": await _rows(
            connection, continuations.select().where(continuations.c.battle.in_(ids))
        ),
        "erasures": await _rows(connection, erasures.select().where(erasures.c.battle.in_(ids))),
    }
    return [_battle(heads[id_], parted) for id_ in ids if id_ in heads]


async def forget_battle(connection: AsyncConnection, battle: UUID, at: datetime) -> None:
    """Erase the words of a battle; the vote and a tombstone stay."""
    await connection.execute(erasures.insert().values(battle=battle, erased_at=at))
    await connection.execute(update(turns).where(turns.c.battle == battle).values(parts=[]))
    await connection.execute(
        update(attempts)
        .where(attempts.c.battle == battle)
        .values(parts=[], reasoning="", error=None)
    )
    await connection.execute(update(votes).where(votes.c.battle == battle).values(comment=None))


async def _rows(connection: AsyncConnection, query: Any) -> dict[UUID, list[Any]]:  # noqa: ANN401  # any select
    grouped: dict[UUID, list[Any]] = {}
    for row in await connection.execute(query):
        grouped.setdefault(row.battle, []).append(row)
    return grouped


def _battle(head: Any, parted: dict[str, dict[UUID, list[Any]]]) -> Battle:  # noqa: ANN401  # a row
    mine = {name: rows.get(head.id, []) for name, rows in parted.items()}
    return Battle(
        id=head.id,
        arena=head.arena,
        definition=head.definition,
        mode=head.mode,
        source=head.source,
        voter=head.voter,
        policy=head.policy,
        pair_probability=head.pair_probability,
        created_at=head.created_at,
        sides=[
            Side(row.slot, row.contestant, row.version, row.components) for row in mine["sides"]
        ],
        turns=[Turn(row.number, row.parts) for row in mine["turns"]],
        attempts=[_attempt(row) for row in mine["attempts"]],
        votes=[_vote(row) for row in mine["votes"]],
        erased=bool(mine["erasures"]),
        declared=head.declared,
        vote_per=head.vote_per or "battle",  # definitions of old do not say
        revealed=next((Revealed(r.turn, r.cause, r.revealed_at) for r in mine["reveals"]), None),
        continued=next(
            (Continued(r.continues, r.turns_before) for r in mine["continuations"]), None
        ),
    )


def _attempt(row: Any) -> Attempt:  # noqa: ANN401  # a row
    return Attempt(
        turn=row.turn,
        slot=row.slot,
        number=row.number,
        state=row.state,
        seed=row.seed,
        parts=row.parts,
        reasoning=row.reasoning,
        error=row.error,
    )


def _vote(row: Any) -> Vote:  # noqa: ANN401  # a row
    return Vote(row.turn, row.outcome, row.tags, row.comment, row.voted_at, row.receipt)
