"""Answers that wait, are stopped or hang: what their endpoint is told, over real sockets."""

import asyncio
from collections.abc import AsyncIterator

import anyio
import pytest

from model_server import ANSWER, ModelServer
from opened import impatient, served_model
from tiltyard.arena.answering import ABANDONED, DRAINED, STOPPED, Answering, Cut
from tiltyard.contestants.adapters import Adapters
from tiltyard.contestants.circuit import FAILURES
from tiltyard.contestants.endpoints import Endpoint
from tiltyard.contestants.messages import text_message
from tiltyard.ledger.records import AttemptEnd

pytestmark = pytest.mark.anyio

PATIENCE_S = 1.0
RULES = impatient(PATIENCE_S).answer


@pytest.fixture
async def adapters() -> AsyncIterator[Adapters]:
    adapters = Adapters()
    yield adapters
    await adapters.close()


class Sides:
    """Answers of one model at one endpoint, with the clock that a turn keeps for them."""

    def __init__(self, adapters: Adapters, server: ModelServer) -> None:
        self._adapters = adapters
        self._server = server
        self.endpoint: Endpoint | None = None

    def ask(self, model: str, *, concurrent: int | None = None) -> Answering:
        card = served_model(model, self._server.base_url).model_copy(
            update={"concurrent": concurrent}
        )
        self.endpoint = self._adapters.endpoints.of(card)
        return Answering(
            slot="a",
            number=1,
            seed=1,
            contestant=card,
            adapter=self._adapters.of(card),
            endpoint=self.endpoint,
            conversation=(text_message("user", "What do you say?"),),
            rules=RULES,
        )

    @property
    def circuit(self) -> tuple[str, int]:
        assert self.endpoint is not None
        return self.endpoint.circuit.state.value, self.endpoint.circuit.failures


async def watched(side: Answering) -> AttemptEnd:
    """Run an answer as a turn does."""
    running = asyncio.create_task(side.run())
    while not running.done():
        side.check_patience()
        await asyncio.wait([running], timeout=0.02)
    return running.result()


@pytest.fixture
def sides(adapters: Adapters, model_server: ModelServer) -> Sides:
    return Sides(adapters, model_server)


async def test_waiting_behind_an_answer_is_no_silence(
    sides: Sides, model_server: ModelServer
) -> None:
    healthy = sides.ask("endless", concurrent=1)
    waiting = [sides.ask("plain", concurrent=1) for _ in range(6)]
    first = asyncio.create_task(watched(healthy))
    await anyio.to_thread.run_sync(model_server.wait_until_open, 1)
    others = [asyncio.create_task(watched(side)) for side in waiting]
    await asyncio.sleep(1.5 * PATIENCE_S)
    assert not any(task.done() for task in others), "each has its patience still before it"
    healthy.cut(STOPPED)
    assert (await first).state == "stopped"
    assert [(await task).text for task in others] == [ANSWER] * 6
    assert sides.circuit == ("closed", 0)


@pytest.mark.parametrize("cut", [STOPPED, ABANDONED, DRAINED])
async def test_who_leaves_a_silent_thinker_says_nothing_about_it(
    sides: Sides, model_server: ModelServer, cut: Cut
) -> None:
    thinkers = [sides.ask("hang-first") for _ in range(FAILURES)]
    running = [asyncio.create_task(side.run()) for side in thinkers]
    await anyio.to_thread.run_sync(model_server.wait_until_open, FAILURES)
    for side in thinkers:
        side.cut(cut)
        side.check_patience()
    await asyncio.gather(*running)
    assert sides.circuit == ("closed", 0)


async def test_five_that_were_given_up_on_open_the_circuit(sides: Sides) -> None:
    ends = await asyncio.gather(*(watched(sides.ask("hang-first")) for _ in range(FAILURES)))
    assert {end.stop_reason for end in ends} == {"tiltyard:overdue"}
    assert sides.circuit == ("open", FAILURES)
