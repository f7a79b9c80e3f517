from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from model_server import ModelServer
from opened import served_model
from polling import until
from serving import API, ask, follow, serving, vote, voter

pytestmark = pytest.mark.anyio


async def get_board(session: aiohttp.ClientSession, query: str = "") -> dict[str, object]:
    async with session.get(f"{API}/boards/text/overall{query}") as response:
        assert response.status == 200, await response.text()
        board: dict[str, object] = await response.json()
        return board


async def test_an_arena_without_votes_has_an_empty_board(without_votes: str) -> None:
    async with voter(without_votes) as ann:
        board = await get_board(ann)
        assert (board["votes"], board["models"], board["published_at"]) == (0, [], None)


async def test_the_board_of_the_examples_rates_every_contestant(with_examples: str) -> None:
    async with voter(with_examples) as ann:
        board = await get_board(ann)
        assert board["votes"] == 600
        assert board["sources"] == {"example": 600}
        models = board["models"]
        assert isinstance(models, list)
        assert len(models) == 8
        assert sum(model["battles"] for model in models) == 1200
        for model in models:
            assert model["lower"] < model["rating"] < model["upper"]
            assert model["demo"] is True
            assert model["rank_lower"] <= model["rank"] <= model["rank_upper"]


async def test_a_vote_moves_the_board_and_the_past_stays(tmp_path: Path) -> None:
    async with serving(tmp_path, examples=True) as base, voter(base) as ann:
        before = await get_board(ann)
        then = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        battle = (await ask(ann))["id"]
        await follow(ann, battle)
        async with await vote(ann, battle) as response:
            assert response.status == 200

        async def moved() -> dict[str, object] | None:
            board = await get_board(ann)
            return board if board["votes"] == 601 else None

        after = await until(moved)
        assert after is not None
        assert after["sources"] == {"arena": 1, "example": 600}
        assert after["data_sha256"] != before["data_sha256"]
        assert after["models"] != before["models"]
        assert await get_board(ann, f"?at={then}") == before


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("boards/text/hardest", 404),
        ("boards/text/overall?control=price", 422),
        ("boards/chess/overall", 404),
        ("boards/text/overall?at=2001-01-01T00:00:00Z", 404),
        ("boards/text/overall?at=yesterday", 422),
        ("boards/text/overall?at=2026-01-01T00:00:00", 422),
        ("boards/text/overall?at=0001-01-01T00:00:00%2B14:00", 404),
        ("boards/text/overall?at=9999-12-31T23:59:59-14:00", 404),
        ("models/nobody", 404),
        ("nothing", 404),
    ],
)
async def test_what_is_not_there_is_a_problem_document(
    without_votes: str, path: str, status: int
) -> None:
    async with voter(without_votes) as ann, ann.get(f"{API}/{path}") as response:
        assert response.status == status
        assert response.content_type == "application/problem+json"
        problem = await response.json()
        assert problem["status"] == status
        assert problem["detail"].endswith(".")


async def test_the_list_of_boards_and_the_catalogue(with_examples: str) -> None:
    async with voter(with_examples) as ann:
        async with ann.get(f"{API}/boards") as response:
            overall, *parts = (await response.json())["boards"]
        assert (overall["arena"], overall["slice"], overall["within"]) == ("text", "overall", None)
        assert (overall["votes"], overall["contestants"], overall["enough"]) == (600, 8, True)
        assert {part["within"] for part in parts} == {"overall", "hard"}
        assert any(0 < part["votes"] < part["minimum"] and not part["enough"] for part in parts)
        async with ann.get(f"{API}/models") as response:
            models = (await response.json())["models"]
        assert len(models) == 8
        assert not any("key" in field or "url" in field for model in models for field in model)


async def test_a_slice_has_a_board_of_its_own(with_examples: str) -> None:
    async with voter(with_examples) as ann:
        async with ann.get(f"{API}/boards/text/english") as response:
            english = await response.json()
        assert english["manifest"]["slice"]["where"] == "language = 'en'"
        assert english["recipe"]["where"][-1] == "language = 'en'"
        assert 0 < english["votes"] < 600
        assert english["published_at"] == (await get_board(ann))["published_at"]


async def test_the_examples_have_a_board_with_the_style_held_constant(with_examples: str) -> None:
    async with voter(with_examples) as ann:
        styled = await get_board(ann, "?control=style")
        assert (styled["control"], styled["unmade"], styled["votes"]) == ("style", None, 600)
        effects = styled["coefficients"]
        assert isinstance(effects, list)
        assert [one["name"] for one in effects] == ["length", "headers", "lists", "bold"]
        async with ann.get(f"{API}/boards") as response:
            overall = (await response.json())["boards"][0]
        assert (overall["controls"], overall["unmade"]) == (["", "style"], {})


async def test_health(without_votes: str) -> None:
    async with voter(without_votes) as ann:
        for path in ("/healthz", "/readyz"):
            async with ann.get(path) as response:
                assert await response.json() == {"status": "ok"}
                assert "set-cookie" not in response.headers


async def test_an_alias_is_all_that_anybody_learns(
    tmp_path: Path, model_server: ModelServer
) -> None:
    hidden = served_model("plain:1", model_server.base_url, id_="quetzal-1").model_copy(
        update={"name": "Quetzal", "organisation": "Quetzal works", "alias": "Mystery"}
    )
    other = served_model("plain:2", model_server.base_url, id_="other")
    async with serving(tmp_path, hidden, other) as base, voter(base) as ann:
        seen = ""
        for number in range(2):
            battle = (await ask(ann))["id"]
            await follow(ann, battle)
            async with await vote(ann, battle, "ab"[number], key=str(number)) as response:
                seen += await response.text()

        async def published() -> bool:
            return (await get_board(ann))["votes"] == 2

        await until(published)
        for path in ("boards/text/overall", "models", "models/alias-mystery", "battles"):
            async with ann.get(f"{API}/{path}") as response:
                assert response.status == 200
                seen += await response.text()
        assert "Mystery" in seen
        assert "quetzal" not in seen.lower()
