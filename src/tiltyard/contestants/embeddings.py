"""Vectors of texts, from any `/embeddings` endpoint that speaks as OpenAI's does."""

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import stamina

from tiltyard.contestants.adapter import AnswerError
from tiltyard.contestants.embedding_answer import EmbeddingAnswer, Rows, read_embeddings
from tiltyard.contestants.embedding_model import EmbeddingModel
from tiltyard.contestants.endpoints import Endpoints
from tiltyard.contestants.openai_chat import completed
from tiltyard.contestants.prices import input_cost_usd
from tiltyard.contestants.retrying import Retrying
from tiltyard.contestants.sender import Call, ProviderError, Sender
from tiltyard.contestants.wire import key_of

Item = TypeVar("Item")

AT_ONCE = 4
"""This many requests run at once, unless the model's `concurrent` says fewer."""
CONNECT_S = 10.0
WITHIN_S = 60.0
"""How long a request may take in all, before it is tried again."""
MOST_BYTES = 64 * 2**20
CHARS_A_TOKEN = 3.5
"""About this much text is a token: for estimates only."""


class TextRefusedError(AnswerError):
    """The endpoint is there, and does not take what was sent."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """The vectors of texts, as one request brought them.

    Attributes
    ----------
    texts
        N different texts.
    rows
        Shape (N, D). Their vectors, each of the length one, or of zeros.
    tokens, cost_usd, endpoint_version
        What the endpoint said that it read, what that cost, and which exact model it called
        itself; None where it is not known.
    """

    texts: tuple[str, ...]
    rows: Rows
    tokens: int | None
    cost_usd: float | None
    endpoint_version: str | None


class Embeddings:
    """Asks embedding models.

    Parameters
    ----------
    environment
        Where keys are looked up at the moment of each request; the process's own by default.
    endpoints
        Others than those of contestants, who must not be left in peace for what vectors meet.
    retrying
        The policy of trying again.
    within_s
        How long a request may take in all.
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        *,
        endpoints: Endpoints | None = None,
        retrying: Retrying | None = None,
        within_s: float = WITHIN_S,
    ) -> None:
        self._environment = os.environ if environment is None else environment
        self._endpoints = endpoints or Endpoints()
        self._retrying = retrying or Retrying()
        self._within_s = within_s
        self._sender = Sender()

    async def all_of(
        self, model: EmbeddingModel, texts: Sequence[str], *, dimension: int | None = None
    ) -> AsyncGenerator[Embedded]:
        """Go through the vectors of different texts, request by request, as they come.

        Several run at once; the others may end before one that failed is told.

        Parameters
        ----------
        texts
            As they are sent; none is empty.
        dimension
            How many numbers each vector must have; of the first answer, when left out.

        Raises
        ------
        AnswerError
            When a request fails; a `TextRefusedError` when the endpoint does not take its texts.
        """
        for some in _parts(_parts(texts, model.texts_at_once), AT_ONCE):
            asked = [asyncio.ensure_future(self.ask(model, one)) for one in some]
            problem = None
            try:
                for ended in asyncio.as_completed(asked):
                    try:
                        found = await ended
                        dimension = dimension or found.rows.shape[1]
                        _require_dimension(model, found.rows, dimension)
                    except AnswerError as error:
                        problem = error
                    else:
                        yield found
            finally:
                for one in asked:
                    one.cancel()
                await asyncio.wait(asked)
            if problem is not None:
                raise problem

    async def ask(self, model: EmbeddingModel, texts: tuple[str, ...]) -> Embedded:
        """Ask once for the vectors of some texts, and again where that may help.

        Raises
        ------
        AnswerError
            With the endpoint's status and words where it gave any, and never with the key.
        """
        endpoint = self._endpoints.of(model)
        endpoint.require(model)
        call = await self._call(model, texts)
        answer = await self._tried(model, call, len(texts))
        # Raised here and not below, so that no traceback leads to the request and its headers.
        if isinstance(answer, ProviderError):
            if answer.outage:
                endpoint.fail(str(answer))
            kind = TextRefusedError if answer.refused else AnswerError
            raise kind(f"{model.id}: {call.url} {answer}")
        endpoint.succeed()
        cost = await input_cost_usd(model, answer.tokens)
        return Embedded(texts, answer.rows, answer.tokens, cost, answer.endpoint_version)

    async def close(self) -> None:
        """Close every connection."""
        await self._sender.close()

    async def _call(self, model: EmbeddingModel, texts: tuple[str, ...]) -> Call:
        key = await key_of(model, self._environment)
        headers = {"Accept": "application/json"}
        return Call(
            url=completed(model.address, "/embeddings"),
            headers=headers | ({"Authorization": f"Bearer {key}"} if key else {}),
            write=lambda: {"model": model.model, **model.parameters, "input": list(texts)},
            key=key,
            connect_s=CONNECT_S,
        )

    async def _tried(
        self, model: EmbeddingModel, call: Call, count: int
    ) -> EmbeddingAnswer | ProviderError:
        """Ask until an answer has come, or trying again is of no use."""
        try:
            async for attempt in stamina.retry_context(**self._retrying.policy):
                async with self._endpoints.of(model).place(model.concurrent):
                    answer = await self._once(call, count)
                if not isinstance(answer, ProviderError):
                    return answer
                with attempt:  # only here, because the block would take a cancellation for failure
                    raise answer
        except ProviderError as error:
            return error
        raise AssertionError  # the last attempt has raised

    async def _once(self, call: Call, count: int) -> EmbeddingAnswer | ProviderError:
        try:
            async with asyncio.timeout(self._within_s):
                data = await self._sender.fetch(call, most=MOST_BYTES)
            return await asyncio.to_thread(read_embeddings, data, count)
        except TimeoutError:
            words = f"did not answer within {self._within_s:g} seconds"
            return ProviderError(words, again=True, outage=True)
        except ProviderError as error:
            error.args = (call.excerpt(str(error)),)
            return error


def _require_dimension(model: EmbeddingModel, rows: Rows, dimension: int) -> None:
    if rows.shape[1] != dimension:
        raise AnswerError(
            f"{model.id}: {model.address} sent vectors of {rows.shape[1]} numbers, and "
            f"{dimension} are needed: is it still the same model?"
        )


def _parts(whole: Sequence[Item], size: int) -> list[tuple[Item, ...]]:
    return [tuple(whole[at : at + size]) for at in range(0, len(whole), size)]


async def estimate(model: EmbeddingModel, chars: int) -> tuple[int, float | None]:
    """Reckon how many tokens texts are, and what their vectors cost; None where nobody knows."""
    tokens = int(chars / CHARS_A_TOKEN)
    return tokens, await input_cost_usd(model, tokens)
