"""The server is killed at twenty random moments of streams and votes, and nothing is half done."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from catalogue_file import write_catalogue
from model_server import ANSWER, ModelServer
from serving import API, ask, follow, vote, voter
from tiltyard_process import running

pytestmark = pytest.mark.anyio

LIVES, KILLS, PEOPLE = 4, 5, 4
"""Four servers at the same time, each with people of its own, are killed five times each."""


@dataclass
class Person:
    """A voter who comes back after every crash, and what they know."""

    cookies: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    voted: dict[str, str] = field(default_factory=dict)
    """Receipts of the battles whose vote was acknowledged."""

    @asynccontextmanager
    async def visit(self, base: str) -> AsyncGenerator[aiohttp.ClientSession]:
        async with voter(base) as session:
            session.cookie_jar.update_cookies(self.cookies)
            yield session
            self.cookies = {cookie.key: cookie.value for cookie in session.cookie_jar}

    async def vote(self, session: aiohttp.ClientSession, battle: str) -> None:
        async with await vote(session, battle, key=battle) as response:
            assert response.status == 200, await response.text()
            receipt = (await response.json())["receipt"]
            assert self.voted.setdefault(battle, receipt) == receipt


async def keep_voting(person: Person, base: str) -> None:
    """Ask, follow and vote until the server dies."""
    async with person.visit(base) as session:
        with suppress(aiohttp.ClientError, ConnectionError):
            while True:
                battle = (await ask(session))["id"]
                person.asked.append(battle)
                await follow(session, battle)
                await person.vote(session, battle)


async def look(session: aiohttp.ClientSession, battle: str) -> dict[str, Any]:
    async with session.get(f"{API}/battles/{battle}") as response:
        seen: dict[str, Any] = await response.json()
        return seen


async def check(person: Person, base: str, *, latest: int) -> None:
    """Everything is terminal or resumable, and what was acknowledged is there."""
    async with person.visit(base) as session:
        for battle in person.asked[-latest:]:
            seen = await look(session, battle)
            responses = seen["turns"][0]["responses"].values()
            if battle in person.voted:
                assert seen["state"] == "voted"
            assert seen["state"] in {"voted", "votable", "broken"}
            complete = [answer["text"] == ANSWER for answer in responses]
            assert all(complete) == (seen["state"] != "broken")
            told = await follow(session, battle)
            assert told.count(b"event: turn_done") == 1
            if seen["state"] == "broken":
                async with await vote(session, battle, key=battle) as response:
                    assert response.status == 409
            else:
                await person.vote(session, battle)


async def load_and_kill(people: list[Person], data: Path, catalogue: Path, after_s: float) -> None:
    with running("serve", "--data", data, "--contestants", catalogue) as server:
        for person in people:
            await check(person, server.base, latest=4)
        voting = [asyncio.create_task(keep_voting(person, server.base)) for person in people]
        await asyncio.sleep(after_s)  # the fault is at a moment, not at an event
        server.kill()
        await asyncio.gather(*voting)


async def live(data: Path, model_server: ModelServer, moments: random.Random) -> int:
    """Crash again and again; give how many votes were acknowledged, and are there."""
    catalogue = write_catalogue(data, model_server.base_url, "slow", "slow", "plain")
    people = [Person() for _ in range(PEOPLE)]
    for _ in range(KILLS):
        await load_and_kill(people, data, catalogue, moments.uniform(0.05, 2.5))
    with running("serve", "--data", data, "--contestants", catalogue) as server:
        for person in people:
            await check(person, server.base, latest=10_000)
        async with people[0].visit(server.base) as session:
            history = await all_battles(session)
            # One whose answer was lost is there too: it was recorded before it was answered.
            assert set(people[0].asked) <= {battle["id"] for battle in history}
            assert {battle["state"] for battle in history} <= {"voted", "broken", "votable"}
            broken = [battle["id"] for battle in history if battle["state"] == "broken"]
            for battle in broken[:2]:
                async with session.post(f"{API}/battles/{battle}/retry") as response:
                    assert response.status == 202
                await follow(session, battle)
                await people[0].vote(session, battle)
            votes = sum(len(person.voted) for person in people)
    assert await counted(data) == votes
    return votes


async def test_twenty_crashes_lose_nothing_and_count_nothing_twice(
    tmp_path: Path, model_server: ModelServer
) -> None:
    lives = [
        # A loop of its own: while one server starts, the others' people go on.
        asyncio.to_thread(asyncio.run, live(tmp_path / str(n), model_server, random.Random(n)))
        for n in range(LIVES)
    ]
    assert sum(await asyncio.gather(*lives)) > 0
    await asyncio.to_thread(model_server.wait_until_open, 0)


async def all_battles(session: aiohttp.ClientSession) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    query: dict[str, str] | None = {"limit": "100"}
    while query is not None:
        async with session.get(f"{API}/battles", params=query) as response:
            page = await response.json()
        found += page["battles"]
        query = {"before": page["next"]} if page["next"] else None
    return found


async def counted(data: Path) -> int:
    """Count the votes in the ledger itself."""

    with sqlite3.connect(data / "ledger.sqlite3") as connection:
        rows = connection.execute("SELECT battle, count(*) FROM votes GROUP BY battle").fetchall()
    assert all(count == 1 for _, count in rows)
    return len(rows)
