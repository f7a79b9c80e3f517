"""What proxies in front of the server say of a request, and how far that is believed."""

from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

SCHEMES = {"http", "https"}


class ForwardedSchemeMiddleware:
    """Let a proxy say by which scheme people come, so that cookies stay on https.

    It is believed of a proxy on the same machine, and of every other where there are proxies. Who
    says it without being one hurts nobody else: only the own cookie's `Secure` hangs on it.

    Parameters
    ----------
    proxies
        How many there are. Each adds at the end, or overwrites what the one before it said.
    """

    def __init__(self, app: ASGIApp, proxies: int) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the scheme over; the address is the doorway's to find."""
        if scope["type"] == "http" and (self._proxies or is_this_machine(scope)):
            said = Headers(scope=scope).get("x-forwarded-proto", "").split(",")
            scheme = said[-min(max(self._proxies, 1), len(said))].strip().lower()
            if scheme in SCHEMES:
                scope["scheme"] = scheme
        await self._app(scope, receive, send)


def is_this_machine(scope: Scope) -> bool:
    """Say whether a connection comes from this machine."""
    try:
        return ip_address((scope.get("client") or ("",))[0]).is_loopback
    except ValueError:
        return False
