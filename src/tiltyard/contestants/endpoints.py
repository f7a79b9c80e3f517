"""The endpoints that contestants share: how many answers run there, and whether it is well."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager

import structlog

from tiltyard.contestants.adapter import AnswerError
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.circuit import Circuit, CircuitState
from tiltyard.contestants.keys import Reached

log = structlog.get_logger()


class Endpoint:
    """One address as one key sees it.

    Attributes
    ----------
    address
        Its base URL.
    running
        How many answers run there now.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.circuit = Circuit()
        self.running = 0
        self._left = asyncio.Event()

    def require(self, asked: Reached) -> None:
        """Refuse to ask an endpoint that is left in peace, or is being tried just now.

        Raises
        ------
        AnswerError
            When it is.
        """
        if not self.circuit.admit():
            when = (
                f"asked again in {self.circuit.rests_s:.0f} seconds"
                if self.circuit.state is CircuitState.OPEN
                else "being tried just now"
            )
            raise AnswerError(
                f"{asked.id}: {self.address} failed {self.circuit.failures} times in a row "
                f"and is {when}; at last it {self.circuit.last_problem}"
            )

    def fail(self, problem: str) -> None:
        """Count an answer that failed, and say in the log when nobody will be asked for a while.

        Adapters tell of outages, the arena of silence; who leaves, or stops an answer, says
        nothing about the endpoint.
        """
        if self.circuit.fail(problem):
            log.warning("an endpoint is left in peace", address=self.address, problem=problem)

    def succeed(self) -> None:
        """Count an answer that came."""
        if self.circuit.state is not CircuitState.CLOSED:
            log.info("an endpoint answers again", address=self.address)
        self.circuit.succeed()

    def is_full(self, limit: int | None) -> bool:
        """Say whether whoever comes now waits for a place."""
        return limit is not None and self.running >= limit

    @asynccontextmanager
    async def place(self, limit: int | None) -> AsyncGenerator[None]:
        """Wait until fewer than `limit` answers run there, and be one of them."""
        while self.is_full(limit):
            await self._left.wait()
        self.running += 1
        try:
            yield
        finally:
            self.running -= 1
            self._left.set()
            self._left = asyncio.Event()


class Endpoints:
    """Every endpoint that has been asked."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str | None, str | None], Endpoint] = {}

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(self._known.values())

    def of(self, asked: Reached) -> Endpoint:
        """Return the endpoint of who is asked, the same for all that share address and key."""
        key = (asked.address, asked.key_env, asked.key_file)
        return self._known.setdefault(key, Endpoint(asked.address))

    def answering(self, contestants: Sequence[Contestant]) -> list[Contestant]:
        """Leave out the contestants whose endpoint is being left in peace."""
        return [card for card in contestants if self.of(card).circuit.lets_through]
