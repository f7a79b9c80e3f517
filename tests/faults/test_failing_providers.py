"""Providers that fail, over real sockets: what the attempt records, and that nothing leaks."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Iterator

import anyio
import pytest
from sqlalchemy import select

from leftovers import begun_since, idle_connections, open_sockets
from model_server import ANSWER, ModelServer
from opened import ASK, impatient, open_ledger, opened
from polling import until
from tiltyard.arena.definition import ArenaDefinition
from tiltyard.arena.match import BattleState, battle_state
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.wires import WIRES
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.tables import attempts

pytestmark = pytest.mark.anyio

KEY = "sk-telltale-4cdc83"
PARTIAL = ANSWER[:30]
FAULTS: dict[str, tuple[str, str, int]] = {
    # behaviour: the words that are kept, what the operator reads, how often it was asked
    "status-429": ("", "answered 429", 3),
    "wait-1": ("", "answered 429", 3),
    "wait-3600": ("", "answered 429", 1),
    "status-500": ("", "answered 500", 3),
    "status-401": ("", "answered 401 (check the key)", 1),
    "die-first": ("", "broke the connection", 3),
    "hang-first": ("", "no sign of life for 4 seconds", 1),
    "stall-middle": (PARTIAL, "no sign of life for 4 seconds", 1),
    "die-middle": (PARTIAL, "broke the connection", 1),
    "early-end": (PARTIAL, "ended the stream in the middle", 1),
    "error-in-200": (PARTIAL, "the engine is overloaded", 1),
    "huge-line": (PARTIAL, "more than 1,000,000 bytes", 1),
    "bad-json": (PARTIAL, "not JSON", 1),
}
WHOLE = ("plain", "split-utf8", "crlf", "fails-once", "wait-1-once")


@pytest.fixture
async def ledger(tmp_path: object) -> AsyncGenerator[Ledger]:
    async with open_ledger(f"sqlite:///{tmp_path}/ledger.sqlite3") as ledger:
        yield ledger


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", KEY)


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


def patience(first_piece_s: float = 4.0, connect_s: float = 10.0) -> ArenaDefinition:
    definition = impatient(first_piece_s)
    answer = definition.answer.model_copy(update={"connect_s": connect_s})
    return definition.model_copy(update={"answer": answer})


async def recorded(
    ledger: Ledger, *cards: Contestant, definition: ArenaDefinition | None = None
) -> list[dict[str, object]]:
    """Hold one battle of these two, and read what its attempts recorded."""
    async with opened(ledger, *cards, definition=definition or patience()) as arena:
        tasks, sockets = asyncio.all_tasks(), open_sockets() - idle_connections()
        battle = await arena.open_battle("ann", ASK)
        async for _ in await arena.events("ann", battle.id, after=0):
            pass
        ended = await arena.battle("ann", battle.id)
        await arena._live.finished(battle.id)

        async def nothing_left() -> bool:
            left = open_sockets() - idle_connections()
            return not begun_since(tasks) and left <= sockets

        await until(nothing_left)
        broken = any(attempt.state == "failed" for attempt in ended.attempts)
        assert battle_state(ended) is (BattleState.BROKEN if broken else BattleState.VOTABLE)
    async with ledger.reading() as connection:
        rows = await connection.execute(select(attempts).order_by(attempts.c.slot))
        found = [dict(row) for row in rows.mappings()]
    slots = {str(side.slot): side.contestant for side in ended.sides}
    return sorted(found, key=lambda row: [c.id for c in cards].index(slots[str(row["slot"])]))


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("wire", WIRES)
async def test_a_fault_ends_its_own_side_and_is_recorded(
    ledger: Ledger, model_server: ModelServer, wire: str, fault: str
) -> None:
    words, sentence, tries = FAULTS[fault]
    server = model_server.base_url
    bad, good = await recorded(ledger, card(wire, fault, server), card(wire, "plain", server))
    assert bad["state"] == "failed"
    assert sentence in str(bad["error"])
    assert [part["text"] for part in bad["parts"]] == ([words] if words else [])  # type: ignore[attr-defined]
    assert bad["tries"] == tries
    assert "temperature" in json.dumps(bad["request"])
    assert bad["cost_usd"] is None, "nobody said what it used"
    assert (bad["first_text_ms"] is None) == (not words)
    assert good["state"] == "done"
    assert KEY not in repr((bad, good))
    await anyio.to_thread.run_sync(model_server.wait_until_open, 0)


@pytest.mark.parametrize("model", WHOLE)
@pytest.mark.parametrize("wire", WIRES)
async def test_an_answer_records_what_it_used_and_cost(
    ledger: Ledger, model_server: ModelServer, wire: str, model: str
) -> None:
    server = model_server.base_url
    one, other = await recorded(
        ledger, card(wire, model, server), card(wire, "plain:other", server)
    )
    assert one["state"] == other["state"] == "done"
    assert (one["input_tokens"], one["output_tokens"]) == (11, 42)
    assert one["cost_usd"] == pytest.approx((11 * 1 + 42 * 2) / 1e6)
    assert one["first_text_ms"] is not None
    assert one["stop_reason"]
    assert one["tries"] == (2 if model.endswith("once") else 1)


@pytest.fixture
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
    ledger: Ledger, model_server: ModelServer, deaf: str, wire: str
) -> None:
    bad, good = await recorded(
        ledger,
        card(wire, "x", deaf),
        card(wire, "plain", model_server.base_url),
        definition=patience(60.0, connect_s=0.3),
    )
    assert "did not accept a connection within 0.3 seconds" in str(bad["error"])
    assert (bad["tries"], good["state"]) == (3, "done")


@pytest.mark.parametrize("wire", WIRES)
async def test_a_host_that_does_not_exist_is_recorded(
    ledger: Ledger, model_server: ModelServer, wire: str
) -> None:
    nowhere = card(wire, "x", "http://nowhere.invalid/v1")
    bad, good = await recorded(ledger, nowhere, card(wire, "plain", model_server.base_url))
    assert "cannot be reached" in str(bad["error"])
    assert (bad["tries"], good["state"]) == (3, "done")
