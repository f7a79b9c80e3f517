import pytest

from serving import get, voter

pytestmark = pytest.mark.anyio


async def test_a_swap_is_told_on_every_board_with_its_price(with_prices: str) -> None:
    async with voter(with_prices) as ann:
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
    with_prices: str,
) -> None:
    async with voter(with_prices) as ann:
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
        assert "votes do not yet tell style and models apart" in few["reason"]
        listed = await get(ann, "boards")
        (summary,) = [one for one in listed["boards"] if one["slice"] == "hard"]
        assert summary["unmade"] == {"style": few["reason"]}
        empty = await get(ann, "boards/text/hard?control=style")
        assert (empty["models"], empty["unmade"]) == ([], few["reason"])


async def test_a_swap_of_one_model_or_of_a_stranger_is_refused(with_prices: str) -> None:
    async with voter(with_prices) as ann:
        same = await get(ann, "swap?arena=text&old=demo-owl&new=demo-owl", 422)
        assert "cannot take its own place" in same["detail"]
        stranger = await get(ann, "swap?arena=text&old=demo-owl&new=nobody", 422)
        assert "on nobody" in stranger["detail"]


async def test_a_swap_of_what_nobody_voted_on_cannot_be_told_yet(without_votes: str) -> None:
    async with voter(without_votes) as ann:
        found = await get(ann, "swap?arena=text&old=demo-owl&new=demo-wren", 404)
        assert found["detail"] == "The arena text has no rated board yet."
        await get(ann, "swap?arena=text&old=demo-owl&new=demo-wren&control=price", 422)


async def test_the_page_of_swaps_opens(with_prices: str) -> None:
    async with voter(with_prices) as ann:
        for path, status, said in (
            ("/swap?old=demo-owl&new=demo-wren", 200, "times as much"),
            ("/swap?old=demo-owl&new=demo-wren&control=style", 200, "No style-controlled"),
            ("/swap?old=demo-owl&new=nobody", 422, "on nobody"),
        ):
            async with ann.get(path) as response:
                assert response.status == status, path
                assert said in await response.text(), path
