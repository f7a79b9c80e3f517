"""The server dies; nothing that was acknowledged is lost, and every battle can go on."""

from pathlib import Path

import pytest

from serving import API, ask, follow, vote, voter
from tiltyard_process import running

pytestmark = pytest.mark.anyio


async def test_killed_while_streaming_a_battle_can_be_retried(tmp_path: Path) -> None:
    with running("demo", "--data", tmp_path) as server:
        async with voter(server.base) as ann:
            battle = (await ask(ann))["id"]
            async with ann.get(f"{API}/battles/{battle}/events") as stream:
                await stream.content.readuntil(b"offset")
                server.kill()
            cookies = {cookie.key: cookie.value for cookie in ann.cookie_jar}
    with running("demo", "--data", tmp_path, "--pace", "0") as server:
        async with voter(server.base) as ann:
            ann.cookie_jar.update_cookies(cookies)
            async with ann.get(f"{API}/battles/{battle}") as response:
                assert (await response.json())["state"] == "broken"
            async with ann.post(f"{API}/battles/{battle}/retry") as response:
                assert response.status == 202
            await follow(ann, battle)
            async with await vote(ann, battle) as response:
                assert response.status == 200


async def test_killed_after_a_vote_the_same_key_gets_the_same_answer(tmp_path: Path) -> None:
    with running("demo", "--data", tmp_path, "--pace", "0") as server:
        async with voter(server.base) as ann:
            battle = (await ask(ann))["id"]
            await follow(ann, battle)
            async with await vote(ann, battle, key="mine") as response:
                answer = await response.json()
            server.kill()
            cookies = {cookie.key: cookie.value for cookie in ann.cookie_jar}
    with running("demo", "--data", tmp_path, "--pace", "0") as server:
        async with voter(server.base) as ann:
            ann.cookie_jar.update_cookies(cookies)
            async with await vote(ann, battle, key="mine") as response:
                assert await response.json() == answer
            async with ann.get(f"{API}/boards/text/overall") as response:
                assert (await response.json())["sources"]["arena"] == 1
