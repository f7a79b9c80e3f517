"""Nothing is left behind: no task, no connection, no answer that still comes."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from model_server import ModelServer
from polling import until


def open_sockets(pid: int | str = "self") -> int:
    """Count the open sockets of a process."""
    count = 0
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            count += str(link.readlink()).startswith("socket")
        except FileNotFoundError:
            continue  # closed while we looked
    return count


def begun_since(before: set[asyncio.Task[Any]]) -> set[asyncio.Task[Any]]:
    """Name the tasks that were not there, but for the one in which the test itself runs."""
    return {each for each in asyncio.all_tasks() - before if "TestRunner" not in repr(each)}


@asynccontextmanager
async def no_task_left() -> AsyncGenerator[None]:
    """Require that every task begun inside ends; only when nothing else went wrong."""
    before = asyncio.all_tasks()
    yield

    async def ended() -> bool:
        return not begun_since(before)

    with suppress(TimeoutError):
        await until(ended, seconds=10)
    assert not begun_since(before), "a task is left"


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
