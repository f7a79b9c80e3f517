"""A model server to test against: four providers' wires, well behaved or badly, on loopback.

`python tests/model_server.py --port 0` prints its port as one line once it listens. The model's
name chooses the behaviour (see `BEHAVIOURS`); what follows a colon in it is ignored, so that one
behaviour can be several contestants. `start_model_server` runs it as a process of its own.

Beside `/v1/chat/completions`, `/v1/responses`, `/v1/messages`, Gemini's
`/v1beta/models/NAME:streamGenerateContent` and `/v1/models` it answers
`GET /_streams?open=N`, which waits until exactly N answers are being streamed, and
`GET /_requests`, the requests for answers so far, headers and bodies.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from aiohttp import web

from provider_shapes import COMPLETION, Shape, shapes

ANSWER = (
    "Here is **my answer**, in a few steps:\n\n- first, look at the façade\n- then 你好, مرحبا\n\n"
    "```python\nprint(6 * 7)\n```\n\nand the formula $e^{i\\pi} + 1 = 0$."
)
"""What every well-behaved model answers."""
THOUGHT = "They want an answer. I have one."
"""What a model thinks that reports its reasoning."""
DONE = b"data: [DONE]\n\n"

Behaviour = Callable[[], AsyncIterator[bytes]]


class DeathError(Exception):
    """Raised by a behaviour to cut the connection without a farewell."""


def pieces(text: str, size: int = 7) -> Iterator[str]:
    for start in range(0, len(text), size):
        yield text[start : start + size]


def chunk(delta: dict[str, Any], finish: str | None = None, **more: object) -> dict[str, Any]:
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {**COMPLETION, "choices": choices, **more}


def event(payload: object) -> bytes:
    text = json.dumps(payload, ensure_ascii=False)
    if not text.isascii() and "\ud83d" in text:
        text = json.dumps(payload)  # half a pair can be written as an escape only
    return f"data: {text}\n\n".encode()


def said(text: str, size: int = 7) -> Iterator[bytes]:
    for piece in pieces(text, size):
        yield event(chunk({"content": piece}))


def ending(reason: str = "stop") -> Iterator[bytes]:
    yield event(chunk({}, reason))
    cached = {"prompt_tokens_details": {"cached_tokens": 3}}
    usage = {"prompt_tokens": 11, "completion_tokens": 42, "total_tokens": 53, **cached}
    yield event({**COMPLETION, "choices": [], "usage": usage})


async def plain() -> AsyncIterator[bytes]:
    for part in (*said(ANSWER), *ending(), DONE):
        yield part


async def slow() -> AsyncIterator[bytes]:
    for part in (*said(ANSWER), *ending(), DONE):
        yield part
        await asyncio.sleep(0.05)


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield event(chunk({"content": "and so on "}))
        await asyncio.sleep(0.02)


async def flood() -> AsyncIterator[bytes]:
    """As much as an arena takes, as fast as it takes it."""
    for _ in range(19):
        yield event(chunk({"content": "flood " * 500}))
        await asyncio.sleep(0.01)
    for part in (*ending(), DONE):
        yield part


async def thinker() -> AsyncIterator[bytes]:
    for piece in pieces(THOUGHT):
        yield event(chunk({"reasoning_content": piece, "content": None}))
    async for part in plain():
        yield part


async def thinker_two_names() -> AsyncIterator[bytes]:
    for piece in pieces(THOUGHT):
        yield event(chunk({"reasoning": piece, "reasoning_content": piece, "content": ""}))
    async for part in plain():
        yield part


async def thinker_in_parts() -> AsyncIterator[bytes]:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": THOUGHT}]}
    yield event(chunk({"content": [thinking]}))
    yield event(chunk({"content": [{"type": "text", "text": ANSWER}]}))
    for part in (*ending(), DONE):
        yield part


async def think_tags() -> AsyncIterator[bytes]:
    for part in (*said(f"\n<think>\n{THOUGHT}</think>\n\n{ANSWER}", 3), *ending(), DONE):
        yield part


async def refusal() -> AsyncIterator[bytes]:
    for part in (event(chunk({"refusal": "I would rather not."})), *ending(), DONE):
        yield part


async def length() -> AsyncIterator[bytes]:
    for part in (*said(ANSWER), *ending("length"), DONE):
        yield part


async def no_usage() -> AsyncIterator[bytes]:
    for part in (*said(ANSWER), event(chunk({}, "stop")), DONE):
        yield part


async def split_utf8() -> AsyncIterator[bytes]:
    whole = b"".join((*said(ANSWER), *ending(), DONE))
    for start in range(len(whole)):
        yield whole[start : start + 1]
        await asyncio.sleep(0)


async def garbled_utf8() -> AsyncIterator[bytes]:
    yield event(chunk({"content": "caf"})) + event(chunk({"content": "@"})).replace(b"@", b"\xe9")
    for part in (*ending(), DONE):
        yield part


async def crlf() -> AsyncIterator[bytes]:
    yield b": a comment\r\n\r\nretry: 10\r\nid: 1\r\n\r\n"
    for piece in pieces(ANSWER):
        lines = json.dumps(chunk({"content": piece}), indent=1).splitlines()
        yield "".join(f"event:message\r\ndata:{line}\r\n" for line in lines[:1]).encode()
        yield "".join(f"data:{line}\r\n" for line in lines[1:]).encode() + b"\r\n"
    for part in (*ending(), DONE):
        yield part.replace(b"\n", b"\r\n")


async def no_done() -> AsyncIterator[bytes]:
    for part in (*said(ANSWER), *ending()):
        yield part


async def early_end() -> AsyncIterator[bytes]:
    for part in said(ANSWER[:30]):
        yield part


async def error_in_200() -> AsyncIterator[bytes]:
    for part in said(ANSWER[:30]):
        yield part
    yield event({"error": {"message": "the engine is overloaded", "code": 502}})


async def huge_line() -> AsyncIterator[bytes]:
    for part in said(ANSWER[:30]):
        yield part
    yield b"data: "
    for _ in range(160):
        yield b"x" * 65_536


async def bad_json() -> AsyncIterator[bytes]:
    for part in said(ANSWER[:30]):
        yield part
    yield b'data: {"choices": [\n\n'


async def not_an_object() -> AsyncIterator[bytes]:
    yield b"data: [1, 2]\n\n"


async def strange_chunks() -> AsyncIterator[bytes]:
    strange: list[object] = [
        {},
        {"choices": None},
        {"choices": [None, {"delta": None}, {"delta": {"content": 5}}]},
        {"choices": [{"index": 1, "delta": {"content": "another choice"}}]},
        {"choices": [], "usage": None, "error": None},
        {"choices": [], "usage": {"prompt_tokens": "many", "completion_tokens": None}},
    ]
    for part in (*map(event, strange), *said(ANSWER), event(chunk({}, "stop")), DONE):
        yield part


async def hang_first() -> AsyncIterator[bytes]:
    await asyncio.Event().wait()
    yield b""


async def stall_middle() -> AsyncIterator[bytes]:
    for part in said(ANSWER[:30]):
        yield part
    await asyncio.Event().wait()


async def hang_after_reason() -> AsyncIterator[bytes]:
    for part in (*said(ANSWER), *ending()):
        yield part
    await asyncio.Event().wait()


async def unstorable() -> AsyncIterator[bytes]:
    """What no database takes: NUL, half a surrogate pair, counts and reasons without measure."""
    yield event(chunk({"reasoning": "half \ud83d a pair"}))
    yield event(chunk({"content": f"my answer\0 {ANSWER}"}))
    yield event(chunk({}, "stop" * 100))
    usage = {"prompt_tokens": 2**70, "completion_tokens": 2**40}
    yield event({**COMPLETION, "choices": [], "usage": usage})
    yield DONE


async def hang_after_done() -> AsyncIterator[bytes]:
    async for part in plain():
        yield part
    await asyncio.Event().wait()


async def die_first() -> AsyncIterator[bytes]:
    yield b""
    raise DeathError


async def die_middle() -> AsyncIterator[bytes]:
    for part in said(ANSWER[:30]):
        yield part
        await asyncio.sleep(0.02)  # what is still in a buffer would die with the connection
    raise DeathError


BEHAVIOURS: dict[str, Behaviour] = {
    behaviour.__name__.replace("_", "-"): behaviour
    for behaviour in (
        plain,
        slow,
        endless,
        flood,
        thinker,
        thinker_two_names,
        thinker_in_parts,
        think_tags,
        refusal,
        length,
        no_usage,
        split_utf8,
        garbled_utf8,
        crlf,
        no_done,
        early_end,
        error_in_200,
        huge_line,
        bad_json,
        not_an_object,
        strange_chunks,
        hang_first,
        stall_middle,
        hang_after_reason,
        hang_after_done,
        unstorable,
        die_first,
        die_middle,
    )
}
"""Answers as streams; beside these there are `gzip`, `json`, `html`, `redirect`, `status-N`,
`wait-SECONDS` and `wait-date-SECONDS` (429 with a Retry-After); whatever ends in `-once` is so for
the first request for that model and plain from then on."""


STRANGE = b'data: {"type": 5, "delta": [], "candidates": [null, {"content": 7}]}\n\n'


def in_shape(shape: Shape, name: str) -> Behaviour | None:
    """The behaviours that every wire has, in the shape of one."""
    whole = [*shape.said(ANSWER), *shape.end]
    begun = shape.said(ANSWER[:30])
    scripts: dict[str, list[bytes]] = {
        "plain": whole,
        "thinker": [*shape.think, *whole],
        "refusal": [*shape.begin, *shape.refuse, *shape.end],
        "length": [*shape.said(ANSWER), *shape.cut_short],
        "split-utf8": [bytes([byte]) for byte in b"".join(whole)],
        "crlf": [part.replace(b"\n", b"\r\n") for part in (b": hello\n\n", *whole)],
        "early-end": begun,
        "error-in-200": [*begun, shape.error],
        "error-first": [shape.error],
        "huge-line": [*begun, b"data: ", *[b"x" * 65_536] * 160],
        "bad-json": [*begun, b'data: {"choices": [\n\n'],
        "not-an-object": [b"data: [1, 2]\n\n"],
        "strange": [STRANGE, *whole],
        "stall-middle": begun,
        "hang-first": [],
        "die-middle": begun,
        "die-first": [b""],
    }
    if name not in scripts:
        return None

    async def behave() -> AsyncIterator[bytes]:
        for part in scripts[name]:
            yield part
            await asyncio.sleep(0)
        if name in {"stall-middle", "hang-first"}:
            await asyncio.Event().wait()
        if name.startswith("die"):
            await asyncio.sleep(0.02)
            raise DeathError

    return behave


SHAPES = shapes(THOUGHT, "the engine is overloaded")
CHAT = SHAPES["openai_chat"]
WIRE_ENDS = {
    "openai_responses": "/responses",
    "anthropic_messages": "/messages",
    "gemini": ":streamGenerateContent",
}


class Service:
    """The endpoints, and what they remember."""

    def __init__(self) -> None:
        self._open = 0
        self._changed = asyncio.Condition()
        self._requests: list[dict[str, Any]] = []

    def app(self) -> web.Application:
        app = web.Application(client_max_size=16 * 2**20)
        app.router.add_post("/v1/chat/completions", self.complete)
        app.router.add_post("/v1/responses", self.complete)
        app.router.add_post("/v1/messages", self.complete)
        app.router.add_post("/v1beta/models/{model}:streamGenerateContent", self.complete)
        app.router.add_get("/v1/models", self.models)
        app.router.add_get("/_streams", self.streams)
        app.router.add_get("/_requests", self.requests)
        return app

    async def models(self, _request: web.Request) -> web.Response:
        entries = [{"id": name, "object": "model"} for name in ("plain", "slow")]
        return web.json_response({"object": "list", "data": entries})

    async def requests(self, _request: web.Request) -> web.Response:
        return web.json_response(self._requests)

    async def streams(self, request: web.Request) -> web.Response:
        wanted = int(request.query["open"])
        async with self._changed:
            await self._changed.wait_for(lambda: self._open == wanted)
        return web.json_response({"open": wanted})

    async def complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        model = body.get("model") or request.match_info["model"]
        self._requests.append(
            {
                "model": model,
                "headers": dict(request.headers),
                "body": body,
                "at": time.monotonic(),
            }
        )
        name = model.partition(":")[0]
        once = name.removesuffix("-once")
        if once != name:
            name = "plain" if self._met_before(model) else once
        if name == "fails":
            name = "status-500"
        if name.startswith(("status-", "wait-")):
            return self._refuse(request, name)
        if name == "redirect":
            return web.Response(status=307, headers={"Location": "/v1/models"})
        if name == "json":
            return web.json_response({"detail": "streaming is switched off here"})
        if name == "html":
            return web.Response(text="<h1>Please sign in</h1>", content_type="text/html")
        behaviour = self._behaviour(request, name)
        if behaviour is None:
            return self._refuse(request, "status-404")
        return await self._counted(request, name, behaviour)

    def _behaviour(self, request: web.Request, name: str) -> Behaviour | None:
        if "chat" in request.path:
            return plain if name == "gzip" else BEHAVIOURS.get(name) or in_shape(CHAT, name)
        for wire, end in WIRE_ENDS.items():
            if request.path.endswith(end):
                return in_shape(SHAPES[wire], name)
        return None

    def _met_before(self, model: str) -> bool:
        return [seen["model"] for seen in self._requests].count(model) > 1

    async def _counted(
        self, request: web.Request, name: str, behaviour: Behaviour
    ) -> web.StreamResponse:
        await self._count(1)
        try:
            return await self._stream(request, name, behaviour)
        finally:
            await asyncio.shield(self._count(-1))

    async def _count(self, change: int) -> None:
        async with self._changed:
            self._open += change
            self._changed.notify_all()

    async def _stream(
        self, request: web.Request, name: str, behaviour: Behaviour
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        if name == "gzip":
            response.enable_compression(web.ContentCoding.gzip)
        try:
            await response.prepare(request)
            async for part in behaviour():
                await response.write(part)
        except DeathError:
            if request.transport is not None:
                request.transport.abort()
        except ConnectionResetError:
            pass  # the other side has left
        return response

    def _refuse(self, request: web.Request, name: str) -> web.Response:
        """Refuse with the status, or after `wait-` with 429 and how long to wait."""
        # Providers do repeat keys; whoever shows this body to anybody must take them out.
        names = ("Authorization", "x-api-key", "x-goog-api-key")
        heard = next((request.headers[n] for n in names if n in request.headers), "nothing")
        message = f"No answer for you; you sent {heard}. " + "Long explanation. " * 200
        kind, _, value = name.partition("-")
        status, headers = 429, {}
        if kind == "status":
            status = int(value)
        elif value.startswith("date-"):
            until = datetime.now(UTC) + timedelta(seconds=int(value.removeprefix("date-")))
            headers["Retry-After"] = format_datetime(until, usegmt=True)
        else:
            headers["Retry-After"] = value
        return web.json_response({"error": {"message": message}}, status=status, headers=headers)


async def serve(port: int, *, with_parent: bool) -> None:
    """Serve until killed, or until the standard input ends."""
    runner = web.AppRunner(Service().app(), handler_cancellation=True, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, shutdown_timeout=0).start()
    print(runner.addresses[0][1], flush=True)  # noqa: T201 - the port is this program's output
    await (asyncio.to_thread(sys.stdin.read) if with_parent else asyncio.Event().wait())
    await runner.cleanup()


@dataclass(frozen=True)
class ModelServer:
    """A running model server.

    Attributes
    ----------
    base_url
        What belongs in `contestants.toml`.
    process
        The server's process, for tests that kill it.
    """

    base_url: str
    process: subprocess.Popen[str]

    def requests(self) -> list[dict[str, Any]]:
        """Return the requests for answers so far."""
        found: list[dict[str, Any]] = self._get("/_requests")
        return found

    def wait_until_open(self, count: int) -> None:
        """Wait until exactly this many answers are being streamed."""
        self._get(f"/_streams?open={count}")

    def _get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        address = self.base_url.removesuffix("/v1") + path
        with urlopen(address, timeout=30) as response:  # noqa: S310 - our own loopback address
            return json.load(response)


@contextmanager
def start_model_server() -> Iterator[ModelServer]:
    """Run a model server in a process of its own, on a free port."""
    with subprocess.Popen(
        [sys.executable, str(Path(__file__)), "--port", "0", "--with-parent"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            port = (process.stdout or sys.stdin).readline().strip()
            yield ModelServer(f"http://127.0.0.1:{port}/v1", process)
        finally:
            process.kill()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A model server to test against.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument(
        "--with-parent", action="store_true", help="stop when the standard input ends"
    )
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, with_parent=arguments.with_parent))
