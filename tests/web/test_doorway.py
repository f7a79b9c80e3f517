from pathlib import Path

import aiohttp
import pytest
from starlette.requests import Request

from pictures import picture
from serving import API, send_image, serving, voter
from tiltyard.web.doorway import client_address

pytestmark = pytest.mark.anyio

BODY = {"message": {"parts": [{"type": "text", "text": "Why is the sky blue?"}]}, "arena": "text"}


async def refused(response: aiohttp.ClientResponse) -> None:
    async with response:
        assert response.status == 429
        assert 1 <= int(response.headers["retry-after"]) <= 61
        assert (await response.json())["title"] == "Too often"


async def test_fresh_cookies_do_not_open_more_battles(tmp_path: Path) -> None:
    async with serving(tmp_path, settings={"battles_per_minute": 3}) as base:
        for _ in range(3):
            async with voter(base) as fresh, fresh.post(f"{API}/battles", json=BODY) as response:
                assert response.status == 201, await response.text()
        async with voter(base) as fresh:
            await refused(await fresh.post(f"{API}/battles", json=BODY))
            async with fresh.get(f"{API}/battles") as response:
                assert response.status == 200


async def test_images_are_counted_too(tmp_path: Path) -> None:
    async with serving(tmp_path, settings={"images_per_minute": 2}) as base:
        for expected in (422, 422, 429):
            async with voter(base) as fresh:
                response = await send_image(fresh, picture(), arena="text")
                assert response.status == expected
                response.release()


@pytest.mark.parametrize(
    ("proxies", "said", "address"),
    [
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7", "203.0.113.9"),
        (2, "198.51.100.7", "192.0.2.1"),
        (1, "unknown", "192.0.2.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ],
)
def test_only_trusted_proxies_say_who_is_asking(proxies: int, said: str, address: str) -> None:
    headers = [(b"x-forwarded-for", said.encode())]
    request = Request({"type": "http", "headers": headers, "client": ("192.0.2.1", 1234)})
    assert client_address(request, proxies) == address
