"""Write votes, once, and remember what each request was answered."""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.errors import TiltyardError
from tiltyard.ledger.all_public import all_public
from tiltyard.ledger.battles import lock_battle
from tiltyard.ledger.inserting import insert_with, is_taken
from tiltyard.ledger.reading import WHOLE, battles_in
from tiltyard.ledger.records import Battle, Revealed, Vote
from tiltyard.ledger.reveals import reveal_row
from tiltyard.ledger.settled import is_settled
from tiltyard.ledger.sources import is_local
from tiltyard.ledger.tables import battles, idempotency_keys, reveals, votes

BEFORE_A_VOTE = WHOLE.with_more(
    answers=select(idempotency_keys.c.request_sha256, idempotency_keys.c.answer).where(
        idempotency_keys.c.voter == bindparam("voter"), idempotency_keys.c.key == bindparam("key")
    )
)


class AlreadyVotedError(TiltyardError):
    """A second vote on the same battle."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "Already voted"


class StoredAnswer(NamedTuple):
    """What a request with this key was answered."""

    request_sha256: str
    answer: Mapping[str, Any]


class ForVoting(NamedTuple):
    """A battle, and what the request to vote on it was answered if it came before."""

    battle: Battle | None
    answered: StoredAnswer | None


async def read_for_voting(
    connection: AsyncConnection, battle: UUID, *, voter: str, key: str
) -> ForVoting:
    """Read all that a vote needs in one trip, once nobody else can change the battle.

    The lock must be a question of its own: one that waits for it sees no more than there was
    before it waited.
    """
    await lock_battle(connection, battle)
    found = await BEFORE_A_VOTE.ask(connection, ids=[battle], voter=voter, key=key)
    answers = [StoredAnswer(row.request_sha256, row.answer) for row in found["answers"]]
    battles = battles_in(found, [battle])
    return ForVoting(next(iter(battles), None), next(iter(answers), None))


async def record_vote(
    connection: AsyncConnection,
    battle: UUID,
    vote: Vote,
    *,
    voter: str,
    key: str,
    stored: StoredAnswer,
    revealed: Revealed | None,
) -> bool:
    """Record a vote, what it reveals, and what its request is answered, all or nothing.

    Returns
    -------
    bool
        False when the key is taken: another request with it was faster, and nothing is recorded.

    Raises
    ------
    AlreadyVotedError
        When this turn has its vote. The database decides, so no race can add a second.
    """
    answer = {
        "voter": voter,
        "key": key,
        "request_sha256": stored.request_sha256,
        "answer": dict(stored.answer),
        "created_at": vote.voted_at,
    }
    rows = [(votes, vote_row(battle, vote, voter))]
    if revealed is not None:
        rows.append((reveals, reveal_row(battle, revealed)))
    try:
        return await insert_with(connection, (idempotency_keys, answer), *rows)
    except IntegrityError as error:
        if not is_taken(error, votes, "battle", "turn"):
            raise
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
    """Count the votes on an arena's own settled battles.

    Boards are made of those between public contestants; `previews` counts the others too.
    Imported ones are not counted.

    Only a count says that there is something new: a vote with a lower number may be committed,
    or its battle be settled, after one with a higher.
    """
    query = (
        select(func.count())
        .select_from(votes)
        .join(battles, battles.c.id == votes.c.battle)
        .where(battles.c.arena == arena, battles.c.mode == "battle", is_local(), is_settled())
    )
    if not previews:
        query = query.where(all_public())
    return int(await connection.scalar(query) or 0)
