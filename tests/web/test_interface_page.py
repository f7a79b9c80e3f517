"""The page of the HTTP interface says what every call does."""

import re
from html import unescape
from pathlib import Path

import pytest

from serving import API, serving, voter

pytestmark = pytest.mark.anyio


async def test_every_call_of_the_contract_stands_there_with_what_it_does(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        async with ann.get("/api") as response:
            assert response.status == 200
            page = await response.text()
        async with ann.get(f"{API}/openapi.json") as response:
            paths = (await response.json())["paths"]
        async with ann.get("/") as response:
            assert '<a href="/api">API</a>' in await response.text()
    told = re.findall(r"<dt><code><strong>(\w+)</strong> (\S+)</code></dt><dd>(.+?)</dd>", page)
    calls = {(method.upper(), path) for path, calls in paths.items() for method in calls}
    assert {(method, unescape(path)) for method, path, _ in told} == calls
    assert len(told) == len(calls)
    assert ("DELETE", "/api/v1/battles/{battle_id}") in calls
    assert "Erase what was said in one of my battles." in page
    assert "each instant is an <code>at</code> of the board." in page
    assert f'href="{API}/openapi.json"' in page
