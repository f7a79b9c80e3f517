"""The events of a turn that is no longer live, made again from the ledger."""

from collections.abc import AsyncIterator, Iterator

from tiltyard.arena.events import Event, Frame, Numbered, Problem, SideDone, TurnDone
from tiltyard.arena.match import battle_state
from tiltyard.ledger.records import Battle


async def replay(battle: Battle, *, after: int) -> AsyncIterator[Numbered]:
    """Tell the current turn afresh: each answer in one frame at offset 0, then the ends.

    The numbers go on from `after`, so that a reader of the live log never sees one twice.
    """
    for sequence, event in enumerate(turn_events(battle), start=after + 1):
        yield Numbered(sequence, event)


def turn_events(battle: Battle) -> Iterator[Event]:
    """List what a follower of the current turn must have been told by its end."""
    turn = battle.turns[-1].number
    for attempt in sorted(battle.attempts, key=lambda attempt: attempt.slot):
        if attempt.turn != turn:
            continue
        yield Frame(attempt.slot, turn, attempt.number, 0, attempt.text)
        if attempt.state == "failed":
            yield Problem(attempt.slot, turn)
        yield SideDone(attempt.slot, turn, attempt.state)
    yield TurnDone(turn, battle_state(battle).value)
