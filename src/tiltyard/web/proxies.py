"""What proxies in front of the server say of a request, and how far that is believed."""

from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

SCHEMES = {"http", "https"}
HOUSEHOLD = 64
"""Bits of an IPv6 address that say whose it is; the others are its owner's to choose."""


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
            said = ",".join(Headers(scope=scope).getlist("x-forwarded-proto")).split(",")
            scheme = said[-min(max(self._proxies, 1), len(said))].strip().lower()
            if scheme in SCHEMES:
                scope["scheme"] = scheme
        await self._app(scope, receive, send)


def client_address(request: Request, proxies: int) -> str:
    """Say who is asking: the peer, or whom the last trusted proxy names. IPv6 counts by network.

    Parameters
    ----------
    proxies
        How many there are. Each adds the address before it at the end of `X-Forwarded-For`;
        what stands further left is hearsay.
    """
    said = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    peer = request.client.host if request.client else ""
    address = _without_port(said[-proxies].strip()) if 0 < proxies <= len(said) else peer
    try:
        parsed = ip_address(address)
    except ValueError:
        return peer
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((int(parsed), HOUSEHOLD), strict=False))
    return address


def _without_port(address: str) -> str:
    """Take the port away that some proxies write behind an address: `[2001:db8::1]:4711`."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address


def is_this_machine(scope: Scope) -> bool:
    """Say whether a connection comes from this machine."""
    try:
        return ip_address((scope.get("client") or ("",))[0]).is_loopback
    except ValueError:
        return False
