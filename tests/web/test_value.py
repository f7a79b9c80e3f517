import pytest

from serving import get, page, voter

pytestmark = pytest.mark.anyio


async def test_who_does_better_than_its_price_predicts(with_prices: str) -> None:
    async with voter(with_prices) as ann:
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
    with_prices: str,
) -> None:
    async with voter(with_prices) as ann:
        found = await get(ann, "boards/text/overall/value?control=style")
        board = await get(ann, "boards/text/overall?control=style")
        assert found["control"] == "style"
        rated = {one["model"]: one["rating"] for one in board["models"]}
        assert {one["model"]: one["rating"] for one in found["models"]} == pytest.approx(rated)
        few = await get(ann, "boards/text/hard/value?control=style", 404)
        assert few["detail"].startswith("This board has no ratings yet. Its ")
        await get(ann, "boards/text/overall/value?control=price", 422)


async def test_what_cannot_be_told_yet_is_said(with_prices: str, without_votes: str) -> None:
    async with voter(with_prices) as ann:
        same = await get(ann, "boards/text/overall/value?by=size", 404)
        assert "four rated models with different values" in same["detail"]
        await get(ann, "boards/text/overall/value?by=charm", 422)
        await get(ann, "boards/text/nonsense/value", 404)
    async with voter(without_votes) as ann:
        assert "no ratings yet" in (await get(ann, "boards/text/overall/value", 404))["detail"]


async def test_the_demo_offers_its_prices_and_what_nobody_knows_not_at_all(
    with_examples: str,
) -> None:
    async with voter(with_examples) as ann:
        async with ann.get("/boards/text/overall/value") as response:
            page = await response.text()
        offered = page.partition('aria-label="Compared with"')[2].partition("</nav>")[0]
        assert "by=price" in offered
        assert "by=size" not in offered, "no card says it"
        assert "by=latency" not in offered, "no answer was timed yet"
        assert "The frontier" in page


async def test_the_page_of_value_opens(with_prices: str) -> None:
    async with voter(with_prices) as ann:
        for path, said in (
            ("/boards/text/overall/value", "The frontier"),
            ("/boards/text/overall/value?by=size", "four rated models"),
            ("/boards/text/overall/value?control=style", "length, headers, lists and bold"),
            ("/boards/text/hard/value?control=style", "do not yet tell style and models apart"),
        ):
            assert said in await page(ann, path), path
