"""Pictures that people send: taken, kept, lent to contestants, and let go of."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import ClassVar
from uuid import UUID

import structlog

from tiltyard.arena.message import MessageError, images_of
from tiltyard.blobs.store import BlobStore, BlobStoreError, digest, is_digest
from tiltyard.contestants.messages import Message, Part
from tiltyard.errors import TiltyardError
from tiltyard.images.limits import Limits
from tiltyard.images.sandbox import SAMPLE, Sandbox
from tiltyard.ledger import uploads
from tiltyard.ledger.engine import Connection, Ledger
from tiltyard.ledger.uploads import Upload

KEPT_UNUSED = timedelta(hours=24)
"""How long a picture waits for the message it was meant for."""

SWEEP = 500
SWEEP_S = 600.0
"""How many pictures that waited in vain are let go of at a time, and how often."""

ROOM = 4
"""How many are let go of for a new one where there is no room."""

log = structlog.get_logger()


class UnknownImageError(TiltyardError):
    """No image of this person's has this digest."""

    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such image"


class TooManyImagesError(TiltyardError):
    """A person sent many images and used them in no message."""

    status: ClassVar[int] = 429
    title: ClassVar[str] = "Too many images"


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much may wait for its message: images of one person, and bytes of all of them."""

    images: int = 32
    bytes: int = 2_000_000_000


class Uploads:
    """The pictures of an installation. A picture is its sender's: nobody else may see or use it.

    Parameters
    ----------
    ledger, blobs
        Where it is recorded who sent what, and where the bytes are.
    sandbox
        Where pictures are redrawn before anything is kept.
    allowance
        How much may wait for its message.
    """

    def __init__(
        self,
        ledger: Ledger,
        blobs: BlobStore,
        sandbox: Sandbox,
        *,
        allowance: Allowance | None = None,
    ) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._sandbox = sandbox
        self._allowance = allowance or Allowance()
        self._next_sweep = 0.0
        # On SQLite this is what a lock named by the digest is on PostgreSQL: nobody records a
        # picture between the look whether anybody has it and its erasure.
        self._settled = asyncio.Lock()

    async def check(self) -> None:
        """Try whether images can be redrawn and kept, so that doors stay shut otherwise.

        Raises
        ------
        ImageError, ImagesBusyError, BlobStoreError
            When they cannot.
        """
        await self._sandbox.redraw(SAMPLE, "image/png", Limits(bytes=10_000, pixels=100, side=10))
        await self._blobs.check()

    async def take(self, voter: str, data: bytes, declared: str, limits: Limits) -> Upload:
        """Redraw a picture, and keep it for its sender.

        Raises
        ------
        ImageError, ImagesBusyError, TooManyImagesError, BlobStoreError
            See there. Nothing is kept then, but what the person had before.
        """
        await self._refuse_hoarding(voter)
        picture = await self._sandbox.redraw(data, declared, limits)
        upload = Upload(
            sha256=digest(picture.data),
            voter=voter,
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            bytes=len(picture.data),
        )
        # In this order: what is recorded is not let go of by somebody who tidies up meanwhile.
        at = datetime.now(UTC)
        async with self._settled, self._ledger.writing() as connection:
            is_new = await uploads.record_upload(connection, upload, at)
        try:
            await self._blobs.put(picture.data)
        except BlobStoreError:
            if is_new:
                async with self._ledger.writing() as connection:
                    await uploads.take_back_upload(connection, upload, at)
            raise
        return upload

    async def read(self, voter: str, sha256: str) -> tuple[Upload, bytes]:
        """Read one of the person's own pictures.

        Raises
        ------
        UnknownImageError
            When they have none of this digest.
        """
        async with self._ledger.reading() as connection:
            found = await uploads.find_uploads(connection, voter, [sha256])
        content = await self._blobs.get(sha256) if sha256 in found else None
        if content is None:
            raise UnknownImageError(
                "You have no image with this digest: it may be another's, or gone."
            )
        return found[sha256], content

    async def claim(
        self, connection: Connection, voter: str, parts: Sequence[Part]
    ) -> Sequence[Part]:
        """Say of every picture in a message what the ledger knows of it.

        Raises
        ------
        MessageError
            When the person has not sent it.
        """
        names = sorted({_sha256(part) for part in images_of(parts)})
        if not names:
            return parts
        for name in names:
            if not is_digest(name):
                raise _not_sent(name)
            await uploads.hold_image(connection, name)
        found = await uploads.find_uploads(connection, voter, names)
        return [_described(part, found) if part.type == "image" else part for part in parts]

    async def use(
        self, connection: Connection, battle: UUID, turn: int, parts: Sequence[Part]
    ) -> None:
        """Record that a message has its pictures: they stay as long as the battle's words do."""
        names = [_sha256(part) for part in images_of(parts)]
        await uploads.record_uses(connection, battle, turn, names)

    async def lend(self, conversations: Sequence[Sequence[Message]]) -> list[tuple[Message, ...]]:
        """Give the pictures of a turn's conversations their bytes, for contestants to look at.

        Each picture is read once, however many look at it.
        """
        wanted = {
            _sha256(part)
            for conversation in conversations
            for said in conversation
            for part in images_of(said.parts)
        }
        contents = {name: await self._content(name) for name in sorted(wanted)}
        return [
            tuple(
                Message(said.role, tuple(_lent(part, contents) for part in said.parts))
                for said in conversation
            )
            for conversation in conversations
        ]

    async def release(self, connection: Connection, battle: UUID) -> Sequence[str]:
        """Let go of a forgotten battle's pictures; say which are to be erased after the commit."""
        return await uploads.release_battle(connection, battle)

    async def erase(self, names: Sequence[str]) -> None:
        """Erase pictures that were let go of, unless somebody has them again.

        No transaction that writes waits for the store meanwhile. What the store refuses to erase
        now is erased by a later sweep.
        """
        for name in names:
            try:
                async with self._settled, self._ledger.watching() as connection:
                    await uploads.hold_image(connection, name)
                    if not await uploads.has_owner(connection, name):
                        await self._blobs.delete(name)
            except BlobStoreError as error:
                log.warning("an image is to be erased later", sha256=name, error=str(error))
                continue
            async with self._ledger.writing() as connection:
                await uploads.forget_erased(connection, name)

    async def sweep(self) -> int:
        """Erase pictures that waited too long for their message; say how many there were."""
        before = datetime.now(UTC) - KEPT_UNUSED
        async with self._ledger.reading() as connection:
            found = await uploads.find_unused(connection, before=before, limit=SWEEP)
        await self._erase_unused(found, before=before)
        return len(found)

    async def _erase_unused(self, names: Sequence[str], *, before: datetime) -> None:
        for name in names:
            async with self._ledger.writing() as connection:
                orphans = await uploads.release_unused(connection, name, before=before)
            await self.erase(orphans)

    async def sweep_now_and_then(self) -> None:
        """Sweep, unless that was done lately: for a worker that comes by often."""
        if monotonic() >= self._next_sweep:
            self._next_sweep = monotonic() + SWEEP_S
            await self.sweep()

    async def _refuse_hoarding(self, voter: str) -> None:
        since = datetime.now(UTC) - KEPT_UNUSED
        async with self._ledger.reading() as connection:
            unused = await uploads.count_unused(connection, voter, since=since)
        if unused.mine >= self._allowance.images:
            raise TooManyImagesError(
                f"You have sent {unused.mine} images that no message uses: ask about some of "
                "them first."
            )
        if unused.bytes >= self._allowance.bytes:
            log.warning("images that no message uses fill their room", bytes=unused.bytes)
            await self._make_room()

    async def _make_room(self) -> None:
        """Let go of the pictures that waited longest."""
        now = datetime.now(UTC)
        async with self._ledger.reading() as connection:
            oldest = await uploads.find_unused(connection, before=now, limit=ROOM)
        await self._erase_unused(oldest, before=now)

    async def _content(self, name: str) -> bytes:
        content = await self._blobs.get(name)
        if content is None:
            log.error("an image is in the ledger and not in its store", sha256=name)
            raise BlobStoreError("An image of this battle is lost: start a new battle with it.")
        return content


def _sha256(part: Part) -> str:
    return str((part.data or {}).get("sha256", ""))


def _described(part: Part, found: dict[str, Upload]) -> Part:
    upload = found.get(_sha256(part))
    if upload is None:
        raise _not_sent(_sha256(part))
    return replace(
        part,
        data={
            "sha256": upload.sha256,
            "media_type": upload.media_type,
            "width": upload.width,
            "height": upload.height,
        },
    )


def _lent(part: Part, contents: dict[str, bytes]) -> Part:
    return replace(part, content=contents[_sha256(part)]) if part.type == "image" else part


def _not_sent(name: str) -> MessageError:
    shown = name[:12] or "without sha256"
    return MessageError(f"You have no image {shown} here: send it to /api/v1/images first.")
