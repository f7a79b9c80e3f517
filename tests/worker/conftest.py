"""What labels by a model need: a model that labels, and who reaches it."""

from collections.abc import AsyncGenerator

import pytest

from labelling_server import LabellingServer, labelling_server
from tiltyard.contestants.adapters import Adapters


@pytest.fixture
async def server() -> AsyncGenerator[LabellingServer]:
    async with labelling_server() as server:
        yield server


@pytest.fixture
async def adapters() -> AsyncGenerator[Adapters]:
    adapters = Adapters()
    yield adapters
    await adapters.close()
