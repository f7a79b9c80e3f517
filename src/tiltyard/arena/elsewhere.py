"""Battles that another server answers: wait for what it leaves in the ledger."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from time import monotonic
from typing import ClassVar

from tiltyard.arena.events import Numbered, Working
from tiltyard.arena.live_turn import WORKING_S
from tiltyard.arena.match import BattleState, battle_state
from tiltyard.arena.places import Place, run_of
from tiltyard.arena.replay import replay
from tiltyard.errors import TiltyardError
from tiltyard.ledger.records import Battle

LOOK_S = 0.5
"""How often the ledger is asked whether the other server has answered."""


class ElsewhereError(TiltyardError):
    """Only the server that answers a battle can do this, and it was not reached."""

    status: ClassVar[int] = 503
    title: ClassVar[str] = "Answered by another server"


async def awaited(
    read: Callable[[], Awaitable[Battle]], *, after: int, is_ending: Callable[[], bool]
) -> AsyncGenerator[Numbered]:
    """Wait until another server has answered, then tell what it left in the ledger.

    Parameters
    ----------
    read
        Reads the battle.
    after
        The last event that was heard.
    is_ending
        Whether this server is about to stop, and streams with it.
    """
    battle = await read()
    place = Place.at(after, run=run_of(battle))
    working = Working(battle.turns[-1].number)
    due = monotonic() + WORKING_S
    while battle_state(battle) is BattleState.ANSWERING and not is_ending():
        if monotonic() >= due:
            due += WORKING_S
            yield Numbered(place.advance(working), working)
        await asyncio.sleep(LOOK_S)
        battle = await read()
    if battle_state(battle) is not BattleState.ANSWERING:
        async for numbered in replay(battle, after=after):
            yield numbered
