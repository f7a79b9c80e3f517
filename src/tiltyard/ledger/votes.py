"""Write votes, once, and remember what each request was answered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.errors import TiltyardError
from tiltyard.ledger.all_public import all_public
from tiltyard.ledger.inserting import insert_new
from tiltyard.ledger.records import Vote
from tiltyard.ledger.settled import is_settled
from tiltyard.ledger.tables import battles, idempotency_keys, votes

ANSWER = select(idempotency_keys.c.request_sha256, idempotency_keys.c.answer).where(
    idempotency_keys.c.voter == bindparam("voter"), idempotency_keys.c.key == bindparam("key")
)


class AlreadyVotedError(TiltyardError):
    """A second vote on the same battle."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "Already voted"


class StoredAnswer(NamedTuple):
    """What a request with this key was answered."""

    request_sha256: str
    answer: Mapping[str, Any]


async def add_vote(connection: AsyncConnection, battle: UUID, vote: Vote, *, voter: str) -> None:
    """Record a vote.

    Raises
    ------
    AlreadyVotedError
        When this turn has its vote. The database decides, so no race can add a second.
    """
    try:
        await connection.execute(votes.insert(), vote_row(battle, vote, voter))
    except IntegrityError as error:
        raise AlreadyVotedError(
            "This turn has its vote, which cannot be changed: go on, or start a new battle."
        ) from error


def vote_row(battle: UUID, vote: Vote, voter: str) -> dict[str, Any]:
    """Make the row of a vote."""
    return {
        "battle": battle,
        "turn": vote.turn,
        "outcome": vote.outcome,
        "tags": list(vote.tags),
        "comment": vote.comment,
        "voter": voter,
        "voted_at": vote.voted_at,
        "receipt": vote.receipt,
    }


async def count_votes(connection: AsyncConnection, arena: str, *, previews: bool = False) -> int:
    """Count the votes on an arena's settled battles.

    Boards are made of those between public contestants; `previews` counts the others too.

    Only a count says that there is something new: a vote with a lower number may be committed,
    or its battle be settled, after one with a higher.
    """
    query = (
        select(func.count())
        .select_from(votes)
        .join(battles, battles.c.id == votes.c.battle)
        .where(battles.c.arena == arena, battles.c.mode == "battle", is_settled())
    )
    if not previews:
        query = query.where(all_public())
    return int(await connection.scalar(query) or 0)


async def find_answer(connection: AsyncConnection, voter: str, key: str) -> StoredAnswer | None:
    """Find what this voter's request with this key was answered."""
    row = (await connection.execute(ANSWER, {"voter": voter, "key": key})).first()
    return None if row is None else StoredAnswer(row.request_sha256, row.answer)


async def keep_answer(
    connection: AsyncConnection, voter: str, key: str, stored: StoredAnswer, at: datetime
) -> bool:
    """Remember an answer, in the transaction that does what it answers for.

    Returns
    -------
    bool
        False when the key is taken: another request with it was faster.
    """
    row = {
        "voter": voter,
        "key": key,
        "request_sha256": stored.request_sha256,
        "answer": dict(stored.answer),
        "created_at": at,
    }
    return await insert_new(connection, idempotency_keys, [row])
