"""Which images people sent, and which messages use them; the images themselves are blobs."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.inserting import insert_new, insert_or_touch
from tiltyard.ledger.tables import battles, image_uses, uploads

NOBODY = ""
"""Has the images that were let go of and are still to be erased."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


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


async def record_upload(connection: AsyncConnection, upload: Upload, at: datetime) -> bool:
    """Record that a person sent an image, or sent it again; say whether they had it not yet."""
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
    if await insert_new(connection, uploads, [row]):
        return True
    await insert_or_touch(connection, uploads, row, "uploaded_at")
    return False


async def take_back_upload(connection: AsyncConnection, upload: Upload, at: datetime) -> None:
    """Take an image from who sent it at an instant, unless they have sent or used it since.

    A row of nobody's says that its blob is to be erased: the store may have it after all.
    """
    await hold_image(connection, upload.sha256)
    whose = (uploads.c.voter == upload.voter) & (uploads.c.uploaded_at == at)
    await _let_go(connection, upload.sha256, whose)


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
        The digests that were let go of. Their blobs can go once this is committed, if nobody has
        them by then; until that is done, a row of nobody's says that it is to be done.
    """
    used = select(image_uses.c.sha256).where(image_uses.c.battle == battle).distinct()
    names = sorted(await connection.scalars(used))
    if not names:
        return []
    for name in names:
        await hold_image(connection, name)
    await connection.execute(delete(image_uses).where(image_uses.c.battle == battle))
    sender = select(battles.c.voter).where(battles.c.id == battle).scalar_subquery()
    whose = uploads.c.voter == sender
    return [name for name in names if await _let_go(connection, name, whose)]


async def find_unused(
    connection: AsyncConnection, *, before: datetime, limit: int
) -> Sequence[str]:
    """Find images that were sent before an instant and that no message of their sender uses.

    The oldest come first.
    """
    stale = (uploads.c.uploaded_at < before) & ~_used_by_its_sender()
    oldest = select(uploads.c.sha256).where(stale).order_by(uploads.c.uploaded_at).limit(limit)
    return list(dict.fromkeys(await connection.scalars(oldest)))


async def release_unused(
    connection: AsyncConnection, sha256: str, *, before: datetime
) -> list[str]:
    """Take an image from whoever sent it before an instant and uses it in no message.

    Returns
    -------
    list of str
        Its digest if it was let go of, as in :func:`release_battle`.
    """
    await hold_image(connection, sha256)
    stale = uploads.c.uploaded_at < before
    return [sha256] if await _let_go(connection, sha256, stale) else []


async def has_owner(connection: AsyncConnection, sha256: str) -> bool:
    """Say whether anybody has this image."""
    owned = exists().where(uploads.c.sha256 == sha256, uploads.c.voter != NOBODY)
    return bool(await connection.scalar(select(owned)))


async def forget_erased(connection: AsyncConnection, sha256: str) -> None:
    """Remove the row that says that an image is to be erased."""
    await connection.execute(
        delete(uploads).where(uploads.c.sha256 == sha256, uploads.c.voter == NOBODY)
    )


async def hold_image(connection: AsyncConnection, sha256: str) -> None:
    """Let nobody else record or release this image until the transaction ends.

    SQLite has one writer at a time and needs nothing.
    """
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(bytes.fromhex(sha256[:16]), signed=True)
        await connection.execute(select(func.pg_advisory_xact_lock(number)))


async def _let_go(connection: AsyncConnection, sha256: str, whose: ColumnElement[bool]) -> bool:
    """Take an image from its owners who use it nowhere; leave a row that says to erase it."""
    query = (
        delete(uploads)
        .where(uploads.c.sha256 == sha256, whose, ~_used_by_its_sender())
        .returning(*uploads.c)
    )
    gone = (await connection.execute(query)).mappings().all()
    if not gone:
        return False
    row = {**gone[0], "voter": NOBODY, "uploaded_at": LONG_AGO}
    await insert_or_touch(connection, uploads, row, "uploaded_at")
    return True


def _used_by_its_sender() -> Any:  # noqa: ANN401  # SQLAlchemy's own expression type
    return exists().where(
        image_uses.c.sha256 == uploads.c.sha256,
        battles.c.id == image_uses.c.battle,
        battles.c.voter == uploads.c.voter,
    )


def _upload(row: Any) -> Upload:  # noqa: ANN401  # a row
    return Upload(row.sha256, row.voter, row.media_type, row.width, row.height, row.bytes)
