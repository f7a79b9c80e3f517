"""An `/embeddings` endpoint to test against: hashed bags of words, well made or badly.

`python tests/embeddings_server.py` prints its port as one line once it listens. The model's name
chooses the behaviour; what follows a colon in it is ignored, so that one behaviour can be several
models. `POST /_behave?name=` lets all models behave so from then on, and forgets what was asked
before; `GET /_requests` gives the requests since then, headers and bodies; `GET /_asked` waits for
the first of them, and `POST /_release` lets the answers of `slow` go. `start_embeddings_server`
runs it as a process of its own.
"""

import asyncio
import base64
import hashlib
import json
import math
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import numpy as np
from aiohttp import web

DIMENSION = 256
POISON = "poison"
"""A text with this word in it is refused by the model `picky`."""


def vector(text: str, dimension: int = DIMENSION) -> list[float]:
    """Count hashed words, as logarithms; equal texts have equal vectors."""
    counts = [0] * dimension
    for word in re.findall(r"\w+", text.lower()):
        counts[int(hashlib.sha256(word.encode()).hexdigest(), 16) % dimension] += 1
    return [math.log1p(count) for count in counts]


def answer(texts: Sequence[str], dimension: int = DIMENSION) -> dict[str, Any]:
    """A whole answer; its vectors come last first."""
    data = [
        {"object": "embedding", "index": place, "embedding": vector(text, dimension)}
        for place, text in enumerate(texts)
    ]
    tokens = sum(len(text.split()) for text in texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data[::-1], "model": "bag-of-words-1", "usage": usage}


def changed(texts: Sequence[str], **change: object) -> dict[str, Any]:
    """An answer whose first entry is changed."""
    whole = answer(texts)
    whole["data"][0] |= change
    return whole


def packed(texts: Sequence[str]) -> dict[str, Any]:
    whole = answer(texts)
    for entry in whole["data"]:
        floats = np.array(entry["embedding"], "<f4").tobytes()
        entry["embedding"] = base64.b64encode(floats).decode()
    return whole


def placeless(texts: Sequence[str]) -> dict[str, Any]:
    whole = answer(texts)
    entries = [{"embedding": entry["embedding"]} for entry in whole["data"][::-1]]
    return {"data": entries}


ANSWERS: dict[str, Callable[[Sequence[str]], Any]] = {
    "plain": answer,
    "packed": packed,
    "placeless": placeless,
    "small": lambda texts: answer(texts, 8),
    "zeros": lambda texts: answer([" "] * len(texts)),
    "short": lambda texts: answer(texts[1:]),
    "long": lambda texts: answer([*texts, "and another"]),
    "twice": lambda texts: changed(texts, index=0),
    "elsewhere": lambda texts: changed(texts, index="first"),
    "ragged": lambda texts: changed(texts, embedding=[1.0, 2.0]),
    "words": lambda texts: changed(texts, embedding=["one", "two"]),
    "null": lambda texts: changed(texts, embedding=None),
    "empty": lambda texts: changed(texts, embedding=[]),
    "nested": lambda texts: changed(texts, embedding=[[1.0]]),
    "not-a-number": lambda texts: changed(texts, embedding=[float("nan")] * DIMENSION),
    "endless": lambda texts: changed(texts, embedding=[1e300] * DIMENSION),
    "bad-base64": lambda texts: changed(texts, embedding="?"),
    "a-list": lambda _texts: [1, 2],
    "no-data": lambda _texts: {"object": "list"},
    "error": lambda _texts: {"error": {"message": "the engine is overloaded"}},
}


class Service:
    """The endpoint, and what it remembers."""

    def __init__(self) -> None:
        self._requests: list[dict[str, Any]] = []
        self._behaviour: str | None = None
        self._asked = asyncio.Event()
        self._released = asyncio.Event()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=16 * 2**20)
        app.router.add_post("/v1/embeddings", self.embed)
        app.router.add_post("/_behave", self.behave)
        app.router.add_get("/_requests", self.requests)
        app.router.add_get("/_asked", self.asked)
        app.router.add_post("/_release", self.release)
        return app

    async def behave(self, request: web.Request) -> web.Response:
        self._behaviour = request.query["name"] or None
        self._requests.clear()
        self._asked.clear()
        self._released.clear()
        return web.json_response({})

    async def asked(self, _request: web.Request) -> web.Response:
        await self._asked.wait()
        return web.json_response({})

    async def release(self, _request: web.Request) -> web.Response:
        self._released.set()
        return web.json_response({})

    async def requests(self, _request: web.Request) -> web.Response:
        return web.json_response(self._requests)

    async def embed(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self._requests.append({"headers": dict(request.headers), "body": body})
        self._asked.set()
        name = self._behaviour or body["model"].partition(":")[0]
        if name.endswith("-once"):
            asked = [one for one in self._requests if one["body"]["model"] == body["model"]]
            name = "plain" if len(asked) > 1 else name.removesuffix("-once")
        if "-after-" in name:  # die-after-3: three requests are answered, and no more
            name, _, count = name.partition("-after-")
            name = "plain" if len(self._requests) <= int(count) else name
        return await self._as(name, request, body["input"])

    async def _as(
        self, name: str, request: web.Request, texts: Sequence[str]
    ) -> web.StreamResponse:
        if name == "picky":
            name = "status-400" if any(POISON in text for text in texts) else "plain"
        if name == "one-batch":
            if any(POISON in text for text in texts):
                large = "input is too large to process. increase the physical batch size"
                return web.json_response({"error": {"code": 500, "message": large}}, status=500)
            name = "plain"
        if name.startswith("status-"):
            heard = request.headers.get("Authorization", "nothing")
            words = {"error": {"message": f"You sent {heard}. {'Because. ' * 100}"}}
            return web.json_response(words, status=int(name.removeprefix("status-")))
        if name == "html":
            return web.Response(text="<h1>Please sign in</h1>", content_type="text/html")
        if name == "silent":
            await asyncio.Event().wait()
        if name == "slow":
            await self._released.wait()
            name = "plain"
        if name in {"die", "half"}:
            return await self._die(request, json.dumps(answer(texts)), whole=name == "die")
        return web.json_response(ANSWERS[name](texts))

    async def _die(self, request: web.Request, text: str, *, whole: bool) -> web.StreamResponse:
        """Cut the connection, before the answer or in its middle."""
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        if not whole:
            await response.prepare(request)
            await response.write(text[: len(text) // 2].encode())
            await asyncio.sleep(0.02)  # what is still in a buffer would die with the connection
        if request.transport is not None:
            request.transport.abort()
        return response


async def serve() -> None:
    """Serve until the standard input ends."""
    runner = web.AppRunner(Service().app(), handler_cancellation=True, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, shutdown_timeout=0).start()
    print(runner.addresses[0][1], flush=True)  # noqa: T201 - the port is this program's output
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


@dataclass(frozen=True)
class EmbeddingsServer:
    """A running server.

    Attributes
    ----------
    base_url
        What belongs in `contestants.toml`.
    """

    base_url: str

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The requests since the last change of behaviour."""
        with urlopen(f"{self._root}/_requests", timeout=30) as response:  # noqa: S310 - our own loopback address
            found: list[dict[str, Any]] = json.load(response)
        return found

    @property
    def texts(self) -> list[str]:
        """All texts that were sent, in the order in which they came."""
        return [text for request in self.requests for text in request["body"]["input"]]

    def behave(self, name: str) -> None:
        """Let all models behave so from now on, and forget what was asked.

        With an empty name, each behaves as its own name says.
        """
        self._post(f"/_behave?name={name}")

    def wait_until_asked(self) -> None:
        """Wait for the first request since the last change of behaviour."""
        urlopen(f"{self._root}/_asked", timeout=30).close()  # noqa: S310 - as above

    def release(self) -> None:
        """Let the answers of `slow` go."""
        self._post("/_release")

    def _post(self, path: str) -> None:
        request = Request(f"{self._root}{path}", method="POST")  # noqa: S310 - as above
        urlopen(request, timeout=30).close()  # noqa: S310 - as above

    @property
    def _root(self) -> str:
        return self.base_url.removesuffix("/v1")


@contextmanager
def start_embeddings_server() -> Iterator[EmbeddingsServer]:
    """Run a server in a process of its own, on a free port."""
    with subprocess.Popen(
        [sys.executable, str(Path(__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            port = (process.stdout or sys.stdin).readline().strip()
            yield EmbeddingsServer(f"http://127.0.0.1:{port}/v1")
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(serve())
