"""What every store of blobs does, and what a blob is called."""

import hashlib
import re
from typing import ClassVar, Protocol

from tiltyard.errors import TiltyardError

_DIGEST = re.compile(r"[0-9a-f]{64}")


class BlobStoreError(TiltyardError):
    """The store of blobs does not answer, or cannot be used as it is configured."""

    status: ClassVar[int] = 503
    title: ClassVar[str] = "The image store is not available"


class BlobStore(Protocol):
    """Keep bytes by the SHA-256 of their content.

    What is kept never changes, so putting it twice is putting it once, and two servers may share
    a store. Every method raises `BlobStoreError` when the store does not answer.
    """

    async def put(self, data: bytes) -> str:
        """Keep these bytes, whole or not at all; return their digest."""
        ...

    async def get(self, sha256: str) -> bytes | None:
        """Return what has this digest, None when there is nothing."""
        ...

    async def delete(self, sha256: str) -> None:
        """Let go of what has this digest, if there is anything."""
        ...

    async def check(self) -> None:
        """Raise when the store cannot be written, so that doors stay shut."""
        ...


def digest(data: bytes) -> str:
    """Name a blob: the SHA-256 of its bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def is_digest(name: str) -> bool:
    """Say whether a name could be a blob's."""
    return _DIGEST.fullmatch(name) is not None


def place(sha256: str) -> str:
    """Say where a blob is inside its store: fanned out, so that no directory grows too long.

    Raises
    ------
    ValueError
        When it is no digest; nothing else may become a part of a path.
    """
    if not is_digest(sha256):
        raise ValueError(sha256)
    return f"{sha256[:2]}/{sha256}"
