"""Requests that nobody should send: a 4xx problem document with one plain sentence, never more."""

import io
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from serving import API, ask, follow, serving, vote, voter

pytestmark = pytest.mark.anyio

UNCOUNTED = "The vote cannot be counted"
TEXT = {"parts": [{"type": "text", "text": "e4"}]}


@pytest.fixture(scope="module")
async def base(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[str]:
    """A server for all of them: each test comes as people of its own."""
    async with serving(tmp_path_factory.mktemp("base")) as base:
        yield base


async def refused(
    response: aiohttp.ClientResponse, status: int, words: str, title: str | None = None
) -> None:
    """Expect a problem document of this status whose one sentence has these words."""
    async with response:
        assert response.status == status, await response.text()
        assert response.content_type == "application/problem+json"
        problem = await response.json()
    assert problem["status"] == status
    assert title is None or problem["title"] == title
    assert words in problem["detail"]
    assert problem["detail"].endswith(".")
    assert "\n" not in problem["detail"]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "words"),
    [
        (b"{" * 50_000, "application/json", 422, "not JSON"),
        (b"[" * 200_000 + b"]" * 200_000, "application/json", 400, "cannot be read"),
        (b'{"message": ' + b'{"parts": ' * 5_000, "application/json", 400, "cannot be read"),
        (b"x" * 2_000_000, "application/json", 413, "at most 1,000,000 bytes"),
        (b"message=e4", "application/x-www-form-urlencoded", 422, ""),
        (b"<message>e4</message>", "application/xml", 422, ""),
        (b"\xff\xfe\x00", "application/json", 400, "cannot be read"),
        (b"", "application/json", 422, ""),
        (b"null", "application/json", 422, ""),
    ],
    ids=["open", "deep-list", "deep-object", "large", "form", "xml", "bytes", "empty", "null"],
)
async def test_bodies_that_are_no_battle(
    base: str, body: bytes, content_type: str, status: int, words: str
) -> None:
    async with voter(base) as ann:
        headers = {"Content-Type": content_type}
        response = await ann.post(f"{API}/battles", data=io.BytesIO(body), headers=headers)
        await refused(response, status, words)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"arena": "chess"}, 404, "chess"),
        ({"mode": "duel"}, 422, "mode"),
        (
            {
                "message": {
                    "parts": [{"type": "text", "text": "Why?", "data": {"sha256": "a" * 64}}]
                }
            },
            422,
            "has data",
        ),
        ({"models": ["demo-heron", "demo-wren"]}, 422, "leave models out"),
        ({"mode": "direct"}, 422, "takes one model"),
        ({"mode": "direct", "models": ["nobody"]}, 422, "No model 'nobody'"),
        ({"mode": "side_by_side", "models": ["demo-heron"] * 2}, 422, "two different"),
        ({"mode": "side_by_side", "models": ["demo-heron"] * 3}, 422, "models"),
        ({"mode": "direct", "models": ["x" * 1000]}, 422, "models"),
        ({"continues": "not-an-id"}, 422, "continues"),
        (
            {"mode": "side_by_side", "continues": "7b0e0c5e-0000-4000-8000-000000000000"},
            404,
            "among yours",
        ),
    ],
)
async def test_battles_that_cannot_be_opened(
    base: str, body: dict[str, Any], status: int, words: str
) -> None:
    async with voter(base) as ann:
        response = await ann.post(f"{API}/battles", json={"message": TEXT} | body)
        await refused(response, status, words)
        async with ann.get(f"{API}/battles") as listed:
            assert await listed.json() == {"battles": [], "next": None}


async def test_every_call_on_another_persons_battle_is_as_if_there_were_none(base: str) -> None:
    async with voter(base) as ann, voter(base) as bob:
        battle = (await ask(ann))["id"]
        await follow(ann, battle)
        for method, verb, body in (
            ("GET", "", None),
            ("GET", "/events", None),
            ("POST", "/turns", {"message": TEXT}),
            ("POST", "/stop", None),
            ("POST", "/retry", None),
            ("POST", "/give_up", None),
            ("PUT", "/vote", {"outcome": "a"}),
            ("DELETE", "", None),
        ):
            headers = {"Idempotency-Key": "k"}
            address = f"{API}/battles/{battle}{verb}"
            response = await bob.request(method, address, json=body, headers=headers)
            await refused(response, 404, "among yours")
        async with ann.get(f"{API}/battles/{battle}") as mine:
            assert (await mine.json())["state"] == "votable"


async def test_a_reveal_cannot_be_had_with_another_persons_key(base: str) -> None:
    async with voter(base) as ann, voter(base) as bob:
        battles = [(await ask(ann))["id"], (await ask(bob))["id"]]
        await follow(ann, battles[0])
        await follow(bob, battles[1])
        await (await vote(ann, battles[0], "a", "the key")).read()
        await refused(await vote(bob, battles[0], "a", "the key"), 404, "among yours")
        await refused(await vote(ann, battles[0], "b", "the key"), 422, "new Idempotency-Key")
        async with bob.get(f"{API}/battles/{battles[1]}") as hidden:
            assert (await hidden.json())["reveal"] is None


async def test_no_vote_and_no_reveal_while_the_answers_come(tmp_path: Path) -> None:
    async with serving(tmp_path, pace=1) as base, voter(base) as ann:
        battle = (await ask(ann))["id"]
        await refused(await vote(ann, battle), 409, "still coming")
        response = await ann.post(f"{API}/battles/{battle}/give_up")
        await refused(response, 409, "still coming")


@pytest.mark.parametrize(
    ("ballot", "words", "title"),
    [
        ({"outcome": "c"}, "outcome", None),
        ({"outcome": "a", "model": "demo-heron"}, "model: extra", None),
        ({"outcome": "a", "tags": ["witty"]}, "Unknown tag", UNCOUNTED),
        ({"outcome": "a", "tags": ["x" * 41]}, "at most 40", None),
        ({"outcome": "a", "tags": ["correct", "correct"]}, "given twice", UNCOUNTED),
        ({"outcome": "a", "comment": "x" * 3000}, "at most 2,000", UNCOUNTED),
        ({"outcome": "a", "comment": "a\0b"}, "The comment has a character", UNCOUNTED),
        ({"outcome": "a", "reveal": False}, "has one vote", UNCOUNTED),
    ],
)
async def test_ballots_that_cannot_be_counted(
    base: str, ballot: dict[str, Any], words: str, title: str | None
) -> None:
    async with voter(base) as ann:
        battle = (await ask(ann))["id"]
        await follow(ann, battle)
        headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
        address = f"{API}/battles/{battle}/vote"
        response = await ann.put(address, data=json.dumps(ballot), headers=headers)
        await refused(response, 422, words, title)
