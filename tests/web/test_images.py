import base64
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from pictures import encoded, moving, one_bit_png, picture
from s3_server import small_s3
from seeing_provider import SeeingProvider, seeing_provider
from serving import API, ask, follow, send_image, serving, vote, voter
from tiltyard.arena.pairing.draw_table import NobodyToMeetError
from tiltyard.blobs.store import BlobStoreError, place

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def seeing(
    data: Path, *, arenas: str = "text,vision"
) -> AsyncGenerator[tuple[str, SeeingProvider]]:
    """Both arenas, with two contestants that see and one that does not."""
    async with seeing_provider() as provider:
        cards = [provider.card(name) for name in ("hawk", "eagle")]
        blind = provider.card("mole", "text")
        async with serving(data, *cards, blind, arenas=arenas) as base:
            yield base, provider


async def sent(
    session: aiohttp.ClientSession, data: bytes, kind: str = "image/png"
) -> dict[str, str]:
    async with await send_image(session, data, kind) as response:
        assert response.status == 201, await response.text()
        image: dict[str, str] = await response.json()
        return image


def kept(data: Path) -> list[Path]:
    return list(data.glob("blobs/*/*"))


async def refusal(response: aiohttp.ClientResponse) -> tuple[int, str]:
    async with response:
        assert response.content_type == "application/problem+json"
        return response.status, (await response.json())["detail"]


async def test_a_battle_about_a_picture(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRET camera"
    async with seeing(tmp_path) as (base, provider), voter(base) as ann, voter(base) as bob:
        image = await sent(ann, picture("JPEG", exif=exif), "image/jpeg")
        assert image | {"sha256": "", "url": ""} == {
            "sha256": "",
            "media_type": "image/jpeg",
            "width": 60,
            "height": 40,
            "url": "",
        }
        async with ann.get(image["url"]) as response:
            shown = await response.read()
            assert response.headers["content-type"] == "image/jpeg"
            assert response.headers["x-content-type-options"] == "nosniff"
            assert response.headers["content-security-policy"] == "default-src 'none'; sandbox"
            assert response.headers["cache-control"].startswith("private")
        assert b"SECRET" not in shown
        async with bob.get(image["url"]) as response:
            assert response.status == 404

        battle = await ask(ann, "What is this?", arena="vision", images=[image])
        await follow(ann, battle["id"])
        assert sorted(provider.models) == ["eagle", "hawk"]
        for messages in provider.seen:
            words, seen = messages[0]["content"]
            assert words == {"type": "text", "text": "What is this?"}
            head, _, packed = seen["image_url"]["url"].partition(",")
            assert head == "data:image/jpeg;base64"
            assert base64.b64decode(packed) == shown
        async with ann.get(f"{API}/battles/{battle['id']}") as response:
            parts = (await response.json())["turns"][0]["message"]["parts"]
        del image["url"]
        assert parts[1] == {"type": "image", "text": "", "data": image}
        async with await vote(ann, battle["id"]) as response:
            assert response.status == 200

        async with ann.delete(f"{API}/battles/{battle['id']}") as response:
            assert response.status == 204
        async with ann.get(f"{API}/images/{image['sha256']}") as response:
            assert response.status == 404
        assert not list((tmp_path / "blobs").glob("*/*"))


async def test_a_later_turn_may_bring_a_picture_and_earlier_ones_stay_in_view(
    tmp_path: Path,
) -> None:
    async with seeing(tmp_path) as (base, provider), voter(base) as ann:
        battle = await ask(ann, "Hello", arena="vision")
        await follow(ann, battle["id"])
        assert [messages[0]["content"] for messages in provider.seen] == ["Hello"] * 2
        image = await sent(ann, picture())
        for text in ("Look", "And now?"):
            parts: list[dict[str, object]] = [{"type": "text", "text": text}]
            if text == "Look":
                parts.append({"type": "image", "data": {"sha256": image["sha256"]}})
            body = {"message": {"parts": parts}}
            async with ann.post(f"{API}/battles/{battle['id']}/turns", json=body) as response:
                assert response.status == 201, await response.text()
            await follow(ann, battle["id"])
        kinds = [type(message["content"]) for message in provider.seen[-1]]
        assert kinds == [str, str, list, str, str]


async def test_a_conversation_has_only_so_many_pictures(tmp_path: Path) -> None:
    async with seeing(tmp_path) as (base, provider), voter(base) as ann:
        image = await sent(ann, picture())
        shown = [{"type": "image", "data": {"sha256": image["sha256"]}}] * 4
        battle = await ask(ann, "Look", arena="vision", images=[image] * 4)
        url = f"{API}/battles/{battle['id']}/turns"
        await follow(ann, battle["id"])
        async with ann.post(url, json={"message": {"parts": shown}}) as response:
            assert response.status == 201, await response.text()
        await follow(ann, battle["id"])
        refused = await ann.post(url, json={"message": {"parts": shown[:1]}})
        status, sentence = await refusal(refused)
        assert status == 422
        assert sentence.startswith("The conversation would have 9 images and this arena takes at ")
        words = [{"type": "text", "text": "And in words?"}]
        async with ann.post(url, json={"message": {"parts": words}}) as response:
            assert response.status == 201, "what was shown stays in view"
        await follow(ann, battle["id"])
        assert len(provider.seen) == 6


async def test_only_contestants_that_see_are_drawn_where_pictures_may_come(tmp_path: Path) -> None:
    async with seeing(tmp_path) as (base, provider), voter(base) as ann:
        for _ in range(6):
            await follow(ann, (await ask(ann, arena="vision"))["id"])
        assert set(provider.models) == {"hawk", "eagle"}
        body = {
            "arena": "vision",
            "mode": "direct",
            "models": ["mole"],
            "message": {"parts": [{"type": "text", "text": "?"}]},
        }
        async with ann.post(f"{API}/battles", json=body) as response:
            assert response.status == 422


async def test_an_arena_in_which_nobody_sees_is_not_opened(tmp_path: Path) -> None:
    async with seeing_provider() as provider:
        blind = [provider.card(name, "text") for name in ("mole", "bat")]
        with pytest.raises(NobodyToMeetError, match=r'accepts = \["text", "image"\] on their card'):
            async with serving(tmp_path, provider.card("hawk"), *blind, arenas="vision"):
                pass


async def test_bad_files_are_refused_in_a_sentence(tmp_path: Path) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    bad = [
        (b"", "image/png", 415, "The file is empty"),
        (svg, "image/svg+xml", 415, "image/svg+xml is not taken"),
        (svg, "image/png", 415, "SVG is not taken"),
        (picture("PNG"), "image/jpeg", 415, "The file is image/png and was sent as image/jpeg"),
        (picture("PNG"), "application/x-www-form-urlencoded", 415, "is not taken"),
        (picture("PNG", (200, 200))[:-60], "image/png", 422, "damaged or cut short"),
        (moving("GIF"), "image/gif", 422, "animated"),
        (one_bit_png(40_000), "image/png", 422, "at most 8,000 pixels wide or high"),
        (bytes(5_000_001), "image/png", 413, "at most 5,000,000 bytes"),
        (encoded(Image.new("1", (8_000, 4_000)), "PNG"), "image/png", 422, "20,000,000 pixels"),
    ]
    async with seeing(tmp_path) as (base, _), voter(base) as ann:
        for data, kind, status, sentence in bad:
            told = await refusal(await send_image(ann, data, kind))
            assert told[0] == status, (kind, told)
            assert sentence in told[1]
        assert not kept(tmp_path)


async def test_a_file_without_an_end_is_read_no_further_than_the_limit(tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield bytes(100_000)

    async with seeing(tmp_path) as (base, _), voter(base) as ann:
        headers = {"Content-Type": "image/png"}
        try:
            async with ann.post(f"{API}/images", data=endless(), headers=headers) as response:
                assert response.status == 413
        except aiohttp.ClientConnectionError:
            pass  # the server hung up while we were still sending, which is as good


async def test_pictures_where_they_do_not_belong(tmp_path: Path) -> None:
    async with seeing(tmp_path) as (base, _), voter(base) as ann, voter(base) as bob:
        image = await sent(ann, picture())
        assert await refusal(await send_image(ann, picture(), arena="text")) == (
            422,
            "The arena text takes words only: ask without the image.",
        )
        assert (await refusal(await send_image(ann, picture(), arena="no")))[0] == 404

        async def refused(session: aiohttp.ClientSession, arena: str, *parts: object) -> str:
            body = {"arena": arena, "message": {"parts": parts}}
            status, told = await refusal(await session.post(f"{API}/battles", json=body))
            assert status == 422
            return told

        part = {"type": "image", "data": image}
        assert "This arena takes text" in await refused(ann, "text", part)
        assert "at most 4" in await refused(ann, "vision", *[part] * 5)
        assert "send it to /api/v1/images first" in await refused(bob, "vision", part)
        assert "send it to /api/v1/images first" in await refused(ann, "vision", {"type": "image"})
        assert "sha256" in await refused(
            ann, "vision", {"type": "image", "data": {"sha256": "../../ledger"}}
        )
        async with bob.get(f"{API}/battles") as response:
            assert (await response.json())["battles"] == []


async def test_every_arena_has_its_page_and_its_board(tmp_path: Path) -> None:
    async with seeing(tmp_path) as (base, _), voter(base) as ann:
        battle = {}
        for arena in ("text", "vision"):
            battle = await ask(ann, arena=arena)
            await follow(ann, battle["id"])
            async with await vote(ann, battle["id"], key=arena) as response:
                assert response.status == 200
            async with ann.get(f"/boards/{arena}/overall") as response:
                assert response.status == 200
        async with ann.get(f"{API}/battles") as response:
            held = [battle["arena"] for battle in (await response.json())["battles"]]
        assert held == ["vision", "text"]
        async with ann.get("/arenas/vision") as response:
            page = await response.text()
        assert 'max-images="4"' in page
        assert '<a href="/arenas/vision" aria-current="page">Vision</a>' in page
        async with ann.get(f"/battles/{battle['id']}") as response:
            assert 'arena="vision"' in await response.text()
        async with ann.get("/arenas/speech") as response:
            assert response.status == 404
        async with ann.get("/") as response:
            assert 'max-images="0"' in await response.text()


@pytest.mark.parametrize("left", ["text", "text,other"])
async def test_battles_of_an_arena_that_moved_out_can_be_ended_and_not_gone_on_with(
    tmp_path: Path, left: str
) -> None:
    other = tmp_path / "other.toml"
    text = resources.files("tiltyard.arena") / "definitions" / "text.toml"
    renamed = text.read_text().replace('id = "text"', 'id = "other"')
    other.write_text(renamed.replace('title = "Text"', 'title = "Other"'))
    async with seeing(tmp_path) as (base, _), voter(base) as ann:
        image = await sent(ann, picture())
        battle = await ask(ann, arena="vision", images=[image])
        await follow(ann, battle["id"])
        cookies = ann.cookie_jar.filter_cookies(ann._base_url)  # type: ignore[arg-type]
        held = {name: morsel.value for name, morsel in cookies.items()}
    at = f"{API}/battles/{battle['id']}"
    async with (
        seeing(tmp_path, arenas=left.replace("other", str(other))) as (base, _),
        aiohttp.ClientSession(base, cookies=held) as ann,
        voter(base) as bob,
    ):
        body = {"message": {"parts": [{"type": "text", "text": "And now?"}]}}
        calls = [
            ann.post(f"{at}/turns", json=body),
            ann.post(f"{at}/retry"),
            vote(ann, battle["id"]),
        ]
        for call in calls:
            status, sentence = await refusal(await call)
            assert (status, "The arena vision is not held here any more" in sentence) == (409, True)
        status, sentence = await refusal(await bob.post(f"{at}/turns", json=body))
        assert (status, "vision" in sentence) == (404, False)
        async with ann.get(f"{API}/battles") as response:
            assert [seen["arena"] for seen in (await response.json())["battles"]] == ["vision"]
        async with ann.get(at) as response:
            assert (await response.json())["state"] == "votable"
        async with ann.post(f"{at}/give_up") as response:
            assert (await response.json())["reveal"] is not None
        async with ann.delete(at) as response:
            assert response.status == 204
        assert not kept(tmp_path)


async def test_pictures_in_an_s3_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with small_s3() as store:
        monkeypatch.setenv("TILTYARD_BLOBS", "s3://pictures/arena")
        for name, value in store.environment.items():
            monkeypatch.setenv(name, value)
        async with seeing(tmp_path) as (base, provider), voter(base) as ann:
            image = await sent(ann, picture())
            assert list(store.objects) == [f"/pictures/arena/{place(image['sha256'])}"]
            battle = await ask(ann, arena="vision", images=[image])
            await follow(ann, battle["id"])
            assert len(provider.seen) == 2
            async with ann.delete(f"{API}/battles/{battle['id']}") as response:
                assert response.status == 204
            assert store.objects == {}


async def test_a_store_that_fails_is_said_plainly_and_a_retry_mends_it(
    tmp_path: Path,
) -> None:
    async with seeing(tmp_path) as (base, _), voter(base) as ann:
        image = await sent(ann, picture())
        kept_at = tmp_path / "blobs" / place(image["sha256"])
        content = kept_at.read_bytes()
        kept_at.unlink()
        body = {
            "arena": "vision",
            "message": {"parts": [{"type": "image", "data": {"sha256": image["sha256"]}}]},
        }
        status, sentence = await refusal(await ann.post(f"{API}/battles", json=body))
        assert (status, "is lost" in sentence) == (503, True)
        async with ann.get(f"{API}/battles") as response:
            (battle,) = (await response.json())["battles"]
        async with ann.get(f"{API}/battles/{battle['id']}") as response:
            assert (await response.json())["state"] == "broken"
        kept_at.write_bytes(content)
        async with ann.post(f"{API}/battles/{battle['id']}/retry") as response:
            assert response.status == 202
        await follow(ann, battle["id"])
        async with await vote(ann, battle["id"]) as response:
            assert response.status == 200


async def test_a_server_that_cannot_keep_pictures_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file where a directory should be")
    with pytest.raises(BlobStoreError, match="TILTYARD_BLOBS"):
        async with seeing(tmp_path):
            pass
