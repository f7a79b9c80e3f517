"""Blobs as files in a directory, beside the ledger."""

import asyncio
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from tiltyard.blobs.store import BlobStoreError, digest, place


class FileBlobs:
    """Keep blobs as files.

    Parameters
    ----------
    root
        The directory; made when the first blob comes.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, data: bytes) -> str:
        """Write to a file of another name first, so that no half of a blob is ever seen."""
        sha256 = digest(data)
        with self._plainly():
            await asyncio.to_thread(_write, self._root / place(sha256), data)
        return sha256

    async def get(self, sha256: str) -> bytes | None:
        """Read a file."""
        with self._plainly():
            return await asyncio.to_thread(_read, self._root / place(sha256))

    async def delete(self, sha256: str) -> None:
        """Remove a file."""
        with self._plainly():
            await asyncio.to_thread((self._root / place(sha256)).unlink, missing_ok=True)

    async def check(self) -> None:
        """Write a file and remove it."""
        with self._plainly():
            await asyncio.to_thread(_probe, self._root)

    @contextmanager
    def _plainly(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise BlobStoreError(
                f"Images cannot be kept in {self._root}: {error.strerror}. "
                "Make room there, or choose another place with TILTYARD_BLOBS."
            ) from error


def _write(path: Path, data: bytes) -> None:
    if path.exists():
        return
    # For the owner's eyes: it is what people showed to an arena.
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as draft:  # mode 0600
        try:
            draft.write(data)
            draft.flush()
            os.fsync(draft.fileno())
            Path(draft.name).replace(path)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    """Let the new name survive power loss too; not every system lets a directory be synced."""
    with suppress(OSError):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _probe(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=root, prefix="."):
        pass
