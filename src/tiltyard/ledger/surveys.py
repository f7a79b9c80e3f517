"""What all votes of an arena say together, found now and then; and the prompts it is found in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.consents import opted_out
from tiltyard.ledger.conversations import words_of
from tiltyard.ledger.settled import is_settled
from tiltyard.ledger.sources import is_local
from tiltyard.ledger.tables import battles, erasures, surveys, turns, votes

ROWS = 1_000
"""How many messages are held as they are stored at a time."""
READ_CHARS = 4_000
"""What a prompt is about stands at its beginning."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found.

    Attributes
    ----------
    votes
        How many there were.
    topics
        What people ask about.
    taste_spread
        How much one person's strengths differ from everybody's: a standard deviation in nats; None
        where too few people voted often enough to tell.
    """

    arena: str
    votes: int
    topics: Mapping[str, Any]
    taste_spread: float | None
    made_at: datetime


def before_newest(connection: Connection, arena: str, newest: int) -> int:
    """Return the number of the vote behind which an arena's newest votes begin; 0 for all.

    Synchronous, as the next.
    """
    query = (
        select(votes.c.id)
        .join(battles, battles.c.id == votes.c.battle)
        .where(battles.c.arena == arena, is_local())
        .order_by(votes.c.id.desc())
        .offset(newest)
        .limit(1)
    )
    return int(connection.scalar(query) or 0)


def read_prompts(connection: Connection, arena: str, *, after: int = 0) -> pl.DataFrame:
    """Read the first message of every settled, voted battle of an arena.

    Left out are the words of people who opted out of publication, and those that were erased.

    Synchronous: it reads much, and belongs in a thread (`Ledger.in_thread`).

    Parameters
    ----------
    after
        Only battles that have a vote with a higher number than this.

    Returns
    -------
    pl.DataFrame
        `battle_id` and `asked`, both text.
    """
    silent = opted_out(connection)
    query = (
        select(battles.c.id, battles.c.voter, turns.c.parts)
        .join(turns, (turns.c.battle == battles.c.id) & (turns.c.number == 1))
        .where(
            battles.c.arena == arena,
            battles.c.mode == "battle",
            is_local(),
            is_settled(),
            exists().where(votes.c.battle == battles.c.id, votes.c.id > after),
            ~exists().where(erasures.c.battle == battles.c.id),
        )
    )
    with connection.execution_options(yield_per=ROWS).execute(query) as rows:
        said = [
            (str(row.id), words_of(row.parts, READ_CHARS))
            for row in rows
            if row.voter not in silent
        ]
    return pl.DataFrame(said, {"battle_id": pl.String, "asked": pl.String}, orient="row")


async def put_survey(connection: AsyncConnection, made: Survey) -> None:
    """Put a survey in the place of the arena's last one."""
    await connection.execute(delete(surveys).where(surveys.c.arena == made.arena))
    await connection.execute(
        surveys.insert().values(
            arena=made.arena,
            votes=made.votes,
            topics=dict(made.topics),
            taste_spread=made.taste_spread,
            made_at=made.made_at,
        )
    )


async def read_survey(connection: AsyncConnection, arena: str) -> Survey | None:
    """Read an arena's newest survey; None when none was made yet."""
    found = await connection.execute(surveys.select().where(surveys.c.arena == arena))
    row = found.first()
    return (
        None if row is None else Survey(arena, row.votes, row.topics, row.taste_spread, row.made_at)
    )
