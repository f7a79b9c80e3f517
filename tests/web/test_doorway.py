from pathlib import Path
from typing import Any

import aiohttp
import pytest
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from pictures import picture
from serving import API, send_image, serving, voter
from tiltyard.web.proxies import ForwardedSchemeMiddleware, client_address

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


@pytest.mark.parametrize(("proxies", "statuses"), [(0, [201, 429]), (1, [201, 201])])
async def test_without_proxies_nobody_chooses_an_address(
    tmp_path: Path, proxies: int, statuses: list[int]
) -> None:
    settings = {"battles_per_minute": 1, "proxies": proxies}
    async with serving(tmp_path, settings=settings) as base, voter(base) as ann:
        for status, address in zip(statuses, ("198.51.100.7", "198.51.100.8"), strict=True):
            said = {"X-Forwarded-For": address}
            async with ann.post(f"{API}/battles", json=BODY, headers=said) as response:
                assert response.status == status, address


@pytest.mark.parametrize(
    ("proxies", "peer", "said", "secure"),
    [
        (0, "127.0.0.1", "https", True),
        (0, "::1", "https", True),
        (0, "127.0.0.1", "http", False),
        (0, "127.0.0.1", "nonsense", False),
        (0, "192.0.2.1", "https", False),
        (1, "192.0.2.1", "https", True),
        (1, "192.0.2.1", "http, https", True),
        (1, "192.0.2.1", "https, http", False),
        (2, "192.0.2.1", "https, http", True),
        (2, "192.0.2.1", "https", True),
        (1, "192.0.2.1", "http\nhttps", True),
        (1, "192.0.2.1", "https\nhttp", False),
    ],
)
async def test_a_proxy_says_whether_people_come_by_https(
    proxies: int, peer: str, said: str, *, secure: bool
) -> None:
    schemes = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        schemes.append(scope["scheme"])

    headers = [(b"x-forwarded-proto", line.encode()) for line in said.split("\n")]
    scope = {"type": "http", "headers": headers, "client": (peer, 1234), "scheme": "http"}
    heard: Any = None  # nobody listens and nobody speaks
    await ForwardedSchemeMiddleware(app, proxies)(scope, heard, heard)
    assert schemes == ["https" if secure else "http"]


async def test_the_voters_cookie_stays_on_https_behind_a_proxy_of_this_machine(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path) as base:
        for said, secure in (({"X-Forwarded-Proto": "https"}, True), ({}, False)):
            async with voter(base) as ann, ann.get("/", headers=said) as response:
                assert ("; Secure" in response.headers["set-cookie"]) is secure


@pytest.mark.parametrize(
    ("proxies", "said", "address"),
    [
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7", "203.0.113.9"),
        (2, "198.51.100.7", "192.0.2.1"),
        (1, "unknown", "192.0.2.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "198.51.100.7:4711", "198.51.100.7"),
        (1, "[2001:db8:1:2:3:4:5:6]:4711", "2001:db8:1:2::/64"),
    ],
)
def test_only_trusted_proxies_say_who_is_asking(proxies: int, said: str, address: str) -> None:
    headers = [(b"x-forwarded-for", said.encode())]
    request = Request({"type": "http", "headers": headers, "client": ("192.0.2.1", 1234)})
    assert client_address(request, proxies) == address
