"""A provider that says in every possible place who it is, except in its answers."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager

from aiohttp import web

from loopback import on_loopback
from tiltyard.contestants.card import Contestant, Status

TELLTALE = "telltale"
"""Stands in every name, id, address, header, stop reason and error of these contestants."""
TOKENS_BEGIN = "7341962500"
TOKENS = int(TOKENS_BEGIN) * 1000
"""The provider reports this many tokens and some: a number that nothing else would hold."""
CONTESTANTS = 20
PREVIEWS = (18, 19)
FAILING = {13: "status", 14: "error in 200", 15: "early end", 16: "cut off", 17: "garbled"}


def card(number: int, address: str) -> Contestant:
    """A contestant that can be recognised by each of its fields."""
    return Contestant(
        id=f"{TELLTALE}-id-{number}",
        name=f"Telltale Name {number}",
        organisation=f"Telltale House {number}",
        licence=f"Telltale Licence {number}",
        adapter="openai_chat",
        model=f"{TELLTALE}-wire-{number}",
        accepts=("text", "image"),
        base_url=f"{address}/{TELLTALE}-path-{number}/v1",
        status=Status.PREVIEW if number in PREVIEWS else Status.PUBLIC,
        alias=f"Telltale Alias {number}" if number in PREVIEWS else None,
    )


def chunks(number: int) -> Iterator[dict[str, object]]:
    """An answer whose envelope names its maker."""
    head = {
        "id": f"{TELLTALE}-chat-{number}",
        "model": f"{TELLTALE}-wire-{number}",
        "system_fingerprint": f"{TELLTALE}-print-{number}",
    }
    thought = {"reasoning_content": f"I am Telltale Name {number}."}
    for delta in (thought, {"content": "Because "}, {"content": "light scatters."}):
        yield head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield head | {
        "choices": [{"index": 0, "delta": {}, "finish_reason": f"{TELLTALE}-reason-{number}"}]
    }
    usage = {"prompt_tokens": TOKENS + number, "completion_tokens": TOKENS + 100 + number}
    yield head | {"choices": [], "usage": usage}


async def speak(request: web.Request) -> web.StreamResponse:
    """Answer, or fail in the manner of the model that is asked for."""
    number = int((await request.json())["model"].rpartition("-")[2])
    manner = FAILING.get(number)
    error = {"error": {"message": f"Telltale Name {number} is out", "code": f"{TELLTALE}-code"}}
    headers = {"X-Request-Id": f"{TELLTALE}-request-{number}", "Server": f"Telltale/{number}"}
    if manner == "status":
        return web.json_response(error, status=500, headers=headers)
    response = web.StreamResponse(headers=headers | {"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for position, chunk in enumerate(chunks(number)):
        if position == 2 and manner is not None:  # after the first words
            break
        await response.write(f"data: {json.dumps(chunk)}\n\n".encode())
        await asyncio.sleep(0.01)
    if manner == "error in 200":
        await response.write(f"data: {json.dumps(error)}\n\n".encode())
    elif manner == "garbled":
        await response.write(f'data: {{"{TELLTALE}-{number}": [\n\n'.encode())
    elif manner == "cut off" and request.transport is not None:
        request.transport.abort()
    elif manner is None:
        await response.write(b"data: [DONE]\n\n")
    return response


@asynccontextmanager
async def telltale_contestants() -> AsyncGenerator[tuple[Contestant, ...]]:
    """Serve twenty of them on a loopback port; give their cards."""
    app = web.Application()
    app.router.add_post("/{path}/v1/chat/completions", speak)
    async with on_loopback(app) as address:
        yield tuple(card(number, address) for number in range(CONTESTANTS))
