"""A turn that is cut under pacing: both sides end together, at what has been told of them."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from opened import ASK, open_ledger, opened, served_model
from tiltyard.arena.answering import DRAINED
from tiltyard.arena.definition import Pacing, built_in_definition
from tiltyard.arena.events import Event, Frame, SideDone
from tiltyard.arena.service import Arena
from tiltyard.contestants.adapter import Adapter, Finished, Piece, Text
from tiltyard.contestants.adapters import Adapters
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.messages import Message
from tiltyard.ledger.records import Battle

pytestmark = pytest.mark.anyio

PACING = Pacing(chars_per_s=160, step_s=2.0)
PER_FRAME = 8
QUICK = "quick " * 500
SLOW = "slow " * 80  # the first step flows, and is followed by silence
BRIEF = "brief " * 4


class UnevenAdapters(Adapters):
    """Let one contestant say everything at once, and another begin and never end."""

    def __init__(self) -> None:
        super().__init__(pace=0)

    def of(self, contestant: Contestant) -> Adapter:
        del contestant
        return UnevenAdapter()


class UnevenAdapter:
    """See :class:`UnevenAdapters`."""

    async def answer(
        self,
        contestant: Contestant,
        conversation: tuple[Message, ...],
        *,
        seed: int,
        connect_s: float,
    ) -> AsyncGenerator[Piece]:
        del conversation, seed, connect_s
        yield Text({"quick": QUICK, "slow": SLOW, "brief": BRIEF}[contestant.id])
        if contestant.id == "slow":
            await asyncio.Event().wait()
        yield Finished(stop_reason="stop")

    async def close(self) -> None:
        """Release nothing."""


@asynccontextmanager
async def uneven(folder: Path, *names: str) -> AsyncGenerator[Arena]:
    """A paced arena in which these two meet, and which waits half a second for followers."""
    text = built_in_definition("text")
    answer = text.answer.model_copy(update={"unattended_s": 0.5})
    definition = text.model_copy(update={"answer": answer, "pacing": PACING})
    cards = [served_model(name, "http://nowhere.invalid", id_=name) for name in names]
    async with (
        open_ledger(f"sqlite:///{folder}/l") as ledger,
        opened(ledger, *cards, definition=definition, adapters=UnevenAdapters()) as arena,
    ):
        yield arena


def told(events: list[Event], slot: str) -> str:
    return "".join(e.text for e in events if isinstance(e, Frame) and e.side == slot)


async def followed(arena: Arena, battle: Battle, frames: int, then: Callable[[], None]) -> None:
    """Follow, do something after this many frames of both sides, and compare with the ledger."""
    events: list[Event] = []
    async with aclosing(await arena.events("ann", battle.id, after=0)) as numbered:
        async for _, event in numbered:
            events.append(event)
            if len([e for e in events if isinstance(e, Frame)]) == 2 * frames:
                then()
    battle = await arena.battle("ann", battle.id)
    for attempt in battle.attempts:
        assert attempt.text == told(events, attempt.slot)
        assert SideDone(attempt.slot, 1, attempt.state) in events


def said(battle: Battle) -> dict[str, tuple[str, int]]:
    """How each contestant ended, and after how many characters."""
    names = {side.slot: side.contestant for side in battle.sides}
    return {names[each.slot]: (each.state, len(each.text)) for each in battle.attempts}


@pytest.mark.parametrize("frames", [1, 7, 23, 40])
async def test_a_stop_shows_of_both_what_the_pace_allowed(tmp_path: Path, frames: int) -> None:
    async with uneven(tmp_path, "quick", "slow") as arena:
        battle = await arena.open_battle("ann", ASK)
        await followed(arena, battle, frames, lambda: arena._live.stop(battle.id))
        battle = await arena.battle("ann", battle.id)
        so_far = ("stopped", frames * PER_FRAME)
        assert said(battle) == {"quick": so_far, "slow": so_far}
        assert {attempt.error for attempt in battle.attempts} == {None}


async def test_a_stop_before_the_first_word_leaves_neither_side_with_any(tmp_path: Path) -> None:
    async with uneven(tmp_path, "quick", "slow") as arena:
        battle = await arena.open_battle("ann", ASK)
        assert said(await arena.stop("ann", battle.id)) == {
            "quick": ("failed", 0),
            "slow": ("failed", 0),
        }


async def test_what_was_told_to_its_end_stays_done(tmp_path: Path) -> None:
    async with uneven(tmp_path, "brief", "slow") as arena:
        battle = await arena.open_battle("ann", ASK)
        async with aclosing(await arena.events("ann", battle.id, after=0)) as numbered:
            async for _, event in numbered:
                if isinstance(event, SideDone):
                    arena._live.stop(battle.id)
        state, length = said(await arena.battle("ann", battle.id))["slow"]
        assert (state, length % PER_FRAME) == ("stopped", 0)
        assert said(await arena.battle("ann", battle.id))["brief"] == ("done", len(BRIEF))


async def test_a_server_that_stops_fails_both_sides_where_they_are(tmp_path: Path) -> None:
    async with uneven(tmp_path, "quick", "slow") as arena:
        battle = await arena.open_battle("ann", ASK)
        await followed(arena, battle, 5, arena._live.cut_all)
        battle = await arena.battle("ann", battle.id)
        assert said(battle) == dict.fromkeys(("quick", "slow"), ("failed", 5 * PER_FRAME))
        assert {attempt.error for attempt in battle.attempts} == {DRAINED.why}


async def test_a_turn_that_nobody_follows_fails_on_both_sides_alike(tmp_path: Path) -> None:
    async with uneven(tmp_path, "quick", "slow") as arena:
        battle = await arena.open_battle("ann", ASK)
        await arena._live.finished(battle.id)
        ends = said(await arena.battle("ann", battle.id))
        assert ends["quick"] == ends["slow"]
        assert ends["slow"][0] == "failed"
