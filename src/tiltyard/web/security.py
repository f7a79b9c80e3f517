"""What every response says about itself, and which requests are refused unread."""

import asyncio

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tiltyard.web.headers import SECURITY_HEADERS
from tiltyard.web.problems import problem

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
NEVER_STORED = ("/api/", "/operations/", "/operator", "/your-data", "/battles/", "/my-board")
"""What is the operator's or one voter's: the way back in a browser must not show it again."""
MAX_BODY_BYTES = 1_000_000
RECEIVE_S = 30.0
"""How long a body may take to come."""
MOST_ON_THE_WAY = 64_000_000
"""Bytes of all bodies that are in memory at once."""
LIMITS_ITSELF = "/api/v1/images"
"""Its bodies are files, limited by the arena they are for."""


class SecurityHeadersMiddleware:
    """Put the security headers on every response; what is one person's is stored nowhere.

    Only their pictures stay in their own browser, which says so itself (`api/images.py`).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add headers where the response has none of that name."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                # Pages and static files may be kept, but are asked for again each time.
                stored = "no-store" if scope["path"].startswith(NEVER_STORED) else "no-cache"
                headers.setdefault("cache-control", stored)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class Bodies:
    """The bodies that are in memory, and how many bytes they have."""

    def __init__(self) -> None:
        self.held = 0


class RefusalMiddleware:
    """Refuse changes that come from another site, and bodies nobody should send."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._bodies = Bodies()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through, or answer with a problem document."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if comes_from_elsewhere(headers):
            refusal = problem(
                403, "Request from another site", "Open this arena's own page and try there."
            )
            await refusal(scope, receive, send)
            return
        if scope["path"] == LIMITS_ITSELF:
            await self._app(scope, receive, send)
            return
        body = LimitedBody(receive, self._bodies)
        try:
            await self._app(scope, body.receive, send)
        finally:
            body.leave()


def comes_from_elsewhere(headers: Headers) -> bool:
    """Say whether a browser sent this request on behalf of another site's page."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host")


class LimitedBody:
    """A body that comes in time, and is no longer than it may be.

    Parameters
    ----------
    receive
        Gives the next piece.
    bodies
        Of all requests together.
    """

    def __init__(self, receive: Receive, bodies: Bodies) -> None:
        self._receive = receive
        self._bodies = bodies
        self._bytes = 0
        self._due: float | None = asyncio.get_running_loop().time() + RECEIVE_S

    async def receive(self) -> Message:
        """Give the next piece.

        Raises
        ------
        HTTPException
            When it comes too late, or there is too much of it or of others. FastAPI would take any
            other error for a body that cannot be read.
        """
        try:
            async with asyncio.timeout_at(self._due):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(
                408, f"The request did not arrive within {RECEIVE_S:.0f} seconds: send it again."
            ) from None
        if not message.get("more_body", False):
            self._due = None  # what comes now is the end of the connection, whenever that is
        self._hold(len(message.get("body", b"")))
        return message

    def leave(self) -> None:
        """Hold nothing any more."""
        self._bodies.held -= self._bytes
        self._bytes = 0

    def _hold(self, more: int) -> None:
        self._bytes += more
        self._bodies.held += more
        if self._bytes > MAX_BODY_BYTES:
            raise HTTPException(
                413, f"A request has at most {MAX_BODY_BYTES:,} bytes: send a shorter one."
            )
        if self._bodies.held > MOST_ON_THE_WAY:
            raise HTTPException(503, "Too much is being sent just now: try again in a few seconds.")
