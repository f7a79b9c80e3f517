from collections.abc import AsyncIterator, Iterator

import pytest

from browser.standin import StandIn, standing_in
from priced import priced
from serving import serving


@pytest.fixture
def arena() -> Iterator[StandIn]:
    """Pages over a scripted arena."""
    with standing_in() as stand_in:
        yield stand_in


@pytest.fixture(scope="module")
async def without_votes(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A server nobody has voted on; its tests only read."""
    async with serving(tmp_path_factory.mktemp("without_votes")) as base:
        yield base


@pytest.fixture(scope="module")
async def with_examples(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A server of the example votes; its tests only read."""
    async with serving(tmp_path_factory.mktemp("with_examples"), examples=True) as base:
        yield base


@pytest.fixture(scope="module")
async def with_prices(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A server of the example votes, on models with prices; its tests only read."""
    directory = tmp_path_factory.mktemp("with_prices")
    async with serving(directory, *priced(), examples=True) as base:
        yield base
