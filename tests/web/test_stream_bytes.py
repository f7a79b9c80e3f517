"""What a long answer costs on the wire: bytes grow with the words, and not with their square."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from loopback import on_loopback
from opened import served_model
from raw_reader import open_stream
from serving import ask, serving, voter
from tiltyard.arena import live_turn

pytestmark = pytest.mark.anyio

TOKENS = 2_000
HALF = b"word %d " % (TOKENS // 2)


async def speak(request: web.Request) -> web.StreamResponse:
    """Say 2,000 tokens, so far apart that most of them get a frame of their own."""
    await request.read()
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for number in range(1, TOKENS + 1):
        delta = f'{{"choices":[{{"index":0,"delta":{{"content":"word {number} "}}}}]}}'
        await response.write(f"data: {delta}\n\n".encode())
        await asyncio.sleep(0.004)
    await response.write(b"data: [DONE]\n\n")
    return response


@asynccontextmanager
async def provider() -> AsyncGenerator[str]:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", speak)
    async with on_loopback(app) as address:
        yield f"{address}/v1"


async def test_two_thousand_tokens_cost_at_most_150_bytes_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_turn, "FRAME_S", 0.002)
    async with provider() as address:
        cards = [served_model(f"long:{n}", address, id_=f"long-{n}") for n in "12"]
        async with serving(tmp_path, *cards) as base, voter(base) as ann:
            battle = (await ask(ann))["id"]
            heard = await everything(open_stream(ann, base, battle))
    frames = heard.count(b"event: frame")
    assert frames > TOKENS  # of both sides: nearly the worst there is, a frame for each token
    assert len(heard) <= 150 * 2 * TOKENS
    half = max(heard.find(HALF), heard.rfind(HALF))
    assert 0.4 < half / len(heard) < 0.6


async def everything(reader: socket.socket) -> bytes:
    """Read the socket to the end of the turn, headers and all."""
    heard = bytearray()
    while b"event: turn_done" not in heard[-400:]:
        heard += await asyncio.to_thread(reader.recv, 65_536)
    reader.close()
    return bytes(heard)
