"""What workers work on: a ledger of the example votes, and a model that labels."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from labelling_server import LabellingServer, labelling_server
from opened import open_ledger, opened
from tiltyard.contestants.adapters import Adapters
from tiltyard.ledger.engine import Ledger


@pytest.fixture
async def server() -> AsyncGenerator[LabellingServer]:
    async with labelling_server() as server:
        yield server


@pytest.fixture
async def adapters() -> AsyncGenerator[Adapters]:
    adapters = Adapters()
    yield adapters
    await adapters.close()


async def add_examples(url: str) -> None:
    async with open_ledger(url) as ledger, opened(ledger) as arena:
        await arena.add_examples()


@pytest.fixture(scope="module")
def filling() -> Callable[[str], Awaitable[None]]:
    return add_examples


@pytest.fixture
async def examples(filled_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(filled_url) as ledger:
        yield ledger
