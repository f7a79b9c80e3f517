"""The adapter for every endpoint that speaks OpenAI's chat completions.

OpenAI itself, most other providers, gateways, and the servers people run at home: Ollama, vLLM,
llama.cpp. The request is as small as it can be, so that each contestant answers with its
provider's own defaults: model, messages, stream, and the wish for usage. The seed is not sent:
some endpoints refuse a request that has one, and none promises the same answer again.

Nothing is retried here, redirects are not followed, and only connecting has a deadline: how long
an answer may take is for the arena to say, which closes the iterator.
"""

import asyncio
import base64
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tiltyard.contestants.adapter import Alive, AnswerError, Finished, Piece, Reasoning, Text
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.event_stream import OversizedEventError
from tiltyard.contestants.messages import Message, Part
from tiltyard.contestants.openai_chunks import ChunkError, Completion

_USAGE_SECONDS = 2.0  # how long usage may follow the end of the words
_EXCERPT = 400  # characters of what went wrong that are worth an operator's reading
_ERROR_BODY = 8_192  # bytes of an error's body that are read at all
_NOT_A_STREAM = ("application/json", "text/html")
_HINTS: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "check the key",
    HTTPStatus.FORBIDDEN: "check the key and what it may use",
    HTTPStatus.NOT_FOUND: "check base_url and model",
    HTTPStatus.TOO_MANY_REQUESTS: "its limit of requests is reached or its credit is used up",
}


class OpenAIChat:
    """Stream answers from `{base_url}/chat/completions`.

    Parameters
    ----------
    environment
        Where the variable named by a card's `key_env` is read, at the moment of each answer.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._session: aiohttp.ClientSession | None = None

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
        url = completions_url(contestant.base_url or "")
        key = _key(contestant, self._environment)
        request = {
            "model": contestant.model,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        messages = [{"role": said.role, "content": content_of(said)} for said in conversation]
        completion = Completion()
        problem = ""
        body = {**request, "messages": messages}
        stream = self._stream(url, key, body, completion, connect_s)
        try:
            async with aclosing(stream):
                async for piece in stream:
                    yield piece
        except (aiohttp.ClientError, TimeoutError, *_NOT_AN_ANSWER) as error:
            problem = _excerpt(_problem(error, connect_s), key)
        # Raised here and not above, so that no traceback leads to the request and its headers.
        if problem:
            raise AnswerError(f"{contestant.id}: {url} {problem}")
        yield Finished(
            completion.stop_reason, completion.input_tokens, completion.output_tokens, request
        )

    async def _stream(
        self,
        url: str,
        key: str,
        body: dict[str, Any],
        completion: Completion,
        connect_s: float,
    ) -> AsyncGenerator[Text | Reasoning | Alive]:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        timeout = aiohttp.ClientTimeout(total=None, connect=connect_s)
        post = self._connected().post(
            url, json=body, headers=headers, timeout=timeout, allow_redirects=False
        )
        async with post as response:
            try:
                await _refuse_unless_stream(response)
                chunks = response.content.iter_any()
                while chunk := await _next_chunk(chunks, completion):
                    for piece in completion.feed(chunk):
                        yield piece
                    yield Alive()  # bytes have come, whatever they say
                for piece in completion.end():
                    yield piece
            finally:
                # Leaving the block alone would wait for the rest of an answer nobody reads.
                response.close()

    async def close(self) -> None:
        """Close every connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # The arena decides how many answers run at once.
                connector=aiohttp.TCPConnector(limit=0),
                timeout=aiohttp.ClientTimeout(total=None),
                # A compressed stream would arrive in lumps.
                headers={"Accept": "text/event-stream", "Accept-Encoding": "identity"},
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


async def _next_chunk(chunks: AsyncIterator[bytes], completion: Completion) -> bytes:
    """Wait for more bytes; empty when nothing more comes.

    Some servers give their reason to stop, and then neither say `[DONE]` nor close.
    """
    if completion.done:
        return b""
    if completion.stop_reason is None:
        return await anext(chunks, b"")
    try:
        async with asyncio.timeout(_USAGE_SECONDS):
            return await anext(chunks, b"")
    except TimeoutError:
        return b""


def completions_url(base_url: str) -> str:
    """Complete a base URL as people write it.

    An address without any path gets `/v1`, and one that already ends in `/chat/completions` is
    taken as it is.
    """
    bare = base_url.rstrip("/")
    if bare.endswith("/chat/completions"):
        return bare
    return f"{bare}{'' if urlsplit(bare).path else '/v1'}/chat/completions"


def content_of(message: Message) -> str | list[dict[str, Any]]:
    """Write a message's content: plain words, or parts where it has images."""
    if all(part.content is None for part in message.parts):
        return message.text
    return [_content_part(part) for part in message.parts if part.text or part.content]


def _content_part(part: Part) -> dict[str, Any]:
    if part.content is None:
        return {"type": "text", "text": part.text}
    media_type = (part.data or {})["media_type"]
    packed = base64.b64encode(part.content).decode()
    return {"type": "image_url", "image_url": {"url": f"data:{media_type};base64,{packed}"}}


class _RefusedError(Exception):
    """The provider answered, but not with a stream."""


_NOT_AN_ANSWER = (ChunkError, OversizedEventError, _RefusedError)


async def _refuse_unless_stream(response: aiohttp.ClientResponse) -> None:
    good = response.status == HTTPStatus.OK
    if good and response.content_type not in _NOT_A_STREAM:
        return
    remark = f"with {response.content_type} and no stream" if good else _HINTS.get(response.status)
    body = await response.content.read(_ERROR_BODY)
    raise _RefusedError(
        f"answered {response.status}{f' ({remark})' if remark else ''}: "
        f"{body.decode('utf-8', 'replace')}"
    )


def _problem(error: Exception, connect_s: float) -> str:
    if isinstance(error, _NOT_AN_ANSWER):
        return str(error)
    if isinstance(error, TimeoutError):
        return f"did not accept a connection within {connect_s:g} seconds"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"cannot be reached: {error}"
    return f"broke the connection: {str(error) or type(error).__name__}"


def _key(contestant: Contestant, environment: Mapping[str, str]) -> str:
    """Return the contestant's key; empty when it needs none."""
    if contestant.key_env is None:
        return ""
    key = environment.get(contestant.key_env, "").strip()
    if not (key and key.isascii() and key.isprintable()):
        raise AnswerError(
            f"{contestant.id}: the environment variable that key_env names is not set or is not "
            "a key; set it and start again."
        )
    return key


def _excerpt(problem: str, key: str) -> str:
    """Shorten what went wrong to one line, with the key taken out first."""
    safe = problem.replace(key, "[key]") if key else problem
    line = " ".join(safe.split())
    return line if len(line) <= _EXCERPT else f"{line[:_EXCERPT]}…"
