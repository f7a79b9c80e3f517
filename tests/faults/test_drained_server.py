"""The server is asked to stop under load: turns end, votes are kept, and nobody is let in."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from catalogue_file import write_catalogue
from model_server import ModelServer
from polling import until
from serving import API, ask, follow, vote, voter
from tiltyard_process import Running, running

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def asked_to_stop(server: Running) -> AsyncGenerator[None]:
    """Send SIGTERM, and wait until the server says that it takes on nothing new."""
    server.process.send_signal(signal.SIGTERM)
    async with aiohttp.ClientSession(server.base) as session:

        async def refuses() -> bool:
            async with session.get("/readyz") as response:
                return response.status == 503 and "retry-after" in response.headers

        await until(refuses)
        yield


async def state_of(session: aiohttp.ClientSession, battle: str) -> str:
    async with session.get(f"{API}/battles/{battle}") as response:
        return str((await response.json())["state"])


async def test_running_turns_end_and_votes_count_while_new_ones_are_refused(
    tmp_path: Path, model_server: ModelServer
) -> None:
    catalogue = write_catalogue(tmp_path, model_server.base_url, "slow", "slow")
    arguments = ("serve", "--data", tmp_path, "--contestants", catalogue)
    with running(*arguments, TILTYARD_DRAIN_S="60", TILTYARD_LIVE_TURNS_PER_VOTER="20") as server:
        async with voter(server.base) as ann:
            answered = [(await ask(ann))["id"] for _ in range(5)]
            await asyncio.gather(*(follow(ann, battle) for battle in answered))
            streaming = [(await ask(ann))["id"] for _ in range(10)]
            follows = [asyncio.create_task(follow(ann, battle)) for battle in streaming]
            async with asked_to_stop(server):
                question = {"message": {"parts": [{"type": "text", "text": "And?"}]}}
                async with ann.post(f"{API}/battles", json=question) as response:
                    assert response.status == 503
                    assert int(response.headers["Retry-After"]) > 0
                    assert "about to restart" in (await response.json())["detail"]
                receipts = {}
                for battle in answered:
                    async with await vote(ann, battle, key=battle) as response:
                        assert response.status == 200
                        receipts[battle] = (await response.json())["receipt"]
                for told in await asyncio.gather(*follows):
                    assert b'"state":"votable"' in told
        assert server.process.wait(timeout=30) == 0
        cookies = {cookie.key: cookie.value for cookie in ann.cookie_jar}
    with running(*arguments) as server:
        async with voter(server.base) as ann:
            ann.cookie_jar.update_cookies(cookies)
            for battle in streaming:
                assert await state_of(ann, battle) == "votable"
            for battle, receipt in receipts.items():
                async with await vote(ann, battle, key=battle) as response:
                    assert (await response.json())["receipt"] == receipt


async def test_what_does_not_end_in_time_is_cut_told_and_can_be_retried(
    tmp_path: Path, model_server: ModelServer
) -> None:
    catalogue = write_catalogue(tmp_path, model_server.base_url, "endless", "hang-first")
    arguments = ("serve", "--data", tmp_path, "--contestants", catalogue)
    with running(*arguments, TILTYARD_DRAIN_S="1") as server:
        async with voter(server.base) as ann:
            battle = (await ask(ann))["id"]
            following = asyncio.create_task(follow(ann, battle))
            async with asked_to_stop(server):
                told = await following
        assert told.count(b"event: problem") == 2
        assert b'"state":"broken"' in told
        assert server.process.wait(timeout=30) == 0
        cookies = {cookie.key: cookie.value for cookie in ann.cookie_jar}
    await asyncio.to_thread(model_server.wait_until_open, 0)
    with running(*arguments) as server:
        async with voter(server.base) as ann:
            ann.cookie_jar.update_cookies(cookies)
            assert await state_of(ann, battle) == "broken"
            async with ann.post(f"{API}/battles/{battle}/retry") as response:
                assert response.status == 202


async def test_from_the_keyboard_it_stops_at_once(
    tmp_path: Path, model_server: ModelServer
) -> None:
    catalogue = write_catalogue(tmp_path, model_server.base_url, "endless", "endless")
    arguments = ("serve", "--data", tmp_path, "--contestants", catalogue)
    with running(*arguments, TILTYARD_DRAIN_S="600") as server:
        async with voter(server.base) as ann:
            battle = (await ask(ann))["id"]
            following = asyncio.create_task(follow(ann, battle))
            server.process.send_signal(signal.SIGINT)
            assert b'"state":"broken"' in await following
        assert server.process.wait(timeout=30) == 0
