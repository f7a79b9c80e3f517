"""Which images people sent, and which messages use them; the images themselves are blobs."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.inserting import insert_new, insert_or_touch
from tiltyard.ledger.tables import battles, image_uses, uploads


@dataclass(frozen=True, slots=True)
class Upload:
    """One person's image; `bytes` is its length."""

    sha256: str
    voter: str
    media_type: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Unused:
    """Images that no message uses: how many of them are a voter's, and the bytes of all."""

    mine: int
    bytes: int


async def record_upload(connection: AsyncConnection, upload: Upload, at: datetime) -> None:
    """Record that a person sent an image, or sent it again."""
    await hold_image(connection, upload.sha256)
    row = {
        "sha256": upload.sha256,
        "voter": upload.voter,
        "media_type": upload.media_type,
        "width": upload.width,
        "height": upload.height,
        "bytes": upload.bytes,
        "uploaded_at": at,
    }
    await insert_or_touch(connection, uploads, row, "uploaded_at")


async def find_uploads(
    connection: AsyncConnection, voter: str, sha256s: Collection[str]
) -> dict[str, Upload]:
    """Find those of these images that this person sent, by digest."""
    query = uploads.select().where(uploads.c.voter == voter, uploads.c.sha256.in_(sha256s))
    return {row.sha256: _upload(row) for row in await connection.execute(query)}


async def count_unused(connection: AsyncConnection, voter: str, *, since: datetime) -> Unused:
    """Count what was sent since an instant and is in no message."""
    query = select(
        func.count().filter(uploads.c.voter == voter), func.coalesce(func.sum(uploads.c.bytes), 0)
    ).where(uploads.c.uploaded_at >= since, ~_used_by_its_sender())
    mine, size = (await connection.execute(query)).one()
    return Unused(int(mine), int(size))


async def record_uses(
    connection: AsyncConnection, battle: UUID, turn: int, sha256s: Iterable[str]
) -> None:
    """Record which images a message uses."""
    rows = [{"battle": battle, "turn": turn, "sha256": sha256} for sha256 in dict.fromkeys(sha256s)]
    if rows:
        await insert_new(connection, image_uses, rows)


async def release_battle(connection: AsyncConnection, battle: UUID) -> list[str]:
    """Take a battle's images from it, and from their sender if no other battle of theirs has them.

    Returns
    -------
    list of str
        The digests that nobody has any more. Their blobs can go, in this transaction: until it
        ends, nobody can record them anew.
    """
    used = select(image_uses.c.sha256).where(image_uses.c.battle == battle).distinct()
    names = sorted(await connection.scalars(used))
    if not names:
        return []
    for name in names:
        await hold_image(connection, name)
    await connection.execute(delete(image_uses).where(image_uses.c.battle == battle))
    sender = select(battles.c.voter).where(battles.c.id == battle).scalar_subquery()
    await connection.execute(
        delete(uploads).where(
            uploads.c.sha256.in_(names), uploads.c.voter == sender, ~_used_by_its_sender()
        )
    )
    return await _nobodys(connection, names)


async def find_unused(
    connection: AsyncConnection, *, before: datetime, limit: int
) -> Sequence[str]:
    """Find images that were sent before an instant and that no message of their sender uses."""
    stale = (uploads.c.uploaded_at < before) & ~_used_by_its_sender()
    found = await connection.scalars(select(uploads.c.sha256).where(stale).limit(limit))
    return sorted(set(found))


async def release_unused(
    connection: AsyncConnection, sha256: str, *, before: datetime
) -> list[str]:
    """Take an image from whoever sent it before an instant and uses it in no message.

    Returns
    -------
    list of str
        Its digest if nobody has it any more, as in :func:`release_battle`.
    """
    await hold_image(connection, sha256)
    await connection.execute(
        delete(uploads).where(
            uploads.c.sha256 == sha256, uploads.c.uploaded_at < before, ~_used_by_its_sender()
        )
    )
    return await _nobodys(connection, [sha256])


async def hold_image(connection: AsyncConnection, sha256: str) -> None:
    """Let nobody else record or release this image until the transaction ends.

    SQLite has one writer at a time and needs nothing.
    """
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(bytes.fromhex(sha256[:16]), signed=True)
        await connection.execute(select(func.pg_advisory_xact_lock(number)))


async def _nobodys(connection: AsyncConnection, names: list[str]) -> list[str]:
    kept = set(
        await connection.scalars(select(uploads.c.sha256).where(uploads.c.sha256.in_(names)))
    )
    return [name for name in names if name not in kept]


def _used_by_its_sender() -> Any:  # noqa: ANN401  # SQLAlchemy's own expression type
    return exists().where(
        image_uses.c.sha256 == uploads.c.sha256,
        battles.c.id == image_uses.c.battle,
        battles.c.voter == uploads.c.voter,
    )


def _upload(row: Any) -> Upload:  # noqa: ANN401  # a row
    return Upload(row.sha256, row.voter, row.media_type, row.width, row.height, row.bytes)
