from pathlib import Path
from typing import Any

import aiohttp
import pytest

from serving import API, serving, voter
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.demo import demo_catalogue

pytestmark = pytest.mark.anyio


async def get(session: aiohttp.ClientSession, path: str, status: int = 200) -> dict[str, Any]:
    async with session.get(f"{API}/{path}") as response:
        assert response.status == status, await response.text()
        body: dict[str, Any] = await response.json()
        return body


def priced() -> list[Contestant]:
    """The demo contestants, each twice as dear as the one before."""
    return [
        card.model_copy(
            update={
                "price_input_usd_per_million": 2.0**number,
                "price_output_usd_per_million": 5.0 * 2.0**number,
                "billion_parameters": 7.0,
            }
        )
        for number, card in enumerate(demo_catalogue())
    ]


async def test_a_swap_is_told_on_every_board_with_its_price(tmp_path: Path) -> None:
    async with serving(tmp_path, *priced(), examples=True) as base, voter(base) as ann:
        board = await get(ann, "boards/text/overall")
        first, last = board["models"][0]["model"], board["models"][-1]["model"]
        found = await get(ann, f"swap?arena=text&old={last}&new={first}")
        (overall,) = [one for one in found["slices"] if one["slice"] == "overall"]
        assert overall["verdict"] == "better"
        listed = (await get(ann, "boards"))["boards"]
        enough = {one["slice"]: one["enough"] for one in listed}
        assert {one["slice"]: one["enough"] for one in found["slices"]}.items() <= enough.items()
        assert len(set(enough.values())) == 2
        assert 0.5 < overall["preferred"]["lower"] < overall["preferred"]["estimate"] < 1
        gap = board["models"][0]["rating"] - board["models"][-1]["rating"]
        assert overall["points"]["estimate"] == pytest.approx(gap, abs=1e-6)
        prices = [
            found[f"{which}_prices"]["price_input_usd_per_million"] for which in ("old", "new")
        ]
        assert found["times_the_price"] == pytest.approx(prices[1] / prices[0])


async def test_a_swap_with_the_style_held_constant_says_which_slices_cannot(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, *priced(), examples=True) as base, voter(base) as ann:
        board = await get(ann, "boards/text/overall?control=style")
        first, last = board["models"][0]["model"], board["models"][-1]["model"]
        found = await get(ann, f"swap?arena=text&old={last}&new={first}&control=style")
        assert found["control"] == "style"
        (overall,) = [one for one in found["slices"] if one["slice"] == "overall"]
        gap = board["models"][0]["rating"] - board["models"][-1]["rating"]
        assert overall["points"]["estimate"] == pytest.approx(gap, abs=1e-6)
        plain = await get(ann, f"swap?arena=text&old={last}&new={first}")
        assert (plain["control"], plain["unmade"]) == ("", [])
        told = {one["slice"] for one in found["slices"]}, {one["slice"] for one in found["unmade"]}
        assert told[0] | told[1] == {one["slice"] for one in plain["slices"]}
        assert not told[0] & told[1]
        (few,) = [one for one in found["unmade"] if one["slice"] == "hard"]
        assert few["name"] == "Hard prompts"
        assert "votes do not tell how style and models differ yet" in few["reason"]
        listed = await get(ann, "boards")
        (summary,) = [one for one in listed["boards"] if one["slice"] == "hard"]
        assert summary["unmade"] == {"style": few["reason"]}
        empty = await get(ann, "boards/text/hard?control=style")
        assert (empty["models"], empty["unmade"]) == ([], few["reason"])


async def test_a_swap_of_one_model_or_of_a_stranger_is_refused(tmp_path: Path) -> None:
    async with serving(tmp_path, examples=True) as base, voter(base) as ann:
        same = await get(ann, "swap?arena=text&old=demo-owl&new=demo-owl", 422)
        assert "cannot take its own place" in same["detail"]
        stranger = await get(ann, "swap?arena=text&old=demo-owl&new=nobody", 422)
        assert "on nobody" in stranger["detail"]


async def test_who_does_better_than_its_price_predicts(tmp_path: Path) -> None:
    async with serving(tmp_path, *priced(), examples=True) as base, voter(base) as ann:
        found = await get(ann, "boards/text/overall/value?by=price")
        board = await get(ann, "boards/text/overall")
        assert found["published_at"] == board["published_at"]
        assert sorted(one["measure"] for one in found["models"]) == [2.0 * 2**n for n in range(8)]
        residuals = [one["residual"]["estimate"] for one in found["models"]]
        assert residuals == sorted(residuals, reverse=True)
        assert sum(residuals) == pytest.approx(0, abs=1e-6)
        best = max(found["models"], key=lambda one: one["rating"])
        assert best["frontier"]
        assert best["surely_beaten_by"] == []
        assert found["left_out"] == []


async def test_who_does_better_than_its_price_predicts_with_the_style_held_constant(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, *priced(), examples=True) as base, voter(base) as ann:
        found = await get(ann, "boards/text/overall/value?control=style")
        board = await get(ann, "boards/text/overall?control=style")
        assert found["control"] == "style"
        rated = {one["model"]: one["rating"] for one in board["models"]}
        assert {one["model"]: one["rating"] for one in found["models"]} == pytest.approx(rated)
        few = await get(ann, "boards/text/hard/value?control=style", 404)
        assert few["detail"].startswith("This board has no ratings yet. Its ")
        await get(ann, "boards/text/overall/value?control=price", 422)
        await get(ann, "swap?arena=text&old=demo-owl&new=demo-wren&control=price", 422)


async def test_what_cannot_be_told_yet_is_said(tmp_path: Path) -> None:
    async with serving(tmp_path, *priced(), examples=True) as base, voter(base) as ann:
        same = await get(ann, "boards/text/overall/value?by=size", 404)
        assert "four rated models with different values" in same["detail"]
        await get(ann, "boards/text/overall/value?by=charm", 422)
        await get(ann, "boards/text/nonsense/value", 404)
    async with serving(tmp_path / "empty") as base, voter(base) as ann:
        assert "no ratings yet" in (await get(ann, "boards/text/overall/value", 404))["detail"]
        await get(ann, "swap?arena=text&old=demo-owl&new=demo-wren", 404)


async def test_the_model_page_and_the_pages_of_deep_dives_open(tmp_path: Path) -> None:
    async with serving(tmp_path, *priced(), examples=True) as base, voter(base) as ann:
        for path, said in (
            ("/models/demo-owl", "7 billion parameters"),
            ("/models/demo-owl?board=nonsense", "Rating over time"),
            ("/boards/text/overall/value", "The frontier"),
            ("/boards/text/overall/value?by=size", "four rated models"),
            ("/swap?arena=text&old=demo-owl&new=demo-wren", "times as much"),
            ("/swap?arena=text&old=demo-owl&new=demo-wren&control=style", "No style-controlled"),
            ("/boards/text/overall/value?control=style", "length, headers, lists and bold"),
            ("/boards/text/hard/value?control=style", "do not tell how style and models"),
            ("/boards/text/overall?control=style", "if all answers looked alike"),
            ("/boards/text/hard?control=style", "There is no style-controlled board yet. Its"),
            ("/boards/text/hard", "There is no style-controlled board yet. Its"),
            ("/boards/text/overall/history", "is the first"),
        ):
            async with ann.get(path) as response:
                assert response.status == 200, path
                assert said in await response.text(), path
        async with ann.get("/swap?old=demo-owl&new=nobody") as response:
            assert response.status == 422
            assert "on nobody" in await response.text()
        places = await get(ann, "models/demo-owl/boards")
        (overall,) = [one for one in places["boards"] if one["slice"] == "overall"]
        assert overall["contestants"] == 8
