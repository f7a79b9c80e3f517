"""Who the operator is: whoever has the token, and a browser that signed in with it for a while."""

import hashlib
import hmac
from http import HTTPStatus
from secrets import compare_digest
from typing import ClassVar

from itsdangerous import BadSignature, TimestampSigner

from tiltyard.errors import TiltyardError

COOKIE = "tiltyard_operator"
SESSION_S = 12 * 3600
"""How long a browser stays signed in."""


class NotTheOperatorError(TiltyardError):
    """Somebody else asks, or no token is set; the answer is the same for both."""

    status: ClassVar[int] = HTTPStatus.UNAUTHORIZED
    title: ClassVar[str] = "For the operator"


class OperatorSessions:
    """Knows the operator's token, and the cookies of those who signed in with it.

    Nothing is kept: a cookie is a signed moment. The token is part of the key, so that a changed
    token ends every session.

    Parameters
    ----------
    token
        The operator's; None lets nobody in.
    secret
        The installation's.
    """

    def __init__(self, token: str | None, secret: str) -> None:
        self._token = None if token is None else _digest(token)
        key = hmac.new(secret.encode(), b"tiltyard.operator" + (self._token or b""), hashlib.sha256)
        self._signer = TimestampSigner(key.digest(), salt="tiltyard.operator.session")

    @property
    def has_token(self) -> bool:
        """Whether there is a token to sign in with."""
        return self._token is not None

    def is_token(self, given: str) -> bool:
        """Say whether this is the operator's token, in a time that tells nothing about it."""
        return self._token is not None and compare_digest(_digest(given), self._token)

    def begin(self) -> str:
        """Make the cookie of somebody who has given the token."""
        return self._signer.sign(b"operator").decode()

    def is_running(self, cookie: str) -> bool:
        """Say whether this cookie was made with today's token, and not too long ago."""
        if self._token is None:
            return False
        try:
            self._signer.unsign(cookie, max_age=SESSION_S)
        except BadSignature:
            return False
        return True


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
