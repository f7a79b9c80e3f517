"""Contestants that misbehave: each ends its own side only, and the battle goes on."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack

import pytest

from model_server import ModelServer
from opened import ASK, impatient, open_ledger, opened, served_model
from postgres import PostgresCluster
from tiltyard.arena.answering import storable
from tiltyard.arena.events import TurnDone
from tiltyard.arena.live import BusyError
from tiltyard.arena.match import BattleState, battle_state
from tiltyard.arena.service import Arena
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.records import Battle

pytestmark = pytest.mark.anyio

BREAKING = ("stall-middle", "hang-first", "die-middle", "early-end", "status-429")


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        yield ledger


async def answered(arena: Arena) -> Battle:
    battle = await arena.open_battle("ann", ASK)
    events = [event async for _, event in await arena.events("ann", battle.id, after=0)]
    assert isinstance(events[-1], TurnDone)
    return await arena.battle("ann", battle.id)


def texts(battle: Battle) -> dict[str, str]:
    return {side.contestant: battle.attempt(1, side.slot).text for side in battle.sides}


async def test_what_no_database_takes_is_replaced(
    ledger: Ledger, model_server: ModelServer
) -> None:
    odd = served_model("unstorable", model_server.base_url)
    good = served_model("plain", model_server.base_url)
    async with opened(ledger, odd, good) as arena:
        battle = await answered(arena)
        assert battle_state(battle) is BattleState.VOTABLE
        assert texts(battle)["test-unstorable"].startswith("my answer\ufffd Here is")
        assert texts(battle)["test-plain"].startswith("Here is")


async def test_an_answer_that_ended_without_a_word_of_the_end_counts(
    ledger: Ledger, model_server: ModelServer
) -> None:
    silent = served_model("hang-after-reason", model_server.base_url)
    good = served_model("plain", model_server.base_url)
    async with opened(ledger, silent, good) as arena:
        assert battle_state(await answered(arena)) is BattleState.VOTABLE


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def urls(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, str]]:
    """A database for each of those who break a battle."""
    if request.param == "sqlite":
        place = tmp_path_factory.mktemp("ledgers")
        yield {name: f"sqlite:///{place}/{name}.sqlite3" for name in BREAKING}
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    like: str = request.getfixturevalue("upgraded")
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(cluster.database(f"odd-{name}", like=like))
            for name in BREAKING
        }


@pytest.fixture(scope="module")
async def broken(urls: Mapping[str, str], model_server: ModelServer) -> Mapping[str, Battle]:
    """A battle with each of them, all at the same time."""
    good = served_model("plain", model_server.base_url)
    async with AsyncExitStack() as stack:
        arenas = []
        for name, url in urls.items():
            ledger = await stack.enter_async_context(open_ledger(url))
            bad = served_model(name, model_server.base_url)
            arena = opened(ledger, bad, good, definition=impatient(3.0))
            arenas.append(await stack.enter_async_context(arena))
        battles = await asyncio.gather(*map(answered, arenas))
        return dict(zip(urls, battles, strict=True))


@pytest.mark.parametrize("behaviour", BREAKING)
async def test_the_other_side_keeps_its_answer(
    broken: Mapping[str, Battle], behaviour: str
) -> None:
    battle = broken[behaviour]
    assert battle_state(battle) is BattleState.BROKEN
    assert texts(battle)["test-plain"].startswith("Here is")


async def test_endpoints_are_told_of_the_silence_of_both_sides(
    ledger: Ledger, model_server: ModelServer
) -> None:
    silent = [served_model(f"hang-first:{n}", model_server.base_url, id_=f"h{n}") for n in "12"]
    async with opened(ledger, *silent, definition=impatient(0.5)) as arena:
        await answered(arena)
        circuit = arena._adapters.endpoints.of(silent[0]).circuit
        assert (circuit.failures, circuit.last_problem) == (2, "gave no sign of life")


async def test_a_stop_right_after_the_start_is_heard(
    ledger: Ledger, model_server: ModelServer
) -> None:
    endless = [served_model(f"endless:{n}", model_server.base_url, id_=f"e{n}") for n in "12"]
    async with opened(ledger, *endless) as arena:
        battle = await arena.open_battle("ann", ASK)
        stopped = await arena.stop("ann", battle.id)
        assert battle_state(stopped) in {BattleState.BROKEN, BattleState.VOTABLE}
        assert "streaming" not in {attempt.state for attempt in stopped.attempts}


async def test_one_voter_cannot_fill_the_arena(ledger: Ledger) -> None:
    async with opened(ledger, pace=1) as arena:
        arena._live._per_voter = 2
        for _ in range(2):
            await arena.open_battle("ann", ASK)
        with pytest.raises(BusyError, match="2 of your battles"):
            await arena.open_battle("ann", ASK)
        await arena.open_battle("bob", ASK)


async def test_forgotten_words_cannot_be_followed(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await answered(arena)
        await arena.forget("ann", battle.id)
        events = [event async for _, event in await arena.events("ann", battle.id, after=0)]
        assert not any(getattr(event, "text", "") for event in events)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("naïve 🙂\n", "naïve 🙂\n"),
        ("a\0b", "a\ufffdb"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("\ud83d\ude42", "🙂"),
    ],
)
def test_storable_text(text: str, stored: str) -> None:
    assert storable(text) == stored
