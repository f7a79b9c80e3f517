"""What a server holds of turns: while they run, and no longer than somebody reads them."""

import asyncio
import gc
import weakref
from contextlib import aclosing
from pathlib import Path

import pytest

from gated import GatedAdapters
from opened import ASK, open_ledger, opened
from tiltyard.arena import following
from tiltyard.arena.events import Numbered, SideDone, TurnDone
from tiltyard.arena.live_turn import LiveTurn
from tiltyard.arena.match import BattleState, battle_state
from tiltyard.arena.own import read_own
from tiltyard.arena.service import Arena
from tiltyard.contestants.messages import Part
from tiltyard.ledger.engine import Connection, Ledger
from tiltyard.ledger.records import Battle

pytestmark = pytest.mark.anyio


async def all_of(arena: Arena, battle: Battle, after: int = 0) -> list[Numbered]:
    return [numbered async for numbered in await arena.events("ann", battle.id, after=after)]


async def test_a_log_goes_with_its_turn_and_the_ledger_tells_the_same_end(tmp_path: Path) -> None:
    async with open_ledger(f"sqlite:///{tmp_path}/l") as ledger, opened(ledger) as arena:
        battle = await arena.open_battle("ann", ASK)
        heard = await all_of(arena, battle)
        await arena._live.finished(battle.id)
        assert arena._live.log(battle) is None
        ends = [each for each in heard if isinstance(each.event, SideDone | TurnDone)]
        assert await all_of(arena, battle, after=ends[0].sequence) == ends[1:]


async def test_a_log_is_held_by_its_readers_alone(tmp_path: Path) -> None:
    async with open_ledger(f"sqlite:///{tmp_path}/l") as ledger, opened(ledger) as arena:
        battle = await arena.open_battle("ann", ASK)
        found = arena._live.log(battle)
        assert found is not None
        held = weakref.ref(found)
        del found
        async with aclosing(await arena.events("ann", battle.id, after=0)) as slow:
            await anext(slow)
            await arena._live.finished(battle.id)
            assert held() is not None
            assert [event async for _, event in slow][-1] == TurnDone(1, "votable")
        del slow
        await asyncio.sleep(0)
        gc.collect()
        assert held() is None


async def test_a_tab_that_looks_while_another_asks_does_not_end_the_new_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapters = GatedAdapters()
    gates = adapters.gated.gates

    async def all_end() -> None:
        for gate in gates.values():
            gate.may_end.set()
        await arena._live.finished(battle.id)

    async def read_and_dawdle(connection: Connection, voter: str, id_: object) -> Battle:
        """Read a battle that is being answered, and look at it when its turn has ended."""
        monkeypatch.undo()
        monkeypatch.setattr(following, "bury_dead", ask_in_another_tab)
        seen = await read_own(connection, voter, battle.id)
        assert (id_, battle_state(seen)) == (battle.id, BattleState.ANSWERING)
        await all_end()
        return seen

    async def ask_in_another_tab(_: Ledger) -> None:
        await arena.next_turn("ann", battle.id, [Part("text", "And at dusk?")])

    async with (
        open_ledger(f"sqlite:///{tmp_path}/l") as ledger,
        opened(ledger, adapters=adapters) as arena,
    ):
        battle = await arena.open_battle("ann", ASK)
        await asyncio.gather(*(gate.spoke.wait() for gate in gates.values()))
        monkeypatch.setattr(following, "read_own", read_and_dawdle)
        seen = await arena.battle("ann", battle.id)
        assert (seen.turn, battle_state(seen)) == (2, BattleState.ANSWERING)
        while len(gates) < 4:  # noqa: ASYNC110  # two sides, two turns
            await asyncio.sleep(0.01)
        await all_end()
        assert battle_state(await arena.battle("ann", battle.id)) is BattleState.VOTABLE


async def test_who_follows_a_turn_is_not_told_the_state_of_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = LiveTurn._read

    async def read_late(turn: LiveTurn) -> Battle | None:
        """Look at how a turn has ended when another tab has sent the next message."""
        monkeypatch.undo()
        await arena.next_turn("ann", battle.id, [Part("text", "And at dusk?")])
        return await read(turn)

    monkeypatch.setattr(LiveTurn, "_read", read_late)
    async with open_ledger(f"sqlite:///{tmp_path}/l") as ledger, opened(ledger) as arena:
        battle = await arena.open_battle("ann", ASK)
        heard = await all_of(arena, battle)
        ends = {type(event) for _, event in heard if isinstance(event, SideDone | TurnDone)}
        assert ends == {SideDone}
        battle = await arena.battle("ann", battle.id)
        assert (await all_of(arena, battle))[-1].event == TurnDone(2, "votable")


async def test_a_stop_in_the_moment_of_closing_holds_nothing_up(tmp_path: Path) -> None:
    adapters = GatedAdapters()
    async with (
        open_ledger(f"sqlite:///{tmp_path}/l") as ledger,
        opened(ledger, adapters=adapters) as arena,
    ):
        battle = await arena.open_battle("ann", ASK)
        await asyncio.gather(*(gate.spoke.wait() for gate in adapters.gated.gates.values()))
        arena._live.stop(battle.id)
        running = set(arena._live._running)
        await arena._live.close()
        assert running
        assert all(task.done() for task in running)
