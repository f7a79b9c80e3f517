"""The match: which states a battle can be in, and what is allowed in each.

A battle's state follows from its facts in the ledger; nothing else stores it. See
`docs/architecture.md` for the diagram.
"""

from enum import StrEnum
from typing import ClassVar

from tiltyard.errors import TiltyardError
from tiltyard.ledger.records import Battle


class BattleState(StrEnum):
    """Where a battle is."""

    ANSWERING = "answering"
    VOTABLE = "votable"
    BROKEN = "broken"
    VOTED = "voted"
    OPEN = "open"
    FORGOTTEN = "forgotten"


class NotNowError(TiltyardError):
    """Something was asked of a battle that its state does not allow."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "Not now"


REFUSALS = {
    BattleState.ANSWERING: "The answers are still coming: wait for both to end, or stop them.",
    BattleState.VOTABLE: "Both sides have answered: vote, or send your next message.",
    BattleState.BROKEN: "A side could not answer: try it again, or start a new battle.",
    BattleState.VOTED: "This battle has its vote and is over: start a new battle.",
    BattleState.OPEN: "The answer is there: send your next message.",
    BattleState.FORGOTTEN: "This battle was forgotten: start a new one.",
}


def battle_state(battle: Battle) -> BattleState:
    """Derive a battle's state from its facts."""
    if battle.erased:
        return BattleState.FORGOTTEN
    if battle.vote is not None:
        return BattleState.VOTED
    latest = {try_.state for try_ in battle.attempts if try_.turn == battle.turns[-1].number}
    if "streaming" in latest:
        return BattleState.ANSWERING
    if "failed" in latest:
        return BattleState.BROKEN
    return BattleState.VOTABLE if len(battle.sides) > 1 else BattleState.OPEN


def is_hidden(battle: Battle) -> bool:
    """Say whether its voter must not know yet who answers."""
    return battle.mode == "battle" and battle.vote is None


def require(battle: Battle, *allowed: BattleState) -> None:
    """Let through a battle in one of the allowed states.

    Raises
    ------
    NotNowError
        Otherwise, with a sentence about the state it is in.
    """
    state = battle_state(battle)
    if state not in allowed:
        raise NotNowError(REFUSALS[state])


def turns_left(battle: Battle, *, limit: int) -> int:
    """Count the messages the person may still send."""
    return max(0, limit - battle.turns[-1].number)
