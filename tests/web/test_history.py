from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from polling import until
from serving import API, ask, follow, serving, vote, voter

pytestmark = pytest.mark.anyio

BOARD = f"{API}/boards/text/overall"


async def get(session: aiohttp.ClientSession, path: str) -> dict[str, Any]:
    async with session.get(path) as response:
        assert response.status == 200, await response.text()
        body: dict[str, Any] = await response.json()
        return body


async def vote_once_more(session: aiohttp.ClientSession, votes: int) -> None:
    """Vote, and wait for the board that has it."""
    battle = (await ask(session))["id"]
    await follow(session, battle)
    async with await vote(session, battle, key=str(votes)) as response:
        assert response.status == 200

    async def published() -> bool:
        return bool((await get(session, BOARD))["votes"] == votes)

    await until(published)


@pytest.fixture(scope="module")
async def voted_on(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A server whose board was published three times: first, and after each of two votes."""
    directory = tmp_path_factory.mktemp("voted_on")
    async with serving(directory, examples=True) as base, voter(base) as ann:
        for votes in (601, 602):
            await vote_once_more(ann, votes)
        yield base


async def test_ratings_over_time_are_those_of_the_snapshots(voted_on: str) -> None:
    async with voter(voted_on) as ann:
        moments = (await get(ann, f"{BOARD}/snapshots"))["published_at"]
        assert len(moments) == 3
        history = await get(ann, f"{BOARD}/history?model=demo-owl&model=nobody")
        owl, nobody = history["models"]
        assert nobody == {"model": "nobody", "name": "nobody", "points": []}
        assert [point["at"] for point in owl["points"]] == moments[::-1]
        for point in owl["points"]:
            board = await get(ann, f"{BOARD}?at={point['at']}")
            (line,) = [row for row in board["models"] if row["model"] == "demo-owl"]
            names = ("rating", "lower", "upper", "rank", "battles")
            assert [point[name] for name in names] == [line[name] for name in names]


async def test_a_course_has_as_many_points_as_asked_and_both_ends(voted_on: str) -> None:
    async with voter(voted_on) as ann:
        whole = await get(ann, f"{BOARD}/history")
        short = await get(ann, f"{BOARD}/history?points=2")
        assert len(whole["models"]) == 8
        assert {len(model["points"]) for model in whole["models"]} == {3}
        for full, thin in zip(whole["models"], short["models"], strict=True):
            assert thin["points"] == [full["points"][0], full["points"][-1]]


async def test_nothing_changed_before_the_first_snapshot(with_examples: str) -> None:
    async with voter(with_examples) as ann:
        first = await get(ann, f"{BOARD}/changes")
        assert (first["before"], first["changes"]) == (None, [])


async def test_what_changed_since_the_last_snapshot_and_since_any_other(voted_on: str) -> None:
    async with voter(voted_on) as ann:
        newest, middle, oldest = (await get(ann, f"{BOARD}/snapshots"))["published_at"]
        last = await get(ann, f"{BOARD}/changes")
        assert (last["before"], last["after"]) == (middle, newest)
        (votes_change,) = [c for c in last["changes"] if c["kind"] == "votes"]
        assert (votes_change["before"], votes_change["after"]) == (601, 602)
        assert votes_change["message"].startswith("1 new vote, on ")
        both = await get(ann, f"{BOARD}/changes?since={oldest}")
        assert (both["before"], both["after"]) == (oldest, newest)
        assert both["changes"][0]["new_votes"] == 2
        earlier = await get(ann, f"{BOARD}/changes?at={middle}")
        assert (earlier["before"], earlier["after"]) == (oldest, middle)


async def test_an_arena_without_votes_has_a_past_without_snapshots(without_votes: str) -> None:
    async with voter(without_votes) as ann:
        assert (await get(ann, f"{BOARD}/snapshots"))["published_at"] == []
        assert (await get(ann, f"{BOARD}/history"))["models"] == []
        assert (await get(ann, f"{BOARD}/changes"))["after"] is None


@pytest.mark.parametrize("part", ["snapshots", "history", "changes"])
async def test_a_board_that_is_not_there_has_no_past(without_votes: str, part: str) -> None:
    async with (
        voter(without_votes) as ann,
        ann.get(f"{API}/boards/text/nonsense/{part}") as response,
    ):
        assert response.status == 404
        assert "no board text/nonsense" in (await response.json())["detail"]


async def test_the_page_of_a_board_with_a_control_keeps_it_in_its_links(with_examples: str) -> None:
    async with voter(with_examples) as ann:
        assert (await get(ann, f"{BOARD}/history?control=style"))["slice"] == "overall"
        async with ann.get("/boards/text/overall/history?control=style") as response:
            page = await response.text()
        assert "style held constant" in page
        assert "?control=style" in page
        async with ann.get(f"{BOARD}/history?control=price") as response:
            assert response.status == 422
