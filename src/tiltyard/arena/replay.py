"""The events of a turn that is no longer live, made again from the ledger."""

from collections.abc import AsyncGenerator, Iterator

from tiltyard.arena.events import Event, Frame, Numbered, Problem, SideDone, TurnDone
from tiltyard.arena.match import battle_state
from tiltyard.arena.places import ENDED, FAILED, Place, run_of
from tiltyard.ledger.records import Attempt, Battle


async def replay(battle: Battle, *, after: int) -> AsyncGenerator[Numbered]:
    """Tell what a follower at the place `after` lacks of the current turn."""
    place = Place.at(after, run=run_of(battle))
    for event in _missing(battle, place):
        yield Numbered(place.advance(event), event)


def ended_attempts(battle: Battle) -> list[Attempt]:
    """Return the sides' attempts at the current turn that have ended."""
    turn = battle.turns[-1].number
    ended = (try_ for try_ in battle.attempts if try_.turn == turn and try_.state != "streaming")
    return sorted(ended, key=lambda attempt: attempt.slot)


def side_events(attempt: Attempt, *, heard: int) -> Iterator[Event]:
    """List what a follower lacks of a side that has ended, who has `heard` of its answer."""
    if heard < FAILED and heard != len(attempt.text):
        # Beyond the end when a server died with words it had sent: then they are taken back.
        offset = min(heard, len(attempt.text))
        text = attempt.text[offset:]
        yield Frame(attempt.slot, attempt.turn, attempt.number, offset, text)
    if heard < FAILED and attempt.state == "failed":
        yield Problem(attempt.slot, attempt.turn)
    if heard < ENDED:
        yield SideDone(attempt.slot, attempt.turn, attempt.state)


def _missing(battle: Battle, place: Place) -> Iterator[Event]:
    if place.is_over:
        return
    for attempt in ended_attempts(battle):
        yield from side_events(attempt, heard=place.heard[attempt.slot])
    yield TurnDone(battle.turns[-1].number, battle_state(battle).value)
