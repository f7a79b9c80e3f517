"""Nothing is left behind: no task, no connection, no answer that still comes."""

import asyncio
import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

from model_server import ModelServer
from polling import until

OUR_OWN = ("TestRunner", "aiohttp/web_protocol.py")
WATCHED: list[set[asyncio.Task[Any]]] = []
"""What ran before each of the servers that this process runs now."""


def open_sockets(pid: int | str = "self") -> int:
    """Count the open sockets of a process."""
    count = 0
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            count += str(link.readlink()).startswith("socket")
        except FileNotFoundError:
            continue  # closed while we looked
    return count


def idle_connections() -> int:
    """Count the connections that HTTP clients of this process keep to use again."""
    connectors = [each for each in gc.get_objects() if isinstance(each, aiohttp.TCPConnector)]
    return sum(len(kept) for each in connectors for kept in each._conns.values())


def begun_since(before: set[asyncio.Task[Any]]) -> set[asyncio.Task[Any]]:
    """Name the tasks that were not there, but for the test's own and those of its own servers."""
    new = asyncio.all_tasks() - before
    return {each for each in new if not any(name in repr(each) for name in OUR_OWN)}


@asynccontextmanager
async def no_task_left() -> AsyncGenerator[None]:
    """Require that every task begun inside ends; only when nothing else went wrong.

    Of servers that run inside each other the outermost looks: the tasks of the rest go on.
    """
    outermost, before = not WATCHED, asyncio.all_tasks()
    WATCHED.append(before)
    try:
        yield
    finally:
        WATCHED.pop()
    if not outermost:
        return

    async def ended() -> bool:
        return not begun_since(before)

    with suppress(TimeoutError):
        await until(ended, seconds=10)
    left = begun_since(before)
    assert not left, f"tasks are left: {left}"


@asynccontextmanager
async def no_connection_left(pid: int, model_server: ModelServer) -> AsyncGenerator[None]:
    """Require that a server closes every connection of what happens inside, and every answer ends.

    It may keep one idle connection to each of the two providers.
    """
    before = open_sockets(pid)
    yield
    await asyncio.to_thread(model_server.wait_until_open, 0)

    async def closed() -> bool:
        return open_sockets(pid) <= before + 2

    await until(closed)
