from collections.abc import Iterator

import pytest

from model_server import ModelServer, start_model_server


@pytest.fixture(scope="session")
def model_server() -> Iterator[ModelServer]:
    with start_model_server() as server:
        yield server


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
