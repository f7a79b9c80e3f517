"""Answers go on for people who are there, and not for long for people who have left."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest

from model_server import ModelServer
from opened import ASK, open_ledger, opened, served_model
from tiltyard.arena.definition import ArenaDefinition, built_in_definition
from tiltyard.arena.events import Frame
from tiltyard.arena.match import BattleState, battle_state
from tiltyard.arena.service import Arena
from tiltyard.ledger.records import Battle

pytestmark = pytest.mark.anyio


def left_alone(seconds: float) -> ArenaDefinition:
    text = built_in_definition("text")
    answer = text.answer.model_copy(update={"unattended_s": seconds})
    return text.model_copy(update={"answer": answer})


@pytest.fixture
async def arena(tmp_path: Path, model_server: ModelServer) -> AsyncGenerator[Arena]:
    endless = [served_model(f"endless:{n}", model_server.base_url, id_=f"e{n}") for n in "12"]
    async with (
        open_ledger(f"sqlite:///{tmp_path}/l") as ledger,
        opened(ledger, *endless, definition=left_alone(0.5)) as arena,
    ):
        yield arena


async def follow_until(arena: Arena, battle: Battle, frames: int) -> None:
    """Follow until this many frames have come, and leave."""
    async with aclosing(await arena.events("ann", battle.id, after=0)) as events:
        async for _, event in events:
            frames -= isinstance(event, Frame)
            if frames <= 0:
                return


async def test_nobody_follows_and_the_providers_are_let_go(
    arena: Arena, model_server: ModelServer
) -> None:
    battle = await arena.open_battle("ann", ASK)
    await arena._live.finished(battle.id)
    battle = await arena.battle("ann", battle.id)
    assert battle_state(battle) is BattleState.BROKEN
    assert {attempt.error for attempt in battle.attempts} == {"Nobody was following any more."}
    await asyncio.to_thread(model_server.wait_until_open, 0)


async def test_who_comes_back_can_have_it_answered_again(arena: Arena) -> None:
    battle = await arena.open_battle("ann", ASK)
    await follow_until(arena, battle, 3)
    await arena._live.finished(battle.id)
    await arena.retry("ann", battle.id)
    await follow_until(arena, battle, 5)
    assert battle_state(await arena.stop("ann", battle.id)) is BattleState.VOTABLE


async def test_one_open_tab_is_enough(arena: Arena) -> None:
    battle = await arena.open_battle("ann", ASK)
    staying = asyncio.create_task(follow_until(arena, battle, 60))  # at 20 a second for each side
    leaving = asyncio.create_task(follow_until(arena, battle, 2))
    await leaving
    await staying
    assert battle_state(await arena.battle("ann", battle.id)) is BattleState.ANSWERING
    assert battle_state(await arena.stop("ann", battle.id)) is BattleState.VOTABLE


async def test_looking_now_and_then_is_as_good_as_following(arena: Arena) -> None:
    battle = await arena.open_battle("ann", ASK)
    started = asyncio.get_running_loop().time()
    while asyncio.get_running_loop().time() < started + 1.2:
        assert battle_state(await arena.battle("ann", battle.id)) is BattleState.ANSWERING
        await asyncio.sleep(0.05)
    assert battle_state(await arena.stop("ann", battle.id)) is BattleState.VOTABLE
