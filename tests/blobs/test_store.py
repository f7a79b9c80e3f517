import asyncio
import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from s3_server import small_s3
from tiltyard.blobs.files import FileBlobs
from tiltyard.blobs.opening import open_blobs
from tiltyard.blobs.s3 import S3Blobs
from tiltyard.blobs.store import BlobStore, BlobStoreError, place

pytestmark = pytest.mark.anyio

PICTURE = b"\x89PNG" + hashlib.shake_128(b"picture").digest(300_000)
NAME = hashlib.sha256(PICTURE).hexdigest()


@asynccontextmanager
async def opened(kind: str, directory: Path) -> AsyncGenerator[BlobStore]:
    """A store of each kind; the S3 one behind a real socket."""
    if kind == "files":
        yield open_blobs(directory / "blobs")
        return
    async with small_s3() as server:
        yield open_blobs("s3://pictures/arena/one", server.environment)


@pytest.mark.parametrize("kind", ["files", "s3"])
async def test_a_blob_is_kept_by_its_content(kind: str, tmp_path: Path) -> None:
    async with opened(kind, tmp_path) as store:
        await store.check()
        assert await store.get(NAME) is None
        assert await store.put(PICTURE) == NAME
        assert await store.put(PICTURE) == NAME
        assert await store.get(NAME) == PICTURE
        await store.delete(NAME)
        await store.delete(NAME)
        assert await store.get(NAME) is None


@pytest.mark.parametrize("kind", ["files", "s3"])
async def test_many_may_put_the_same_at_once(kind: str, tmp_path: Path) -> None:
    async with opened(kind, tmp_path) as store:
        names = await asyncio.gather(*(store.put(PICTURE) for _ in range(8)))
        assert set(names) == {NAME}
        assert await store.get(NAME) == PICTURE


@pytest.mark.parametrize("name", ["../../etc/passwd", "", NAME[:-1], NAME.upper(), NAME + "\n"])
def test_only_a_digest_becomes_a_place(name: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        place(name)


async def test_files_are_for_their_owner_and_no_draft_is_left(tmp_path: Path) -> None:
    store = FileBlobs(tmp_path / "blobs")
    await store.put(PICTURE)
    files = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    assert files == [tmp_path / "blobs" / NAME[:2] / NAME]
    assert files[0].stat().st_mode & 0o077 == 0


async def test_a_directory_that_cannot_be_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    store = FileBlobs(tmp_path / "taken")
    for failing in (store.check(), store.put(PICTURE)):
        with pytest.raises(BlobStoreError, match=r"taken: .*TILTYARD_BLOBS"):
            await failing


async def test_a_store_that_stumbles_is_asked_again() -> None:
    async with small_s3() as server:
        server.failing = 2
        store = S3Blobs("pictures", "", server.environment)
        assert await store.put(PICTURE) == NAME
        assert server.calls == ["PUT"] * 3
        assert list(server.objects) == [f"/pictures/{NAME[:2]}/{NAME}"]


async def test_a_store_that_refuses_or_is_gone_is_one_sentence() -> None:
    patience = timedelta(seconds=1)
    async with small_s3() as server:
        wrong = server.environment | {"AWS_SECRET_ACCESS_KEY": "hidden-wrong-key"}
        store = S3Blobs("pictures", "", wrong, patience=patience)
        with pytest.raises(BlobStoreError, match="s3://pictures does not answer, or ref") as no:
            await store.put(PICTURE)
        assert "hidden-wrong-key" not in str(no.value)
        gone = S3Blobs("pictures", "", server.environment, patience=patience)
    with pytest.raises(BlobStoreError, match="does not answer"):
        await gone.get(NAME)
    with pytest.raises(BlobStoreError, match="does not answer"):
        await gone.check()


@pytest.mark.parametrize("address", ["https://b/x", "s3://", "s3://key:secret@bucket/x", "gs://b"])
def test_other_addresses_are_refused_without_repeating_them(address: str) -> None:
    with pytest.raises(BlobStoreError, match="give a directory, or s3://BUCKET/PREFIX") as no:
        open_blobs(address, {})
    assert "secret" not in str(no.value)
