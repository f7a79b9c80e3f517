"""Providers that fail, over real sockets: what the attempt records, and that nothing leaks."""

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from leftovers import begun_since, idle_connections, open_sockets
from model_server import ANSWER, ModelServer
from opened import ASK, impatient, open_ledger, opened
from polling import until
from tiltyard.arena.definition import ArenaDefinition
from tiltyard.arena.match import BattleState, battle_state
from tiltyard.arena.service import Arena
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.wires import WIRES
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.records import Battle
from tiltyard.ledger.tables import attempts

pytestmark = pytest.mark.anyio

KEY = "sk-telltale-4cdc83"
PARTIAL = ANSWER[:30]
SILENCE_S, CONNECT_S, LONG_S = 8, 2.5, 60
"""For whom a deadline is to end, and for all others: eighty-eight battles share the machine."""
FAULTS: dict[str, tuple[str, str, int]] = {
    # behaviour: the words that are kept, what the operator reads, how often it was asked
    "status-429": ("", "answered 429", 3),
    "wait-1": ("", "answered 429", 3),
    "wait-3600": ("", "answered 429", 1),
    "status-500": ("", "answered 500", 3),
    "status-401": ("", "answered 401 (check the key)", 1),
    "die-first": ("", "broke the connection", 3),
    "hang-first": ("", f"no sign of life for {SILENCE_S} seconds", 1),
    "stall-middle": (PARTIAL, f"no sign of life for {SILENCE_S} seconds", 1),
    "die-middle": (PARTIAL, "broke the connection", 1),
    "early-end": (PARTIAL, "ended the stream in the middle", 1),
    "error-in-200": (PARTIAL, "the engine is overloaded", 1),
    "huge-line": (PARTIAL, "more than 1,000,000 bytes", 1),
    "bad-json": (PARTIAL, "not JSON", 1),
}
WHOLE = ("plain", "split-utf8", "crlf", "fails-once", "wait-1-once")


def card(wire: str, model: str, server: str) -> Contestant:
    return Contestant(
        id=f"{wire}-{model}".replace("_", "-"),
        name=f"{wire} {model}",
        organisation="Test works",
        licence="none",
        adapter=wire,
        model=f"{model}:{wire} of this file",  # what is so once is so once for a model
        base_url=server.replace("/v1", "/v1beta") if wire == "gemini" else server,
        key_env="SOME_KEY",
        parameters={"temperature": 0.5},
        price_input_usd_per_million=1.0,
        price_output_usd_per_million=2.0,
    )


def patience(first_piece_s: float = LONG_S, connect_s: float = 10.0) -> ArenaDefinition:
    definition = impatient(first_piece_s)
    answer = definition.answer.model_copy(update={"connect_s": connect_s})
    return definition.model_copy(update={"answer": answer})


@dataclass(frozen=True)
class Duel:
    """Two contestants on one wire, the first of whom may misbehave."""

    wire: str
    name: str
    cards: tuple[Contestant, Contestant]
    definition: ArenaDefinition


def duels(server: str, deaf: str) -> Iterator[Duel]:
    """Every battle of this file."""
    for wire in WIRES:
        good = card(wire, "plain", server)
        for fault, (_, sentence, _) in FAULTS.items():
            deadline = patience(SILENCE_S if "no sign of life" in sentence else LONG_S)
            yield Duel(wire, fault, (card(wire, fault, server), good), deadline)
        for model in WHOLE:
            cards = card(wire, model, server), card(wire, "plain:other", server)
            yield Duel(wire, model, cards, patience())
        silent, nowhere = card(wire, "x", deaf), card(wire, "x", "http://nowhere.invalid/v1")
        yield Duel(wire, "deaf", (silent, good), patience(connect_s=CONNECT_S))
        yield Duel(wire, "nowhere", (nowhere, good), patience())


@dataclass(frozen=True)
class Record:
    """How a battle ended, and what its two attempts recorded."""

    state: BattleState
    one: Mapping[str, object]
    other: Mapping[str, object]


Records = Mapping[tuple[str, str], Record]


@pytest.fixture(scope="module")
async def records(
    tmp_path_factory: pytest.TempPathFactory, model_server: ModelServer, deaf: str
) -> Records:
    """Hold every battle of this file at the same time; no task and no connection is left."""
    held = list(duels(model_server.base_url, deaf))
    async with AsyncExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("SOME_KEY", KEY)
        place = tmp_path_factory.mktemp("ledgers")
        async with open_ledger(f"sqlite:///{place}/empty.sqlite3"):
            pass
        opened_first = [await stack.enter_async_context(alone(duel, place)) for duel in held]
        tasks, sockets = asyncio.all_tasks(), open_sockets() - idle_connections()
        ended = await asyncio.gather(*(hold(arena) for _, arena in opened_first))

        async def nothing_left() -> bool:
            left = open_sockets() - idle_connections()
            return not begun_since(tasks) and left <= sockets

        await until(nothing_left)
        await asyncio.to_thread(model_server.wait_until_open, 0)
        records = [
            await recorded(ledger, duel, battle)
            for duel, (ledger, _), battle in zip(held, opened_first, ended, strict=True)
        ]
    return {(duel.wire, duel.name): record for duel, record in zip(held, records, strict=True)}


@asynccontextmanager
async def alone(duel: Duel, place: Path) -> AsyncGenerator[tuple[Ledger, Arena]]:
    """An arena of these two, on a ledger of its own; the tables of all ledgers are made once."""
    file = place / f"{duel.wire}-{duel.name}.sqlite3"
    shutil.copy(place / "empty.sqlite3", file)
    async with (
        Ledger(file) as ledger,
        opened(ledger, *duel.cards, definition=duel.definition) as arena,
    ):
        yield ledger, arena


async def hold(arena: Arena) -> Battle:
    battle = await arena.open_battle("ann", ASK)
    async for _ in await arena.events("ann", battle.id, after=0):
        pass
    ended = await arena.battle("ann", battle.id)
    await arena._live.finished(battle.id)
    return ended


async def recorded(ledger: Ledger, duel: Duel, battle: Battle) -> Record:
    async with ledger.reading() as connection:
        rows = await connection.execute(select(attempts))
        found = {str(row["slot"]): dict(row) for row in rows.mappings()}
    assert len(found) == 2
    by_id = {side.contestant: found[str(side.slot)] for side in battle.sides}
    return Record(battle_state(battle), *(by_id[card.id] for card in duel.cards))


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("wire", WIRES)
async def test_a_fault_ends_its_own_side_and_is_recorded(
    records: Records, wire: str, fault: str
) -> None:
    words, sentence, tries = FAULTS[fault]
    battle = records[wire, fault]
    bad, good = battle.one, battle.other
    assert battle.state is BattleState.BROKEN
    assert bad["state"] == "failed"
    assert sentence in str(bad["error"])
    assert [part["text"] for part in bad["parts"]] == ([words] if words else [])  # type: ignore[attr-defined]
    assert bad["tries"] == tries
    assert "temperature" in json.dumps(bad["request"])
    assert bad["cost_usd"] is None, "nobody said what it used"
    assert (bad["first_text_ms"] is None) == (not words)
    assert good["state"] == "done"
    assert KEY not in repr((bad, good))


@pytest.mark.parametrize("model", WHOLE)
@pytest.mark.parametrize("wire", WIRES)
async def test_an_answer_records_what_it_used_and_cost(
    records: Records, wire: str, model: str
) -> None:
    battle = records[wire, model]
    one, other = battle.one, battle.other
    assert battle.state is BattleState.VOTABLE
    assert one["state"] == other["state"] == "done"
    assert (one["input_tokens"], one["output_tokens"]) == (11, 42)
    assert one["cost_usd"] == pytest.approx((11 * 1 + 42 * 2) / 1e6)
    assert one["first_text_ms"] is not None
    assert one["stop_reason"]
    assert one["tries"] == (2 if model.endswith("once") else 1)


@pytest.fixture(scope="module")
def deaf() -> Iterator[str]:
    """A server whose queue of connections is full: whoever connects waits for ever."""
    with socket.socket() as listening, socket.socket() as filling, socket.socket() as more:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for connecting in (filling, more):
            connecting.setblocking(False)
            connecting.connect_ex(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"


@pytest.mark.parametrize("wire", WIRES)
async def test_a_connection_that_hangs_has_a_deadline_of_its_own(
    records: Records, wire: str
) -> None:
    battle = records[wire, "deaf"]
    assert battle.state is BattleState.BROKEN
    assert f"did not accept a connection within {CONNECT_S} seconds" in str(battle.one["error"])
    assert (battle.one["tries"], battle.other["state"]) == (3, "done")


@pytest.mark.parametrize("wire", WIRES)
async def test_a_host_that_does_not_exist_is_recorded(records: Records, wire: str) -> None:
    battle = records[wire, "nowhere"]
    assert battle.state is BattleState.BROKEN
    assert "cannot be reached" in str(battle.one["error"])
    assert (battle.one["tries"], battle.other["state"]) == (3, "done")
