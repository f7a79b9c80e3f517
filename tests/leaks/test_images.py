"""A picture says nothing about who sent it, and its battle nothing about who looks at it."""

from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from leaks.telltale_provider import telltale_contestants
from leaks.test_names import told
from leaks.wiretap import tapped
from pictures import moving, picture
from serving import API, ask, follow, send_image, serving, voter

SECRET = b"SECRET"


def telling() -> list[tuple[bytes, str]]:
    """Files that say more than they show."""
    exif = Image.Exif()
    exif[0x010F] = "SECRET camera"
    exif.get_ifd(0x8825)[29] = "SECRET place"
    words = PngInfo()
    words.add_text("Author", "SECRET person")
    words.add_itxt("parameters", "SECRET prompt")
    return [
        (picture("JPEG", exif=exif, comment=b"SECRET", xmp=b"SECRET"), "image/jpeg"),
        (picture("PNG", exif=exif, pnginfo=words), "image/png"),
        (picture("WEBP", exif=exif, xmp=b"SECRET"), "image/webp"),
        (picture("GIF", comment=b"SECRET"), "image/gif"),
    ]


async def shown(session: aiohttp.ClientSession, data: bytes, kind: str) -> str:
    """Hold a battle about a picture, look at everything, and leave the vote out."""
    async with await send_image(session, data, kind) as response:
        assert response.status == 201, await response.text()
        image = await response.json()
    battle: str = (await ask(session, arena="vision", images=[image]))["id"]
    await follow(session, battle)
    for path in (image["url"], f"{API}/battles/{battle}", f"/battles/{battle}", "/arenas/vision"):
        async with session.get(path) as response:
            body = await response.read()
            assert response.status == 200, path
        if path == image["url"]:
            assert Image.open(BytesIO(body)).size == (60, 40)
    return battle


@pytest.mark.anyio
async def test_no_byte_about_a_picture_tells_more_than_it_shows(tmp_path: Path) -> None:
    async with telltale_contestants() as blind:
        cards = [card.model_copy(update={"accepts": ("text", "image")}) for card in blind]
        async with serving(tmp_path, *cards, arenas="vision") as base, tapped(base) as tap:
            async with voter(tap.address) as ann:
                for data, kind in telling() * 3:
                    assert SECRET in data
                    await shown(ann, data, kind)
                for bad, kind in ((moving("GIF"), "image/gif"), (picture()[:40], "image/png")):
                    async with await send_image(ann, bad, kind) as response:
                        assert response.status == 422
            heard = tap.heard
        assert b"light scatters." in heard.lower()
        assert SECRET not in heard
        assert told(heard.lower(), cards) == set()
        kept = [path.read_bytes() for path in tmp_path.glob("blobs/*/*")]  # noqa: ASYNC240  # a few files
        assert len(kept) == 3  # two of the four show the same pixels, losslessly
        assert not any(SECRET in data for data in kept)
