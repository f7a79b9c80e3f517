import tracemalloc
from contextlib import aclosing

import pytest

from model_server import ModelServer
from tiltyard.contestants.sender import Call, Sender

pytestmark = pytest.mark.anyio

LARGE = 8_000_000


async def test_a_request_is_let_go_of_once_its_answer_begins(model_server: ModelServer) -> None:
    call = Call(
        url=f"{model_server.base_url}/chat/completions",
        headers={},
        write=lambda: {"model": "endless", "stream": True, "messages": ["x" * LARGE]},
        key="",
        connect_s=10,
    )
    sender = Sender()
    tracemalloc.start()
    try:
        async with aclosing(sender.send(call)) as chunks:
            await anext(chunks)
            left, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        await sender.close()
    assert most > LARGE
    assert left < LARGE / 2
