"""Wait for something that nobody announces."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

Found = TypeVar("Found")


async def until(probe: Callable[[], Awaitable[Found]], *, seconds: float = 30) -> Found:
    """Ask again and again until the answer is true; give up after a time no machine needs."""
    with anyio.fail_after(seconds):
        while not (found := await probe()):  # noqa: ASYNC110  # nobody announces what is waited for
            await anyio.sleep(0.02)  # the other side is another process or task
    return found
