"""Nothing is left behind: no task, no connection, no answer that still comes."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

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


@asynccontextmanager
async def no_task_left() -> AsyncGenerator[None]:
    """Require that every task begun inside ends; only when nothing else went wrong."""
    before = asyncio.all_tasks()
    yield

    async def ended() -> bool:
        return asyncio.all_tasks() <= before

    await until(ended)


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
