"""How often one client address may begin something, whatever cookies it brings."""

import math
from collections.abc import Awaitable, Callable
from ipaddress import IPv6Address, ip_address, ip_network
from time import time
from typing import ClassVar

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from tiltyard.errors import TiltyardError

SIGN_INS = "sign-ins"
SIGN_INS_PER_MINUTE = 10
"""How often one address may try the operator's token."""
HOUSEHOLD = 64
"""Bits of an IPv6 address that say whose it is; the others are its owner's to choose."""


class TooOftenError(TiltyardError):
    """One address began more in a minute than it may."""

    status: ClassVar[int] = 429
    title: ClassVar[str] = "Too often"


class Doorway:
    """Count what each address begins, in this server's memory, over the last minute.

    Parameters
    ----------
    per_minute
        How many of each kind one address may begin in a minute; 0 lets everything in. Sign-ins
        have a limit of their own.
    proxies
        How many proxies in front of this server name the address before them.
    """

    def __init__(self, per_minute: dict[str, int], *, proxies: int) -> None:
        self._limits = {
            kind: RateLimitItemPerMinute(most, namespace=kind)
            for kind, most in {SIGN_INS: SIGN_INS_PER_MINUTE, **per_minute}.items()
            if most
        }
        self._proxies = proxies
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def let_in(self, kind: str, request: Request) -> None:
        """Count one more.

        Raises
        ------
        TooOftenError
            When it is one too many; nothing is counted then.
        """
        limit = self._limits.get(kind)
        if limit is None:
            return
        address = client_address(request, self._proxies)
        if self._window.hit(limit, address):
            return
        again = self._window.get_window_stats(limit, address).reset_time - time()
        raise TooOftenError(
            f"Your network address may begin {limit.amount} {kind} a minute: wait a little.",
            retry_after_s=max(1, math.ceil(again)),
        )


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
    address = said[-proxies].strip() if 0 < proxies <= len(said) else peer
    try:
        parsed = ip_address(address)
    except ValueError:
        return peer
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((int(parsed), HOUSEHOLD), strict=False))
    return address


def begins(kind: str) -> Callable[[Request], Awaitable[None]]:
    """Make a dependency for calls that begin something of this kind."""

    async def let_in(request: Request) -> None:
        doorway: Doorway = request.app.state.doorway
        doorway.let_in(kind, request)

    return let_in
