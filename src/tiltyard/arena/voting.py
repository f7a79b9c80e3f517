"""The vote, once, before the reveal only; and the reveal: the vote's answer, or by giving up."""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from tiltyard.arena.definition import ArenaDefinition
from tiltyard.arena.match import (
    REFUSALS,
    BattleState,
    Call,
    battle_state,
    is_hidden,
    require,
    require_in_time,
    require_newest,
)
from tiltyard.arena.message import refuse_unstorable
from tiltyard.arena.own import own
from tiltyard.arena.reveal import Reveals
from tiltyard.battles.outcome import Outcome
from tiltyard.errors import TiltyardError
from tiltyard.ledger import reveals, votes
from tiltyard.ledger.engine import Connection, Ledger
from tiltyard.ledger.records import Battle, RevealCause, Revealed, Vote
from tiltyard.ledger.votes import AlreadyVotedError, StoredAnswer

KEY_REUSED = "Use a new Idempotency-Key for a new vote."


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
    """What the person says: an outcome, and why.

    Attributes
    ----------
    turn
        The turn that the person has seen; without it the newest, whichever that is by now.
    reveal
        Whether the vote also reveals the names. Without it the person goes on blind, where the
        arena takes a vote on every turn.
    """

    outcome: Outcome
    tags: tuple[str, ...] = ()
    comment: str | None = None
    turn: int | None = None
    reveal: bool = True

    def digest(self, battle: Battle) -> str:
        """Digest the ballot for this battle, to recognise a repeated request."""
        said = {"outcome": self.outcome, "tags": self.tags, "comment": self.comment}
        blind = {} if self.reveal else {"reveal": False}
        seen = {} if self.turn is None else {"turn": self.turn}
        return _sha256({"battle": str(battle.id), **said, **blind, **seen})


def check_ballot(ballot: Ballot, battle: Battle, definition: ArenaDefinition) -> None:
    """Refuse what the arena's definition does not offer.

    How many votes a battle has was said when it was opened.

    Raises
    ------
    BallotError
        An outcome or a tag that is not offered, a comment that is too long or no text, or a vote
        that reveals nothing where there is only one a battle.
    """
    rules = definition.vote
    if ballot.outcome not in rules.outcomes:
        raise BallotError(
            f"This arena takes {', '.join(rules.outcomes)} as outcomes, not {ballot.outcome}."
        )
    if not ballot.reveal and battle.vote_per == "battle":
        raise BallotError("A battle here has one vote, and it reveals the names: vote at the end.")
    if unknown := sorted(set(ballot.tags) - set(rules.tags)):
        raise BallotError(
            f"Unknown tag {unknown[0][:40]!r}: this arena has {', '.join(rules.tags)}."
        )
    if len(set(ballot.tags)) < len(ballot.tags):
        raise BallotError("A tag is given twice: give each once.")
    refuse_unstorable(ballot.comment or "", "The comment", BallotError)
    if len(ballot.comment or "") > rules.max_comment_chars:
        raise BallotError(f"A comment has at most {rules.max_comment_chars:,} characters.")


class Voting:
    """Take votes: each once, and each with its reveal in the same transaction.

    Parameters
    ----------
    ledger
        Where they are recorded.
    reveals
        Tells who it was.
    rules_of
        Gives the definition by whose rules a battle takes its vote, or raises.
    """

    def __init__(
        self, ledger: Ledger, reveals: Reveals, rules_of: Callable[[Battle], ArenaDefinition]
    ) -> None:
        self._ledger = ledger
        self._reveals = reveals
        self._rules_of = rules_of

    async def vote(self, voter: str, id_: UUID, ballot: Ballot, *, key: str) -> Mapping[str, Any]:
        """Record a vote, reveal the names unless it says not to, and answer, once committed.

        The same key with the same ballot is answered as it was the first time, whatever the
        arena's definition says by now.

        Raises
        ------
        UnknownBattleError
            When the voter has no battle of this id.
        BallotError
            When the definition does not offer this ballot.
        KeyReusedError
            When the key came with another battle or ballot before.
        AlreadyVotedError
            When the battle has its vote.
        NotNowError
            When the battle is past the ballot's turn, the sides have not both answered, or the
            time to vote is over.
        """
        async with self._ledger.writing() as connection:
            found = await votes.read_for_voting(connection, id_, voter=voter, key=key)
            battle, at = own(found.battle, voter), datetime.now(UTC)
            digest = ballot.digest(battle)
            if found.answered is not None:
                if found.answered.request_sha256 != digest:
                    raise KeyReusedError(KEY_REUSED)
                return found.answered.answer
            require_votable(battle, ballot, self._rules_of(battle), at)
            vote = _vote(battle, ballot, at)
            shown = ballot.reveal or not is_hidden(battle)
            reveal = await self._reveals.of(connection, battle) if shown else None
            answer = {"outcome": vote.outcome, "reveal": reveal, "receipt": vote.receipt}
            revealed = Revealed(vote.turn, "vote", at) if shown and is_hidden(battle) else None
            stored = StoredAnswer(digest, answer)
            # Two requests that race with one key for two battles are told apart by its row.
            if not await votes.record_vote(
                connection, id_, vote, voter=voter, key=key, stored=stored, revealed=revealed
            ):
                raise KeyReusedError(KEY_REUSED)
            return answer


def require_votable(
    battle: Battle, ballot: Ballot, definition: ArenaDefinition, at: datetime
) -> None:
    """Refuse a ballot that the definition does not offer, or that the battle does not take now."""
    check_ballot(ballot, battle, definition)
    if ballot.turn is not None:
        require_newest(battle, ballot.turn)
    if battle_state(battle) in {BattleState.VOTED, BattleState.TURN_VOTED}:
        raise AlreadyVotedError(REFUSALS[battle_state(battle)])
    require(battle, Call.VOTE)
    require_in_time(battle, at)


async def give_up(connection: Connection, battle: Battle, at: datetime) -> None:
    """Reveal the names without another vote, in the caller's transaction; again changes nothing.

    Where the newest turn has a vote that stayed blind, it is that vote which reveals now.

    Raises
    ------
    NotNowError
        While answers are coming, or when nothing is hidden.
    """
    if battle.revealed is not None and battle.revealed.cause == "give_up":
        return
    require(battle, Call.GIVE_UP)
    cause: RevealCause = "vote" if battle.vote_on(battle.turn) else "give_up"
    await reveals.add_reveal(connection, battle.id, Revealed(battle.turn, cause, at))


def _vote(battle: Battle, ballot: Ballot, at: datetime) -> Vote:
    fact = {
        "battle": str(battle.id),
        "turn": battle.turn,
        "outcome": ballot.outcome,
        "voted_at": at.isoformat(),
        "nonce": secrets.token_hex(16),
    }
    return Vote(battle.turn, ballot.outcome, ballot.tags, ballot.comment, at, receipt=_sha256(fact))


def _sha256(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
