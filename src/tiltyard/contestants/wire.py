"""What providers' wires have in common, and the adapter that speaks any of them.

A wire says how a request is written and how its stream is read; everything else is the same for
all: keys, one sender, one policy of trying again, places and circuits of endpoints. Requests are
as small as they can be, so that each contestant answers with its provider's own defaults, changed
only by its card's `parameters`. A seed is not sent: some endpoints refuse a request that has one,
and none promises the same answer again.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Protocol

from tiltyard.contestants.adapter import Alive, AnswerError, Piece
from tiltyard.contestants.answer_stream import AnswerStream, ChunkError
from tiltyard.contestants.asking import Asking
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.endpoints import Endpoints
from tiltyard.contestants.event_stream import OversizedEventError
from tiltyard.contestants.keys import KeyProblemError, Reached, read_key
from tiltyard.contestants.messages import Message
from tiltyard.contestants.prices import cost_usd
from tiltyard.contestants.retrying import Retrying
from tiltyard.contestants.sender import Call, ProviderError, Sender

_USAGE_SECONDS = 2.0  # how long usage may follow the end of the words


class Wire(Protocol):
    """How one kind of provider is spoken to."""

    def url(self, contestant: Contestant) -> str:
        """Complete the card's address, as people write it."""
        ...

    def headers(self, key: str) -> Mapping[str, str]:
        """Say who asks; the key is not empty."""
        ...

    def request(self, contestant: Contestant) -> dict[str, Any]:
        """Write the body without the conversation: what is recorded."""
        ...

    def conversation(self, conversation: tuple[Message, ...]) -> dict[str, Any]:
        """Write the part of the body that holds what was said."""
        ...

    def reading(self) -> AnswerStream:
        """Make a reader for one answer."""
        ...


class WireAdapter:
    """Stream answers over a wire.

    Parameters
    ----------
    wire
        Which one.
    environment
        Where the variable named by a card's `key_env` is read, at the moment of each answer.
    endpoints
        Shared with the other adapters.
    retrying
        The policy of trying again.
    """

    def __init__(
        self,
        wire: Wire,
        environment: Mapping[str, str],
        *,
        endpoints: Endpoints | None = None,
        retrying: Retrying | None = None,
    ) -> None:
        self._wire = wire
        self._environment = environment
        self._endpoints = endpoints or Endpoints()
        self._retrying = retrying or Retrying()
        self._sender = Sender()

    async def answer(
        self,
        contestant: Contestant,
        conversation: tuple[Message, ...],
        *,
        seed: int,
        connect_s: float,
    ) -> AsyncGenerator[Piece]:
        """Answer the last message; closing the iterator early closes the connection.

        Raises
        ------
        AnswerError
            With the provider's status and words where it gave any, and never with the key.
        """
        del seed  # the module says why it is not sent
        endpoint = self._endpoints.of(contestant)
        endpoint.require(contestant)
        key = await key_of(contestant, self._environment)
        request = self._wire.request(contestant)
        call = Call(
            url=self._wire.url(contestant),
            headers=self._wire.headers(key) if key else {},
            write=lambda: request | self._wire.conversation(conversation),
            key=key,
            connect_s=connect_s,
        )
        asking = Asking(contestant, endpoint, self._retrying, request)
        pieces = asking.pieces(lambda: self._once(contestant, call, request), named=call.url)
        async with aclosing(pieces):
            async for piece in pieces:
                yield piece

    async def close(self) -> None:
        """Close every connection."""
        await self._sender.close()

    async def _once(
        self, contestant: Contestant, call: Call, request: dict[str, Any]
    ) -> AsyncGenerator[Piece]:
        reading = self._wire.reading()
        chunks = self._sender.send(call)
        problem: ProviderError | None = None
        try:
            async with aclosing(chunks):
                while chunk := await _next_chunk(chunks, reading):
                    for piece in reading.feed(chunk):
                        yield piece
                    yield Alive()  # bytes have come, whatever they say
            for piece in reading.end():
                yield piece
        except (ChunkError, OversizedEventError) as error:
            again = isinstance(error, ChunkError) and error.again
            problem = ProviderError(call.excerpt(str(error)), again=again, outage=again)
        if problem is not None:
            raise problem
        finished = replace(reading.finished, request=request)
        yield replace(finished, cost_usd=await cost_usd(contestant, finished))


async def key_of(asked: Reached, environment: Mapping[str, str]) -> str:
    """Read a key at the moment of the question; empty when none is needed.

    Raises
    ------
    AnswerError
        When it is not where the card says.
    """
    try:
        return await asyncio.to_thread(read_key, asked, environment)
    except KeyProblemError as error:
        raise AnswerError(f"{asked.id}: {error}") from None


async def _next_chunk(chunks: AsyncIterator[bytes], reading: AnswerStream) -> bytes:
    """Wait for more bytes; empty when nothing more comes.

    Some servers give their reason to stop, and then neither say that they are done nor close.
    """
    if reading.done:
        return b""
    if reading.finished.stop_reason is None:
        return await anext(chunks, b"")
    try:
        async with asyncio.timeout(_USAGE_SECONDS):
            return await anext(chunks, b"")
    except TimeoutError:
        return b""
