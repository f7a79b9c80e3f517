"""A browser's own battles as pages list them: every state already words."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tiltyard.arena.match import REFUSALS, BattleState
from tiltyard.battles.outcome import Outcome
from tiltyard.ledger.settled import OPEN_FOR
from tiltyard.web.api.bodies import BattleOut, Reveal

FIRST_CHARS = 160
"""This much of a question tells its battle from others."""

UNDECIDED = {
    BattleState.ANSWERING: "being answered",
    BattleState.VOTABLE: "waits for your vote",
    BattleState.TURN_VOTED: "open, with a vote",
    BattleState.BROKEN: "a side has no answer",
    BattleState.FORGOTTEN: "forgotten",
}
TOO_OLD = "open, and too old to vote on"


@dataclass(frozen=True, slots=True)
class OwnBattle:
    """One line of the list.

    Parameters
    ----------
    question
        How the first message begins; empty where it has no words.
    refusal
        Why it cannot be forgotten now; None where it can.
    """

    id: UUID
    at: datetime
    arena: str
    question: str
    state: str
    refusal: str | None


def own_battle(battle: BattleOut, title: str, now: datetime) -> OwnBattle:
    """Word a battle as its voter may see it, whose names only a reveal tells.

    Parameters
    ----------
    title
        Its arena's.
    """
    gone = battle.state in {BattleState.ANSWERING, BattleState.FORGOTTEN}
    return OwnBattle(
        id=battle.id,
        at=battle.created_at,
        arena=title,
        question=first_words(battle),
        state=state_words(battle, now),
        refusal=REFUSALS[battle.state] if gone else None,
    )


def first_words(battle: BattleOut) -> str:
    """Take the beginning of the first message, as one line."""
    parts = battle.turns[0].message.parts
    words = " ".join(str(part.get("text", "")) for part in parts[:3])
    line = " ".join(words[: 4 * FIRST_CHARS].split())
    if len(line) <= FIRST_CHARS:
        return line
    return f"{line[: FIRST_CHARS - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"


def state_words(battle: BattleOut, now: datetime) -> str:
    """Say how a battle stands, and who was preferred to whom once that is known."""
    if battle.reveal is None:
        is_old = battle.mode == "battle" and now - battle.created_at >= OPEN_FOR
        waits = battle.state in {BattleState.VOTABLE, BattleState.TURN_VOTED, BattleState.BROKEN}
        return TOO_OLD if is_old and waits else UNDECIDED[battle.state]
    names = " and ".join(battle.reveal[slot].name for slot in battle.sides)
    if battle.state is BattleState.VOTED and battle.vote is not None:
        return _decided(battle.vote.outcome, battle.reveal, names)
    if battle.state is BattleState.GIVEN_UP:
        return f"{names}, revealed without a vote"
    if battle.state in {BattleState.VOTABLE, BattleState.OPEN}:
        return f"with {names}"
    return UNDECIDED[battle.state]


def _decided(outcome: Outcome, reveal: Reveal, names: str) -> str:
    if outcome is Outcome.A:
        return f"you preferred {reveal['a'].name} to {reveal['b'].name}"
    if outcome is Outcome.B:
        return f"you preferred {reveal['b'].name} to {reveal['a'].name}"
    return f"you called {names} a tie" if outcome is Outcome.TIE else f"you found {names} both bad"
