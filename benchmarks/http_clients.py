"""What a streamed token costs the client that reads it: aiohttp beside its alternatives.

Every client reads the same streams from the same server, a process of its own on loopback, with
uvloop; what is measured is the client process's own CPU time. The packages live in an environment
of the benchmark's own, so that none is a dependency.
"""

import asyncio
import importlib
import json
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from peers import python_with

REQUIREMENTS = ("aiohttp==3.14.*", "httpx[http2]==0.28.*", "niquests==3.*", "hypercorn", "uvloop")
STREAMS, TOKENS, PAUSE_S, ROUNDS = 30, 200, 0.04, 3
EVENT = json.dumps(
    {
        "id": "chatcmpl-0123456789",
        "object": "chat.completion.chunk",
        "model": "some-model-2026-11-28",
        "choices": [{"index": 0, "delta": {"content": " word"}, "finish_reason": None}],
    }
)
CLIENTS = ("aiohttp", "httpx HTTP/1.1", "httpx HTTP/2", "niquests HTTP/1.1")


async def server(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
    """Stream tokens at an even pace."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    head = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    for _ in range(TOKENS):
        body = f"data: {EVENT}\n\n".encode()
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await asyncio.sleep(PAUSE_S)
    await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})


async def with_aiohttp(url: str) -> int:
    """Read as Tiltyard does."""
    aiohttp: Any = importlib.import_module("aiohttp")
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def one() -> AsyncIterator[bytes]:
            async with session.post(url, json={}) as response:
                async for chunk in response.content.iter_any():
                    yield chunk

        return await _read_all(one)


def with_httpx(*, http2: bool) -> Callable[[str], Awaitable[int]]:
    """Read with httpx; HTTP/2 puts all streams on one connection."""

    async def read(url: str) -> int:
        httpx: Any = importlib.import_module("httpx")
        limits = httpx.Limits(max_connections=None)
        options = {"http1": not http2, "http2": http2, "timeout": None, "limits": limits}
        async with httpx.AsyncClient(**options) as client:

            async def one() -> AsyncIterator[bytes]:
                async with client.stream("POST", url, json={}) as response:
                    async for chunk in response.aiter_bytes():
                        yield chunk

            return await _read_all(one)

    return read


async def with_niquests(url: str) -> int:
    """Read with niquests."""
    niquests: Any = importlib.import_module("niquests")
    async with niquests.AsyncSession(pool_connections=1, pool_maxsize=STREAMS) as session:

        async def one() -> AsyncIterator[bytes]:
            response = await session.post(url, json={}, stream=True)
            async for chunk in await response.iter_content(-1):
                yield chunk

        return await _read_all(one)


READERS: dict[str, Callable[[str], Awaitable[int]]] = {
    "aiohttp": with_aiohttp,
    "httpx HTTP/1.1": with_httpx(http2=False),
    "httpx HTTP/2": with_httpx(http2=True),
    "niquests HTTP/1.1": with_niquests,
}


async def _read_all(one: Callable[[], AsyncIterator[bytes]]) -> int:
    async def count() -> int:
        return sum([chunk.count(b"data: {") async for chunk in one()])

    return sum(await asyncio.gather(*(count() for _ in range(STREAMS))))


def measure(client: str, url: str) -> None:
    """Print the CPU seconds and the tokens of one round."""
    uvloop: Any = importlib.import_module("uvloop")
    importlib.import_module(client.partition(" ")[0])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        before = resource.getrusage(resource.RUSAGE_SELF)
        tokens = runner.run(_as_coroutine(READERS[client](url)))
        after = resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    memory = after.ru_maxrss / 1024
    print(json.dumps({"cpu_s": spent, "tokens": tokens, "memory_mb": memory}))


async def _as_coroutine(awaitable: Awaitable[int]) -> int:
    return await awaitable


def main() -> None:
    """Let the clients take turns, and print a table."""
    python = str(python_with("http_clients", *REQUIREMENTS))
    here, port = Path(__file__), 18_431
    command = [python, "-m", "hypercorn", "-k", "uvloop", "-b", f"127.0.0.1:{port}"]
    url = f"http://127.0.0.1:{port}/"
    runs: dict[str, list[dict[str, float]]] = {client: [] for client in CLIENTS}
    serving = subprocess.Popen(
        [*command, "http_clients:server"], cwd=here.parent, stderr=subprocess.PIPE, text=True
    )
    try:
        assert serving.stderr is not None  # noqa: S101 - a pipe was asked for
        next(line for line in serving.stderr if "Running on" in line)
        for _ in range(ROUNDS):
            for client in CLIENTS:
                asked = [python, str(here), client, url]
                printed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
                runs[client].append(json.loads(printed))
    finally:
        serving.terminate()
        serving.wait()
    report(runs)


def report(runs: dict[str, list[dict[str, float]]]) -> None:
    """Print the best round of each client, and how it compares with aiohttp's."""
    best = {client: min(run["cpu_s"] / run["tokens"] for run in of) for client, of in runs.items()}
    print("# HTTP clients\n")
    print(
        f"{STREAMS} streams at once, {TOKENS} tokens each, one every {PAUSE_S * 1000:.0f} ms. CPU "
        f"time of the client's process without its imports, best of {ROUNDS} rounds in turn.\n"
    )
    print("| client | CPU µs per token | beside aiohttp | peak memory MB |\n|---|--:|--:|--:|")
    for client, per_token in best.items():
        memory = min(run["memory_mb"] for run in runs[client])
        ratio = per_token / best["aiohttp"]
        print(f"| {client} | {per_token * 1e6:.0f} | {ratio:.1f} x | {memory:.0f} |")


if __name__ == "__main__":
    measure(sys.argv[1], sys.argv[2]) if len(sys.argv) > 1 else main()
