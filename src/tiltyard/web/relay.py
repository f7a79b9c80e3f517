"""Carry to the server that answers a battle what only that server can do.

Everything else comes from the ledger, so any server can serve it. When the other one cannot be
reached the request is served here: its events then come from the ledger, once they are there.
"""

import re
from collections.abc import AsyncGenerator, Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tiltyard.ledger.engine import OUTAGES, Ledger
from tiltyard.ledger.servers import answering_address

if TYPE_CHECKING:
    import aiohttp

RELAYED = "x-tiltyard-relayed"
"""Marks a request that was carried once: it is not carried again."""
CONNECT_S = 2.0
ASKING_S = 2.0
"""How long another server may take to say what only it knows."""
SILENCE_S = 30.0
"""Longer than a stream is ever silent: it says every few seconds that it is alive."""

BATTLE = re.compile(r"/api/v1/battles/([0-9a-fA-F-]{36})/(events|stop)")
METHODS = {"events": "GET", "stop": "POST"}
TAKEN = ("cookie", "last-event-id", "accept")
GIVEN = ("content-type", "cache-control", "retry-after", "x-accel-buffering")

log = structlog.get_logger()


class Relay:
    """The way to the other servers of a ledger.

    Parameters
    ----------
    ledger
        Says which server answers a battle, and where it is reached.
    is_ours
        Whether this server answers a battle.
    """

    def __init__(self, ledger: Ledger, is_ours: Callable[[UUID], bool]) -> None:
        self._ledger = ledger
        self._is_ours = is_ours
        self._session: aiohttp.ClientSession | None = None

    async def address_of(self, battle: UUID) -> str | None:
        """Find the other server that answers this battle, if one does."""
        if self._ledger.is_sqlite or self._is_ours(battle):
            return None
        try:
            return await answering_address(self._ledger, battle)
        except OUTAGES:
            return None  # served here, the request is answered as every one is then

    async def carry(self, address: str, scope: Scope, receive: Receive, send: Send) -> bool:
        """Let another server answer the request; False when it cannot, and nothing was sent."""
        import aiohttp  # noqa: PLC0415  # an arena of one server starts without an HTTP client

        try:
            async with self._client().request(
                scope["method"], address + scope["path"], headers=_taken(Headers(scope=scope))
            ) as answer:
                response = await _passed_on(answer)
                await response(scope, receive, send)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("another server was not reached", address=address, error=str(error))
            return False
        return True

    async def ask(self, address: str, path: str, headers: Mapping[str, str]) -> object:
        """Ask another server what only it knows, as JSON; None when it does not say."""
        import aiohttp  # noqa: PLC0415  # an arena of one server starts without an HTTP client

        patience = aiohttp.ClientTimeout(total=ASKING_S)
        asked = {RELAYED: "1", **headers}
        try:
            async with self._client().get(
                address + path, headers=asked, timeout=patience, allow_redirects=False
            ) as answer:
                return await answer.json() if answer.status == HTTPStatus.OK else None
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return None  # whoever asked says so

    async def close(self) -> None:
        """End every stream that is being carried."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _client(self) -> "aiohttp.ClientSession":
        import aiohttp  # noqa: PLC0415  # see above

        if self._session is None:
            patience = aiohttp.ClientTimeout(
                total=None, sock_connect=CONNECT_S, sock_read=SILENCE_S
            )
            connector = aiohttp.TCPConnector(limit=0)
            self._session = aiohttp.ClientSession(
                timeout=patience, connector=connector, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session


class RelayMiddleware:
    """Carries the requests that another server must answer."""

    def __init__(self, app: ASGIApp, relay: Relay) -> None:
        self._app = app
        self._relay = relay

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let another server answer, or this one."""
        battle = _battle_of(scope)
        address = None if battle is None else await self._relay.address_of(battle)
        if address is None or not await self._relay.carry(address, scope, receive, send):
            await self._app(scope, receive, send)


def _battle_of(scope: Scope) -> UUID | None:
    found = BATTLE.fullmatch(scope["path"]) if scope["type"] == "http" else None
    if found is None or METHODS[found[2]] != scope["method"] or RELAYED in Headers(scope=scope):
        return None
    try:
        return UUID(found[1])
    except ValueError:
        return None


def _taken(headers: Headers) -> Mapping[str, str]:
    return {RELAYED: "1"} | {name: headers[name] for name in TAKEN if name in headers}


async def _passed_on(answer: "aiohttp.ClientResponse") -> Response:
    headers = {name: answer.headers[name] for name in GIVEN if name in answer.headers}
    if answer.content_type == "text/event-stream":
        return StreamingResponse(_pieces(answer), answer.status, headers)
    return Response(await answer.read(), answer.status, headers)


async def _pieces(answer: "aiohttp.ClientResponse") -> AsyncGenerator[bytes]:
    import aiohttp  # noqa: PLC0415  # see above

    try:
        async for piece in answer.content.iter_any():
            yield piece
    except (aiohttp.ClientError, TimeoutError) as error:
        # The reader comes back with the number of the last event, to whichever server.
        log.warning("a carried stream broke", error=str(error))
