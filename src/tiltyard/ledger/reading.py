"""Read battles whole, with everything that has happened in them so far."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.records import Attempt, Battle, Continued, Revealed, Side, Turn, Vote
from tiltyard.ledger.tables import (
    arena_definitions,
    attempts,
    battles,
    continuations,
    erasures,
    reveals,
    sides,
    turns,
    votes,
)
from tiltyard.ledger.together import Rows, Together

IDS: BindParameter[Any] = bindparam("ids", expanding=True)
LATEST = (
    select(func.max(attempts.c.id))
    .where(attempts.c.battle.in_(IDS))
    .group_by(attempts.c.battle, attempts.c.turn, attempts.c.slot)
)
WHOLE = Together(
    heads=select(
        battles, arena_definitions.c.definition["vote"]["per"].as_string().label("vote_per")
    )
    .join(arena_definitions, arena_definitions.c.sha256 == battles.c.definition)
    .where(battles.c.id.in_(IDS)),
    sides=sides.select().where(sides.c.battle.in_(IDS)).order_by(sides.c.slot),
    turns=turns.select().where(turns.c.battle.in_(IDS)).order_by(turns.c.number),
    attempts=select(
        *(attempts.c[name] for name in ("battle", "turn", "slot", "number", "state", "seed")),
        *(attempts.c[name] for name in ("parts", "reasoning", "error")),
    ).where(attempts.c.id.in_(LATEST)),
    votes=votes.select().where(votes.c.battle.in_(IDS)).order_by(votes.c.id),
    reveals=reveals.select().where(reveals.c.battle.in_(IDS)),
    continuations=continuations.select().where(continuations.c.battle.in_(IDS)),
    erasures=erasures.select().where(erasures.c.battle.in_(IDS)),
)

PARTS = ("sides", "turns", "attempts", "votes", "reveals", "continuations", "erasures")


async def read_battles(connection: AsyncConnection, ids: Sequence[UUID]) -> Sequence[Battle]:
    """Read battles in the order of their ids; unknown ids are left out."""
    return battles_in(await WHOLE.ask(connection, ids=list(ids)), ids)


def battles_in(found: Rows, ids: Sequence[UUID]) -> Sequence[Battle]:
    """Put together the battles of these ids from what was found of them."""
    heads = {row.id: row for row in found["heads"]}
    parts = {name: _by_battle(found[name]) for name in PARTS}
    return [_battle(heads[id_], parts) for id_ in ids if id_ in heads]


def _by_battle(rows: Sequence[Any]) -> Mapping[UUID, Sequence[Any]]:
    grouped: dict[UUID, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row.battle, []).append(row)
    return grouped


def _battle(head: Any, parts: Mapping[str, Mapping[UUID, Sequence[Any]]]) -> Battle:  # noqa: ANN401  # a row
    mine = {name: rows.get(head.id, ()) for name, rows in parts.items()}
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
