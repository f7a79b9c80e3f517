"""The match: which states a battle can be in, and what is allowed in each.

A battle's state follows from its facts in the ledger; nothing else stores it. The diagram and
this table in words are in `docs/reference/match.md`.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from tiltyard.errors import TiltyardError
from tiltyard.ledger.records import Battle
from tiltyard.ledger.settled import OPEN_FOR


class BattleState(StrEnum):
    """Where a battle is."""

    ANSWERING = "answering"
    VOTABLE = "votable"
    TURN_VOTED = "turn_voted"
    BROKEN = "broken"
    VOTED = "voted"
    GIVEN_UP = "given_up"
    OPEN = "open"
    FORGOTTEN = "forgotten"


class Call(StrEnum):
    """What a person can ask of a battle, if its state allows it."""

    VOTE = "vote"
    TURN = "next message"
    GIVE_UP = "give up"
    CONTINUE = "go on with others"
    STOP = "stop"
    RETRY = "retry"
    FORGET = "forget"


class NotNowError(TiltyardError):
    """Something was asked of a battle that its state does not allow."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "Not now"


S = BattleState
ALLOWED: Mapping[Call, frozenset[BattleState]] = {
    Call.VOTE: frozenset({S.VOTABLE}),
    Call.TURN: frozenset({S.VOTABLE, S.TURN_VOTED, S.VOTED, S.GIVEN_UP, S.OPEN}),
    Call.GIVE_UP: frozenset({S.VOTABLE, S.TURN_VOTED, S.BROKEN}),
    Call.CONTINUE: frozenset({S.VOTABLE, S.VOTED, S.GIVEN_UP}),
    Call.STOP: frozenset({S.ANSWERING}),
    Call.RETRY: frozenset({S.BROKEN}),
    Call.FORGET: frozenset(S) - {S.ANSWERING, S.FORGOTTEN},
}

REFUSALS: Mapping[BattleState, str] = {
    S.ANSWERING: "The answers are still coming: wait for them to end, or stop them.",
    S.VOTABLE: "Both sides have answered: vote, or send your next message.",
    S.TURN_VOTED: "This turn has its vote: send your next message, or reveal the names.",
    S.BROKEN: "A side could not answer: try it again, or start a new battle.",
    S.VOTED: "This battle has its vote, which cannot be changed: go on, or start a new battle.",
    S.GIVEN_UP: "The names were revealed without a vote: go on, or start a new battle.",
    S.OPEN: "The answer is there, with nothing to vote on: send your next message.",
    S.FORGOTTEN: "This battle was forgotten: start a new one.",
}
NOTHING_HIDDEN = "The names are known already: there is nothing to reveal."
STILL_HIDDEN = "The names are still hidden: vote, or reveal them, before you go on with others."
OVER = (
    f"This battle was opened over {OPEN_FOR.days} days ago and takes no more votes: "
    "reveal the names, or start a new battle."
)


def battle_state(battle: Battle) -> BattleState:
    """Derive a battle's state from its facts."""
    if battle.erased:
        return S.FORGOTTEN
    latest = {try_.state for try_ in battle.attempts if try_.turn == battle.turn}
    if "streaming" in latest:
        return S.ANSWERING
    if "failed" in latest:
        return S.BROKEN
    return S.OPEN if len(battle.sides) == 1 else _state_of_the_vote(battle)


def is_hidden(battle: Battle) -> bool:
    """Say whether its voter must not know yet who answers."""
    return battle.mode == "battle" and battle.revealed is None


def is_blind(battle: Battle, turn: int) -> bool:
    """Say whether a turn was answered under hidden names; only then may its vote count."""
    if battle.mode != "battle":
        return False
    return battle.revealed is None or turn <= battle.revealed.turn


def require(battle: Battle, call: Call) -> None:
    """Let a call through that the battle's state allows.

    Raises
    ------
    NotNowError
        Otherwise, with a sentence about what can be done instead.
    """
    state = battle_state(battle)
    if state not in ALLOWED[call]:
        raise NotNowError(REFUSALS[state])
    if call is Call.GIVE_UP and not is_hidden(battle):
        raise NotNowError(NOTHING_HIDDEN)
    if call is Call.CONTINUE and is_hidden(battle):
        raise NotNowError(STILL_HIDDEN)


def require_in_time(battle: Battle, at: datetime) -> None:
    """Let nobody go on blind in a battle that public figures may hold by now.

    Raises
    ------
    NotNowError
        When the names are hidden and the time to vote is over.
    """
    if is_hidden(battle) and at - battle.created_at >= OPEN_FOR:
        raise NotNowError(OVER)


def require_newest(battle: Battle, turn: int) -> None:
    """Let through what is asked of a battle's newest turn.

    A page that another tab went on from asks without having seen the newest answers.

    Raises
    ------
    NotNowError
        When the battle is at another turn.
    """
    if turn != battle.turn:
        raise NotNowError(
            f"This vote is on turn {turn}, and the battle is at turn {battle.turn}: "
            "look at its newest answers first."
        )


def require_turn_left(battle: Battle, *, limit: int) -> None:
    """Let through a battle whose person may say more.

    Raises
    ------
    NotNowError
        When its conversation has as many messages as the arena's definition allows.
    """
    if turns_left(battle, limit=limit):
        return
    then = "vote, or reveal the names" if is_hidden(battle) else "start a new one"
    raise NotNowError(f"A conversation here has at most {limit} messages: {then}.")


def turns_left(battle: Battle, *, limit: int) -> int:
    """Count the messages the person may still send."""
    before = battle.continued.turns_before if battle.continued else 0
    return max(0, limit - before - battle.turn)


def _state_of_the_vote(battle: Battle) -> BattleState:
    if battle.revealed is not None:
        return S.VOTED if battle.revealed.cause == "vote" else S.GIVEN_UP
    if not _has_vote(battle):
        return S.VOTABLE
    return S.TURN_VOTED if is_hidden(battle) else S.VOTED


def _has_vote(battle: Battle) -> bool:
    if battle.vote_per == "turn":
        return battle.vote_on(battle.turn) is not None
    return bool(battle.votes)
