"""Providers that speak none of our wires, through the library any-llm (the extra `any`).

The library writes the request and translates the stream into chat completion chunks; tries,
places, circuits, keys and prices are ours, as for every wire. It is loaded when the first such
contestant answers. A seed is not sent, as on the wires. The library knows no limit for reaching a
provider alone: the arena's limit for the first sign of life stands in for it.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from inspect import isawaitable
from typing import Any

from tiltyard.contestants.adapter import Alive, AnswerError, Piece
from tiltyard.contestants.asking import Asking
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.endpoints import Endpoints
from tiltyard.contestants.faults import NO_LIBRARY
from tiltyard.contestants.means import LIBRARY
from tiltyard.contestants.messages import Message
from tiltyard.contestants.openai_chat import content_of
from tiltyard.contestants.openai_chunks import Completion
from tiltyard.contestants.prices import cost_usd
from tiltyard.contestants.retrying import Retrying
from tiltyard.contestants.sender import ProviderError, excerpt, hint, wait_s
from tiltyard.contestants.wire import key_of

_NO_KEY = "none"  # where a card has no key, so that the library looks for none in the environment
_FIRST_ERROR_STATUS = 400
_PASSING = frozenset(
    {"RateLimitError", "ProviderError", "UpstreamProviderError", "GatewayTimeoutError"}
)
_OUTAGES = _PASSING | {"AuthenticationError", "InsufficientFundsError"}


class AnyLLM:
    """Stream answers through any-llm.

    Parameters
    ----------
    environment
        Where the variable named by a card's `key_env` is read, at the moment of each answer.
    endpoints
        Shared with the other adapters.
    retrying
        The policy of trying again; the library's own is switched off where it has one.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        endpoints: Endpoints | None = None,
        retrying: Retrying | None = None,
    ) -> None:
        self._environment = environment
        self._endpoints = endpoints or Endpoints()
        self._retrying = retrying or Retrying()
        self._clients: dict[tuple[str, str | None, str], Any] = {}

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
            With what the provider or the library said, and never with the key.
        """
        del seed, connect_s  # the module says why
        endpoint = self._endpoints.of(contestant)
        endpoint.require(contestant)
        if find_spec(LIBRARY) is None:
            raise AnswerError(f"{contestant.id}: {NO_LIBRARY.sentence}")
        key = await key_of(contestant, self._environment)
        asking = Asking(contestant, endpoint, self._retrying, _recorded(contestant))
        pieces = asking.pieces(
            lambda: self._once(contestant, conversation, key), named=contestant.model
        )
        async with aclosing(pieces):
            async for piece in pieces:
                yield piece

    async def close(self) -> None:
        """Close every connection."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            inner = getattr(client, "client", None)
            close = getattr(inner, "close", None) or getattr(inner, "aclose", None)
            closing = close() if close is not None else None
            if isawaitable(closing):
                await closing

    async def _once(
        self, contestant: Contestant, conversation: tuple[Message, ...], key: str
    ) -> AsyncGenerator[Piece]:
        reading, problem = Completion(), None
        messages, parameters = _messages(conversation), _parameters(contestant)
        try:
            client = await self._client(contestant, key)
            _require_sight(client, conversation)
            chunks = await client.acompletion(contestant.model_name, messages, **parameters)
            try:
                async for chunk in chunks:
                    for piece in reading.read_chunk(_as_object(chunk)):
                        yield piece
                    yield Alive()
            finally:
                await _close(chunks)
            for piece in reading.rest():
                yield piece
        except ProviderError as error:
            problem = error
        except Exception as error:  # noqa: BLE001 - what dozens of providers' libraries raise
            problem = problem_of(error, key)
        if problem is None and reading.finished.stop_reason is None:
            sentence = "ended the stream in the middle of the answer"
            problem = ProviderError(sentence, again=True, outage=True)
        if problem is not None:
            raise problem
        finished = replace(reading.finished, request=_recorded(contestant))
        yield replace(finished, cost_usd=await cost_usd(contestant, finished))

    async def _client(self, contestant: Contestant, key: str) -> Any:  # noqa: ANN401 - its own
        """Find or make the library's client for one provider, address and key."""
        place = (contestant.provider, contestant.base_url, key)
        if place not in self._clients:
            # In a thread: loading it takes a second or two.
            library = await asyncio.to_thread(import_module, LIBRARY)
            kind = library.AnyLLM.get_provider_class(contestant.provider)
            again = {} if kind.MAX_RETRIES_SUPPORT == "unsupported" else {"max_retries": 0}
            self._clients[place] = kind(
                api_key=key or _NO_KEY,
                api_base=contestant.base_url or kind.API_BASE,
                unified_exceptions=True,
                **again,
            )
        return self._clients[place]


def problem_of(error: Exception, key: str) -> ProviderError:
    """Tell what went wrong from an exception of the library, without the key.

    Where the provider answered with a status, that decides whether to ask again, as on the wires;
    else it is what the library calls the failure.
    """
    status, name = getattr(error, "status_code", None), type(error).__name__
    words = getattr(error, "message", None) or str(error)
    if not isinstance(status, int) or status < _FIRST_ERROR_STATUS:
        sentence = excerpt(f"failed with {name}: {words}", key)
        return ProviderError(sentence, again=name in _PASSING, outage=name in _OUTAGES)
    remark = f" ({hint(status)})" if hint(status) else ""
    said = {"Retry-After": str(getattr(error, "retry_after", None) or "")}
    return ProviderError.of_status(
        status,
        excerpt(f"answered {status}{remark}: {words}", key),
        wait_s=wait_s(said, datetime.now(UTC)),
    )


def _recorded(contestant: Contestant) -> dict[str, Any]:
    """Say what the library was given, and which library it was: it writes the request itself."""
    library = f"any-llm-sdk {version('any-llm-sdk')}"
    return {"model": contestant.model, **_parameters(contestant), "library": library}


def _parameters(contestant: Contestant) -> dict[str, Any]:
    return {
        "stream": True,
        "stream_options": {"include_usage": True},
        **contestant.parameters,
    }


def _messages(conversation: tuple[Message, ...]) -> list[dict[str, Any]]:
    return [{"role": message.role, "content": content_of(message)} for message in conversation]


def _require_sight(client: Any, conversation: tuple[Message, ...]) -> None:  # noqa: ANN401 - its own
    """Refuse to send images to a provider for which the library would drop them."""
    pictures = any(part.content for message in conversation for part in message.parts)
    if pictures and not client.SUPPORTS_COMPLETION_IMAGE:
        sentence = 'takes no images through any-llm: take "image" out of the card\'s accepts'
        raise ProviderError(sentence, again=False, outage=False)


def _as_object(chunk: Any) -> dict[str, Any]:  # noqa: ANN401 - a pydantic model of the library's
    written: dict[str, Any] = chunk.model_dump(mode="json", exclude_none=True, warnings=False)
    return written


async def _close(chunks: Any) -> None:  # noqa: ANN401 - some providers' streams cannot be closed
    close = getattr(chunks, "aclose", None)
    if close is not None:
        await close()
