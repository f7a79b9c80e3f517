"""The one place from which requests go out to providers: a body goes in, bytes come out."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any, NoReturn, Self

import aiohttp

_EXCERPT = 400  # characters of what went wrong that are worth an operator's reading
_ERROR_BODY = 8_192  # bytes of an error's body that are read at all
_NOT_A_STREAM = ("application/json", "text/html")
_HINTS: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "check the key",
    HTTPStatus.FORBIDDEN: "check the key and what it may use",
    HTTPStatus.NOT_FOUND: "check base_url and model",
    HTTPStatus.TOO_MANY_REQUESTS: "its limit of requests is reached or its credit is used up",
}
_OVERLOADED = 529  # Anthropic's own
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, _OVERLOADED})
_OUTAGES = _PASSING | {401, 402, 403}
_REFUSALS = frozenset({400, 413, 422})
_TOO_LARGE = "too large to process"
"""So llama.cpp answers 500 to a text of more than its batch: the text's fault, and no outage."""


class ProviderError(Exception):
    """A provider did not answer.

    Parameters
    ----------
    sentence
        What it did, without its name and without its key: `answered 500: …`.
    again
        Whether asking again may help.
    outage
        Whether others who ask there would probably fare no better.
    wait_s
        How long the provider asks us to wait, None when it did not say.
    refused
        Whether it is what was sent that it does not take.
    """

    def __init__(
        self,
        sentence: str,
        *,
        again: bool,
        outage: bool,
        wait_s: float | None = None,
        refused: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.again = again
        self.outage = outage
        self.wait_s = wait_s
        self.refused = refused

    @classmethod
    def of_status(cls, status: int, words: str, *, wait_s: float | None = None) -> Self:
        """Make one of the status a provider answered with, which says whether to ask again."""
        refused = status in _REFUSALS or _TOO_LARGE in words
        return cls(
            words,
            again=status in _PASSING and not refused,
            outage=status in _OUTAGES and not refused,
            wait_s=wait_s,
            refused=refused,
        )

    def final(self) -> Self:
        """Make it one after which nobody asks again."""
        self.again = False
        return self


@dataclass(frozen=True, slots=True)
class Call:
    """One request. What is secret in it is shown by no representation.

    Its body may have many pictures, and is there only from `write` until the response has begun.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    write: Callable[[], Mapping[str, Any]] = field(repr=False)
    key: str = field(repr=False)
    connect_s: float

    def excerpt(self, problem: str) -> str:
        """Shorten what went wrong to one line, with the key taken out first."""
        return excerpt(problem, self.key)


class Sender:
    """Sends requests over one set of connections.

    Redirects are not followed, so that a key goes only where its owner sent it. Only connecting
    has a deadline: how long an answer may take is for the arena to say, which closes the iterator.
    """

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def send(self, call: Call) -> AsyncGenerator[bytes]:
        """Go through the bytes of the answer's stream; leaving early closes the connection.

        Raises
        ------
        ProviderError
            When the provider cannot be reached, refuses, or breaks the connection.
        """
        try:
            # Given on without a name, which would keep it here as long as the answer goes on.
            async with self._post(call, await asyncio.to_thread(_body, call)) as response:
                try:
                    await _refuse_unless_stream(response, call)
                    async for chunk in response.content.iter_any():
                        yield chunk
                finally:
                    # Leaving the block alone would wait for the rest of an answer nobody reads.
                    response.close()
        except (aiohttp.ClientError, OSError) as error:
            sentence = call.excerpt(_sentence(error, call.connect_s))
        else:
            return
        # Raised here and not above, so that no traceback leads to the request and its headers.
        raise ProviderError(sentence, again=True, outage=True)

    async def fetch(self, call: Call, *, most: int) -> bytes:
        """Give the whole of an answer that is no stream.

        Parameters
        ----------
        most
            An answer of more bytes is not read to its end.

        Raises
        ------
        ProviderError
            When the provider cannot be reached, refuses, says too much or breaks the connection.
        """
        try:
            async with self._post(call, await asyncio.to_thread(_body, call)) as response:
                try:
                    if response.status != HTTPStatus.OK:
                        await _refuse(response, call, hint(response.status))
                    return await _whole(response, most)
                finally:
                    response.close()
        except (aiohttp.ClientError, OSError) as error:
            sentence = call.excerpt(_sentence(error, call.connect_s))
        raise ProviderError(sentence, again=True, outage=True)  # here, as in `send`

    async def close(self) -> None:
        """Close every connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _post(
        self, call: Call, body: BytesIO
    ) -> "aiohttp.client._BaseRequestContextManager[aiohttp.ClientResponse]":
        return self._connected().post(
            call.url,
            data=body,
            headers={**call.headers, "Content-Type": "application/json"},
            timeout=aiohttp.ClientTimeout(total=None, connect=call.connect_s),
            allow_redirects=False,
        )

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # Cards and the arena decide how many answers run at once.
                connector=aiohttp.TCPConnector(limit=0),
                timeout=aiohttp.ClientTimeout(total=None),
                # A compressed stream would arrive in lumps.
                headers={"Accept": "text/event-stream", "Accept-Encoding": "identity"},
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


def _body(call: Call) -> BytesIO:
    # Piece by piece: written in one go, no other thread could run meanwhile, the loop's neither.
    pieces = json.JSONEncoder().iterencode(call.write())
    return BytesIO(b"".join(piece.encode() for piece in pieces))


async def _refuse_unless_stream(response: aiohttp.ClientResponse, call: Call) -> None:
    good = response.status == HTTPStatus.OK
    if good and response.content_type not in _NOT_A_STREAM:
        return
    no_stream = f"with {response.content_type} and no stream"
    await _refuse(response, call, no_stream if good else hint(response.status))


async def _refuse(response: aiohttp.ClientResponse, call: Call, remark: str | None) -> NoReturn:
    status, body = response.status, await response.content.read(_ERROR_BODY)
    words = f"answered {status}{f' ({remark})' if remark else ''}: {body.decode(errors='replace')}"
    wait = wait_s(response.headers, datetime.now(UTC))
    raise ProviderError.of_status(status, call.excerpt(words), wait_s=wait)


async def _whole(response: aiohttp.ClientResponse, most: int) -> bytes:
    parts, size = [], 0
    async for part in response.content.iter_any():
        parts.append(part)
        size += len(part)
        if size > most:
            raise ProviderError(f"answered more than {most:,} bytes", again=False, outage=False)
    return b"".join(parts)


def excerpt(problem: str, key: str) -> str:
    """Shorten what went wrong to one line, with the key taken out first."""
    safe = problem.replace(key, "[key]") if key else problem
    line = " ".join(safe.split())
    return line if len(line) <= _EXCERPT else f"{line[:_EXCERPT]}…"


def hint(status: int) -> str | None:
    """Say what to look at after this status, None when there is nothing to say."""
    return _HINTS.get(status)


def wait_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Read how many seconds a provider asks us to wait: `Retry-After`, in seconds or as a date.

    Returns
    -------
    float or None
        Never negative; None when it does not say, or not in a way that can be read.
    """
    said = headers.get("Retry-After", "").strip()
    if said.replace(".", "", 1).isdecimal() and said.isascii():
        return float(said)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    aware = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    return max((aware - now).total_seconds(), 0.0)


def _sentence(error: Exception, connect_s: float) -> str:
    if isinstance(error, TimeoutError):
        return f"did not accept a connection within {connect_s:g} seconds"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"cannot be reached: {error}"
    return f"broke the connection: {str(error) or type(error).__name__}"
