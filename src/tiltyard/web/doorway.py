"""How often one client address may begin something, whatever cookies it brings."""

import math
from collections.abc import Awaitable, Callable
from time import time
from typing import ClassVar

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from tiltyard.errors import TiltyardError
from tiltyard.web.proxies import client_address

SIGN_INS = "sign-ins"
SIGN_INS_PER_MINUTE = 10
"""How often one address may try the operator's token."""


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
        self._ask(self._window.hit, kind, request)

    def require_room(self, kind: str, request: Request) -> None:
        """Require that one more may be let in, and count nothing.

        Raises
        ------
        TooOftenError
            When it may not.
        """
        self._ask(self._window.test, kind, request)

    def _ask(
        self, window: Callable[[RateLimitItem, str], bool], kind: str, request: Request
    ) -> None:
        limit = self._limits.get(kind)
        if limit is None:
            return
        address = client_address(request, self._proxies)
        if window(limit, address):
            return
        again = self._window.get_window_stats(limit, address).reset_time - time()
        raise TooOftenError(
            f"Your network address may begin {limit.amount} {kind} a minute: wait a little.",
            retry_after_s=max(1, math.ceil(again)),
        )


def begins(kind: str) -> Callable[[Request], Awaitable[None]]:
    """Make a dependency for calls that begin something of this kind."""

    async def let_in(request: Request) -> None:
        doorway: Doorway = request.app.state.doorway
        doorway.let_in(kind, request)

    return let_in
