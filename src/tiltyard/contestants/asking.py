"""How any provider is asked: tries, places, and the circuit of its endpoint, the same for all."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any

import stamina

from tiltyard.contestants.adapter import AnswerError, Piece, Queued, Reasoning, Sent, Text
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.endpoints import Endpoint
from tiltyard.contestants.retrying import Retrying
from tiltyard.contestants.sender import ProviderError

Once = Callable[[], AsyncGenerator[Piece]]
"""Asks a provider a single time."""


class Asking:
    """One answer, asked for until its first word has come.

    Parameters
    ----------
    contestant
        Who is to answer.
    endpoint
        Where; its circuit is told how it went.
    retrying
        The policy of trying again.
    request
        What is recorded of the request.
    """

    def __init__(
        self,
        contestant: Contestant,
        endpoint: Endpoint,
        retrying: Retrying,
        request: Mapping[str, Any],
    ) -> None:
        self._contestant = contestant
        self._endpoint = endpoint
        self._retrying = retrying
        self._request = request

    async def pieces(self, once: Once, *, named: str) -> AsyncGenerator[Piece]:
        """Go through the answer.

        Parameters
        ----------
        once
            Asks a single time.
        named
            What an operator knows the provider by: its address, or its model.

        Raises
        ------
        AnswerError
            With the provider's last words, when trying again is of no use.
        """
        problem = ""
        pieces = self._watched(once)
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    yield piece
        except ProviderError as error:
            problem = str(error)
        # Raised here and not above, so that no traceback leads to the request and its headers.
        if problem:
            raise AnswerError(f"{self._contestant.id}: {named} {problem}")

    async def _watched(self, once: Once) -> AsyncGenerator[Piece]:
        """Let the endpoint's circuit know how it went."""
        pieces = self._tries(once)
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    yield piece
        except ProviderError as error:
            if error.outage:
                self._endpoint.fail(str(error))
            raise
        self._endpoint.succeed()

    async def _tries(self, once: Once) -> AsyncGenerator[Piece]:
        """Ask until the first word has come, or trying again is of no use."""
        async for attempt in stamina.retry_context(**self._retrying.policy):
            spoke, problem = False, None
            if self._endpoint.is_full(self._contestant.concurrent):
                yield Queued()
            try:
                async with self._endpoint.place(self._contestant.concurrent):
                    yield Sent(self._request, attempt.num)
                    pieces = once()
                    async with aclosing(pieces):
                        async for piece in pieces:
                            spoke = spoke or isinstance(piece, Text | Reasoning)
                            yield piece
            except ProviderError as error:
                problem = error.final() if spoke else error
            # Only here, because the block would take a cancellation for a failure.
            with attempt:
                if problem is not None:
                    raise problem
