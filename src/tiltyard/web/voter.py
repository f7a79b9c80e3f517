"""Who is voting: a browser known by one signed cookie, and its keyed pseudonym."""

import hashlib
import hmac
from uuid import uuid4

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "tiltyard_voter"
YEAR_S = 365 * 24 * 3600
WITHOUT_VOTER = ("/static/", "/healthz", "/readyz", "/operations/", "/operator")


class Voters:
    """Sign cookies and derive pseudonyms.

    The ledger sees the pseudonym only. It cannot be turned back into the cookie, nor linked to
    another installation's, without the secret.
    """

    def __init__(self, secret: str) -> None:
        self._signer = URLSafeSerializer(secret, salt="tiltyard.voter.cookie")
        self._key = hashlib.sha256(b"tiltyard.voter.pseudonym" + secret.encode()).digest()

    def new_cookie(self) -> str:
        """Make the cookie of a new voter."""
        return str(self._signer.dumps(uuid4().hex))

    def pseudonym(self, cookie: str) -> str | None:
        """Derive the pseudonym; None when the cookie is not one of ours."""
        try:
            voter = self._signer.loads(cookie)
        except BadSignature:
            return None
        return hmac.new(self._key, str(voter).encode(), hashlib.sha256).hexdigest()[:32]


class VoterMiddleware:
    """Know the voter of every request, and give a cookie to those who have none."""

    def __init__(self, app: ASGIApp, voters: Voters) -> None:
        self._app = app
        self._voters = voters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the pseudonym into the request's state."""
        if scope["type"] != "http" or scope["path"].startswith(WITHOUT_VOTER):
            await self._app(scope, receive, send)
            return
        cookie = _cookie(Headers(scope=scope).get("cookie", ""))
        pseudonym = self._voters.pseudonym(cookie)
        fresh = None
        if pseudonym is None:
            fresh = self._voters.new_cookie()
            pseudonym = self._voters.pseudonym(fresh)
        scope.setdefault("state", {})["voter"] = pseudonym

        async def send_with_cookie(message: Message) -> None:
            if fresh is not None and message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", _set_cookie(fresh, scope))
            await send(message)

        await self._app(scope, receive, send_with_cookie)


async def voter_of(request: Request) -> str:
    """Return the pseudonym of the request's voter."""
    return str(request.state.voter)


def _cookie(header: str) -> str:
    # The standard library's parser gives up at the first cookie of other software it dislikes.
    return cookie_parser(header).get(COOKIE, "")


def _set_cookie(value: str, scope: Scope) -> str:
    secure = "; Secure" if scope.get("scheme") == "https" else ""
    return f"{COOKIE}={value}; Path=/; Max-Age={YEAR_S}; HttpOnly; SameSite=Lax{secure}"
