"""Do something again while the database does not answer, for work that nobody can ask for twice."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

from tiltyard.ledger.engine import OUTAGES

Result = TypeVar("Result")

PATIENCE_S = 60.0
"""Longer than a database takes to start again, or to be replaced by its standby."""
AGAIN_S = 0.5


async def patiently(do: Callable[[], Awaitable[Result]]) -> Result:
    """Do it, and again after every outage, until a minute has gone.

    Parameters
    ----------
    do
        Something whole, as a transaction is, and harmless when it was done already.

    Raises
    ------
    DatabaseError
        That of the last try.
    """
    deadline = monotonic() + PATIENCE_S
    while True:
        try:
            return await do()
        except OUTAGES:
            if monotonic() >= deadline:
                raise
            await asyncio.sleep(AGAIN_S)
