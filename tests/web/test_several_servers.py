"""Two servers on one PostgreSQL, and a person whose requests reach either."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import text

from opened import open_ledger
from polling import until
from serving import API, ask, follow, serving, vote, voter

pytestmark = pytest.mark.anyio
OPERATOR = "an-operator-token-0123456789"


@asynccontextmanager
async def two_servers(
    data: Path, postgres_url: str, *, pace: float = 0
) -> AsyncGenerator[tuple[aiohttp.ClientSession, aiohttp.ClientSession]]:
    """One person, once at each of two servers."""
    async with (
        serving(data, database_url=postgres_url, pace=pace) as first,
        serving(data, database_url=postgres_url, pace=pace) as second,
        voter(first) as here,
        voter(second) as there,
    ):
        there._cookie_jar = here.cookie_jar
        yield here, there


async def test_words_are_followed_and_stopped_at_the_server_that_does_not_answer(
    tmp_path: Path, postgres_url: str
) -> None:
    async with two_servers(tmp_path, postgres_url, pace=5) as (here, there):
        battle = (await ask(here))["id"]
        async with there.get(f"{API}/battles/{battle}/events") as stream:
            assert stream.content_type == "text/event-stream"
            await stream.content.readuntil(b"event: frame")
            async with there.get(f"{API}/battles/{battle}") as response:
                assert (await response.json())["state"] == "answering"
            async with there.post(f"{API}/battles/{battle}/stop") as response:
                assert response.status == 202
                assert (await response.json())["state"] != "answering"
            assert b"event: turn_done" in await stream.read()


async def test_asked_here_and_voted_there_and_gone_on_with_there(
    tmp_path: Path, postgres_url: str
) -> None:
    async with two_servers(tmp_path, postgres_url) as (here, there):
        battle = (await ask(here))["id"]
        assert b"turn_done" in await follow(there, battle)
        message = {"message": {"parts": [{"type": "text", "text": "And at night?"}]}}
        async with there.post(f"{API}/battles/{battle}/turns", json=message) as response:
            assert response.status == 201
        second_turn = await follow(here, battle)
        assert b'"turn":2' in second_turn
        assert b'"turn":1' not in second_turn
        async with await vote(there, battle, key="mine") as response:
            answer = await response.json()
        async with await vote(here, battle, key="mine") as response:
            assert await response.json() == answer


async def test_a_server_that_cannot_be_reached_is_waited_for_in_the_ledger(
    tmp_path: Path, postgres_url: str
) -> None:
    async with two_servers(tmp_path, postgres_url, pace=0.3) as (here, there):
        async with open_ledger(postgres_url) as ledger, ledger.writing() as connection:
            await connection.execute(text("UPDATE servers SET address = 'http://127.0.0.1:9'"))
        battle = (await ask(here))["id"]
        async with there.post(f"{API}/battles/{battle}/stop") as response:
            assert response.status == 503
            assert "Another server answers this battle" in (await response.json())["detail"]
        told = await follow(there, battle)
        assert told.count(b"event: turn_done") == 1
        async with await vote(there, battle) as response:
            assert response.status == 200


async def test_a_strangers_battle_is_as_unknown_there_as_here(
    tmp_path: Path, postgres_url: str
) -> None:
    async with two_servers(tmp_path, postgres_url, pace=5) as (here, there):
        battle = (await ask(here))["id"]
        async with (
            voter(str(there._base_url)) as stranger,
            stranger.get(f"{API}/battles/{battle}/events") as response,
        ):
            assert response.status == 404
            assert len(response.headers.getall("set-cookie")) == 1
            assert response.headers["x-content-type-options"] == "nosniff"
        async with here.post(f"{API}/battles/{battle}/stop") as response:
            assert response.status == 202


async def test_the_elected_ones_worker_is_seen_from_every_server(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILTYARD_OPERATOR_TOKEN", OPERATOR)
    async with two_servers(tmp_path, postgres_url) as (here, there):
        elected, other = await watched(here), await watched(there)
        assert elected["here"] is True
        assert other["here"] is False
        assert other["unheard"] is None
        assert other["address"] == str(here._base_url).rstrip("/")
        assert other["server"] == elected["server"]

        async def has_worked() -> bool:
            return (await watched(there))["last"] is not None

        await until(has_worked)
        async with there.post("/operator", data={"token": OPERATOR}) as response:
            page = " ".join((await response.text()).split())
        assert f"Server {elected['server']} at {other['address']}" in page
        assert page.count("its worker works for all") == 1


async def test_a_worker_that_cannot_be_asked_is_looked_for_elsewhere(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILTYARD_OPERATOR_TOKEN", OPERATOR)
    async with two_servers(tmp_path, postgres_url) as (_, there):
        async with open_ledger(postgres_url) as ledger, ledger.writing() as connection:
            await connection.execute(text("UPDATE servers SET address = 'http://127.0.0.1:9'"))
        told = await watched(there)
        assert "did not answer this server's question" in told["unheard"]
        assert told["last"] is None
        async with there.post("/operator", data={"token": OPERATOR}) as response:
            assert "http://127.0.0.1:9/operator" in await response.text()


async def watched(session: aiohttp.ClientSession) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {OPERATOR}"}
    async with session.get("/operations/worker", headers=headers) as response:
        assert response.status == 200
        told: dict[str, Any] = await response.json()
        return told
