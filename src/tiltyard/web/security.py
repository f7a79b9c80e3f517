"""What every response says about itself, and which requests are refused unread."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tiltyard.web.headers import SECURITY_HEADERS
from tiltyard.web.problems import problem

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
NEVER_STORED = ("/api/", "/operations/")
MAX_BODY_BYTES = 1_000_000
LIMITS_ITSELF = "/api/v1/images"
"""Its bodies are files, limited by the arena they are for."""


class SecurityHeadersMiddleware:
    """Put the security headers on every response; API responses are never stored."""

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


class RefusalMiddleware:
    """Refuse changes that come from another site, and bodies nobody should send."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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
        limits_itself = scope["path"] == LIMITS_ITSELF
        await self._app(scope, receive if limits_itself else _limited(receive), send)


def comes_from_elsewhere(headers: Headers) -> bool:
    """Say whether a browser sent this request on behalf of another site's page."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host")


def _limited(receive: Receive) -> Receive:
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY_BYTES:
            raise HTTPException(
                413, f"A request has at most {MAX_BODY_BYTES:,} bytes: send a shorter one."
            )
        return message

    return limited
