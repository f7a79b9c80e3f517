import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from opened import open_ledger
from pictures import LIMITS, picture
from tiltyard.arena import uploads as arena_uploads
from tiltyard.arena.message import MessageError
from tiltyard.arena.uploads import Allowance, TooManyImagesError, UnknownImageError, Uploads
from tiltyard.blobs.files import FileBlobs
from tiltyard.blobs.store import BlobStoreError
from tiltyard.contestants.messages import Message, Part
from tiltyard.images.sandbox import Sandbox
from tiltyard.ledger.battles import add_turn
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.register import record_definition
from tiltyard.ledger.tables import battles
from tiltyard.ledger.uploads import Upload

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@asynccontextmanager
async def shelf(
    url: str, root: Path, **options: Allowance
) -> AsyncGenerator[tuple[Ledger, Uploads]]:
    async with open_ledger(url) as ledger:
        yield ledger, Uploads(ledger, FileBlobs(root / "blobs"), Sandbox(), **options)


@contextmanager
def broken_store(root: Path) -> Iterator[None]:
    """Let the store's directory be something else for a while."""
    place, aside = root / "blobs", root / "aside"
    place.mkdir(exist_ok=True)
    place.rename(aside)
    place.write_bytes(b"no directory")
    yield
    place.unlink()
    aside.rename(place)


def kept(root: Path) -> set[str]:
    return {path.name for path in (root / "blobs").glob("*/*")}


def showing(upload: Upload) -> list[Part]:
    return [Part("text", "What is this?"), Part("image", data={"sha256": upload.sha256})]


async def send(uploads: Uploads, voter: str, *, colour: str = "PNG", width: int = 60) -> Upload:
    return await uploads.take(voter, picture(colour, (width, 40)), "image/png", LIMITS)


async def use(ledger: Ledger, uploads: Uploads, voter: str, parts: list[Part]) -> UUID:
    """A battle with one message of these parts."""
    battle = uuid4()
    async with ledger.writing() as connection:
        await record_definition(connection, "vision", "0" * 64, {}, NOW)
        await connection.execute(
            battles.insert().values(
                id=battle,
                arena="vision",
                definition="0" * 64,
                mode="battle",
                source="arena",
                voter=voter,
                policy="uniform@1",
                pair_probability=1.0,
                created_at=NOW,
            )
        )
        claimed = await uploads.claim(connection, voter, parts)
        await add_turn(connection, battle, 1, [], NOW)
        await uploads.use(connection, battle, 1, claimed)
    return battle


async def forget(ledger: Ledger, uploads: Uploads, battle: UUID) -> None:
    async with ledger.writing() as connection:
        released = await uploads.release(connection, battle)
    await uploads.erase(released)


async def test_a_picture_is_its_senders_alone(ledger_url: str, tmp_path: Path) -> None:
    async with shelf(ledger_url, tmp_path) as (ledger, uploads):
        sent = await send(uploads, "ann")
        assert (sent.media_type, sent.width, sent.height) == ("image/png", 60, 40)
        assert (await uploads.read("ann", sent.sha256))[1].startswith(b"\x89PNG")
        for sha256 in (sent.sha256, "f" * 64, "../../secret", ""):
            with pytest.raises(UnknownImageError):
                await uploads.read("bob", sha256)
            async with ledger.writing() as connection:
                with pytest.raises(MessageError, match="send it to /api/v1/images first"):
                    await uploads.claim(connection, "bob", [Part("image", data={"sha256": sha256})])


async def test_a_message_says_of_a_picture_what_the_ledger_knows(
    ledger_url: str, tmp_path: Path
) -> None:
    async with shelf(ledger_url, tmp_path) as (ledger, uploads):
        sent = await send(uploads, "ann")
        told = {"sha256": sent.sha256, "media_type": "text/html", "width": 1, "more": "x"}
        async with ledger.writing() as connection:
            (part,) = await uploads.claim(connection, "ann", [Part("image", data=told)])
        assert part.data == {
            "sha256": sent.sha256,
            "media_type": "image/png",
            "width": 60,
            "height": 40,
        }
        asked = [Message("user", (Part("text", "?"), part))]
        (said,), (again,) = await uploads.lend([asked, asked])
        assert again.parts[1].content is said.parts[1].content, "both look at one copy"
        assert said.parts[0].content is None
        assert (said.parts[1].content or b"").startswith(b"\x89PNG")


async def test_forgetting_erases_a_picture_that_nobody_else_uses(
    ledger_url: str, tmp_path: Path
) -> None:
    async with shelf(ledger_url, tmp_path) as (ledger, uploads):
        shared, own = await send(uploads, "ann"), await send(uploads, "ann", width=80)
        first = await use(ledger, uploads, "ann", [*showing(shared), *showing(own)])
        second = await use(ledger, uploads, "ann", showing(shared))
        await forget(ledger, uploads, first)
        assert kept(tmp_path) == {shared.sha256}
        await uploads.read("ann", shared.sha256)
        with pytest.raises(UnknownImageError):
            await uploads.read("ann", own.sha256)
        await forget(ledger, uploads, second)
        assert kept(tmp_path) == set()


async def test_the_same_picture_of_two_people_stays_for_the_other(
    ledger_url: str, tmp_path: Path
) -> None:
    async with shelf(ledger_url, tmp_path) as (ledger, uploads):
        sent = await send(uploads, "ann")
        assert (await send(uploads, "bob")).sha256 == sent.sha256
        of_ann = await use(ledger, uploads, "ann", showing(sent))
        await forget(ledger, uploads, of_ann)
        with pytest.raises(UnknownImageError):
            await uploads.read("ann", sent.sha256)
        await uploads.read("bob", sent.sha256)


async def test_a_picture_that_waited_in_vain_goes(
    ledger_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shelf(ledger_url, tmp_path) as (ledger, uploads):
        used, unused = await send(uploads, "ann"), await send(uploads, "ann", width=80)
        await use(ledger, uploads, "ann", showing(used))
        assert await uploads.sweep() == 0
        monkeypatch.setattr(arena_uploads, "KEPT_UNUSED", timedelta(0))
        assert await uploads.sweep() == 1
        assert kept(tmp_path) == {used.sha256}
        with pytest.raises(UnknownImageError):
            await uploads.read("ann", unused.sha256)


async def test_sending_while_it_is_being_erased_loses_nothing(
    ledger_url: str, tmp_path: Path
) -> None:
    async with shelf(ledger_url, tmp_path) as (ledger, uploads):
        for _ in range(3):
            sent = await send(uploads, "ann")
            battle = await use(ledger, uploads, "ann", showing(sent))
            again, _ = await asyncio.gather(send(uploads, "bob"), forget(ledger, uploads, battle))
            assert (await uploads.read("bob", again.sha256))[0] == again


async def test_nobody_fills_the_store_with_pictures_of_no_message(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.sqlite3"
    async with shelf(url, tmp_path, allowance=Allowance(images=2)) as (ledger, uploads):
        sent = await send(uploads, "ann")
        await send(uploads, "ann", width=80)
        with pytest.raises(TooManyImagesError, match="2 images that no message uses"):
            await send(uploads, "ann", width=100)
        await send(uploads, "bob", width=100)
        await use(ledger, uploads, "ann", showing(sent))
        await send(uploads, "ann", width=120)


async def test_where_there_is_no_room_the_oldest_unused_picture_makes_it(
    ledger_url: str, tmp_path: Path
) -> None:
    async with shelf(ledger_url, tmp_path) as (ledger, uploads):
        used = await send(uploads, "ann")
        await use(ledger, uploads, "ann", showing(used))
        for width in range(80, 80 + 20 * arena_uploads.ROOM, 20):
            await send(uploads, "bob", width=width)
        newest = await send(uploads, "bob", width=400)
        full = Uploads(
            ledger, FileBlobs(tmp_path / "blobs"), Sandbox(), allowance=Allowance(bytes=1)
        )
        sent = await send(full, "cleo", width=300)
        assert kept(tmp_path) == {used.sha256, newest.sha256, sent.sha256}


class StandingStill(FileBlobs):
    """A store that erases nothing for the time being."""

    async def delete(self, name: str) -> None:
        raise BlobStoreError(f"The store cannot erase {name} just now.")


async def test_what_the_store_does_not_erase_the_next_sweep_does(
    ledger_url: str, tmp_path: Path
) -> None:
    async with shelf(ledger_url, tmp_path) as (ledger, uploads):
        sent = await send(uploads, "ann")
        battle = await use(ledger, uploads, "ann", showing(sent))
        await forget(ledger, Uploads(ledger, StandingStill(tmp_path / "blobs"), Sandbox()), battle)
        with pytest.raises(UnknownImageError):
            await uploads.read("ann", sent.sha256)
        assert kept(tmp_path) == {sent.sha256}
        assert await uploads.sweep() == 1
        assert kept(tmp_path) == set()
        assert await uploads.sweep() == 0


async def test_what_the_store_refuses_is_not_kept_and_counts_for_nothing(
    ledger_url: str, tmp_path: Path
) -> None:
    async with shelf(ledger_url, tmp_path, allowance=Allowance(images=2)) as (_, uploads):
        with broken_store(tmp_path):
            for width in (60, 70, 80):
                with pytest.raises(BlobStoreError):
                    await send(uploads, "ann", width=width)
        assert await uploads.sweep() == 3, "what the store may have of them after all is erased"
        assert await uploads.sweep() == 0
        sent = await send(uploads, "ann")
        with broken_store(tmp_path), pytest.raises(BlobStoreError):
            await send(uploads, "ann")  # the same again: she has it all the same
        await uploads.read("ann", sent.sha256)
        await send(uploads, "ann", width=80)
        with pytest.raises(TooManyImagesError):
            await send(uploads, "ann", width=90)


async def test_a_lost_picture_is_said_to_be_lost(tmp_path: Path) -> None:
    async with shelf(f"sqlite:///{tmp_path}/ledger.sqlite3", tmp_path) as (ledger, uploads):
        sent = await send(uploads, "ann")
        await FileBlobs(tmp_path / "blobs").delete(sent.sha256)
        async with ledger.writing() as connection:
            parts = await uploads.claim(connection, "ann", showing(sent))
        with pytest.raises(BlobStoreError, match="is lost: start a new battle"):
            await uploads.lend([[Message("user", tuple(parts))]])
