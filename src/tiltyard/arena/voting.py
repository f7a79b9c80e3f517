"""The vote: once, before the reveal only, and the reveal as its answer."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar

from tiltyard.arena.definition import ArenaDefinition
from tiltyard.arena.match import BattleState, battle_state, require
from tiltyard.arena.message import refuse_unstorable
from tiltyard.arena.reveal import read_reveal
from tiltyard.battles.outcome import Outcome
from tiltyard.errors import TiltyardError
from tiltyard.ledger import votes
from tiltyard.ledger.engine import Connection
from tiltyard.ledger.records import Battle, Vote
from tiltyard.ledger.votes import AlreadyVotedError, StoredAnswer


class BallotError(TiltyardError):
    """A ballot that this arena does not take."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "The vote cannot be counted"


class KeyReusedError(TiltyardError):
    """An idempotency key that came with another request before."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "The idempotency key was used before"


@dataclass(frozen=True, slots=True)
class Ballot:
    """What the person says: an outcome, and why."""

    outcome: Outcome
    tags: tuple[str, ...] = ()
    comment: str | None = None

    def digest(self, battle: Battle) -> str:
        """Digest the ballot for this battle, to recognise a repeated request."""
        return _sha256({"battle": str(battle.id), **asdict(self)})


def check_ballot(ballot: Ballot, definition: ArenaDefinition) -> None:
    """Refuse what the arena's definition does not offer.

    Raises
    ------
    BallotError
        An outcome or a tag that is not offered, or a comment that is too long.
    """
    rules = definition.vote
    if ballot.outcome not in rules.outcomes:
        raise BallotError(
            f"This arena takes {', '.join(rules.outcomes)} as outcomes, not {ballot.outcome}."
        )
    if unknown := sorted(set(ballot.tags) - set(rules.tags)):
        raise BallotError(f"Unknown tag {unknown[0]!r}: this arena has {', '.join(rules.tags)}.")
    refuse_unstorable(ballot.comment or "", "The comment")
    if len(ballot.comment or "") > rules.max_comment_chars:
        raise BallotError(f"A comment has at most {rules.max_comment_chars:,} characters.")


async def cast_vote(
    connection: Connection, battle: Battle, ballot: Ballot, *, key: str, at: datetime
) -> Mapping[str, Any]:
    """Record a vote and answer with the reveal, in the caller's transaction.

    The same key with the same ballot is answered as it was the first time.

    Raises
    ------
    KeyReusedError
        When the key came with another battle or ballot before.
    AlreadyVotedError
        When the battle has its vote.
    NotNowError
        When the sides have not both answered.
    """
    digest = ballot.digest(battle)
    stored = await votes.find_answer(connection, battle.voter, key)
    if stored is not None:
        if stored.request_sha256 != digest:
            raise KeyReusedError("Use a new Idempotency-Key for a new vote.")
        return stored.answer
    if battle_state(battle) is BattleState.VOTED:
        raise AlreadyVotedError(
            "This battle has its vote, and a vote cannot be changed: start a new battle."
        )
    require(battle, BattleState.VOTABLE)
    vote = _vote(battle, ballot, at)
    reveal = await read_reveal(connection, battle)
    answer = {"outcome": vote.outcome, "reveal": reveal, "receipt": vote.receipt}
    # First the key: two requests that race with one key for two battles are told apart here.
    stored = StoredAnswer(digest, answer)
    if not await votes.keep_answer(connection, battle.voter, key, stored, at):
        raise KeyReusedError("Use a new Idempotency-Key for a new vote.")
    await votes.add_vote(connection, battle.id, vote, voter=battle.voter)
    return answer


def _vote(battle: Battle, ballot: Ballot, at: datetime) -> Vote:
    turn = battle.turns[-1].number
    fact = {
        "battle": str(battle.id),
        "turn": turn,
        "outcome": ballot.outcome,
        "voted_at": at.isoformat(),
        "nonce": secrets.token_hex(16),
    }
    return Vote(turn, ballot.outcome, ballot.tags, ballot.comment, at, receipt=_sha256(fact))


def _sha256(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
