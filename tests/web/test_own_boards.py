from pathlib import Path
from typing import Any

import aiohttp
import pytest

from serving import API, ask, follow, serving, vote, voter

pytestmark = pytest.mark.anyio


async def get(session: aiohttp.ClientSession, path: str) -> dict[str, Any]:
    async with session.get(f"{API}/{path}") as response:
        assert response.status == 200, await response.text()
        body: dict[str, Any] = await response.json()
        return body


async def test_my_board_is_everybodys_until_i_vote_and_mine_alone(tmp_path: Path) -> None:
    async with serving(tmp_path, examples=True) as base, voter(base) as ann, voter(base) as bob:
        before = await get(ann, "my-board?arena=text")
        board = await get(ann, "boards/text/overall")
        assert (before["votes"], before["enough"]) == (0, False)
        assert before["own_share"] == pytest.approx(0, abs=1e-6)
        everybody = {row["model"]: row["rating"] for row in board["models"]}
        for row in before["models"]:
            assert row["rating"] == pytest.approx(everybody[row["model"]], abs=1e-6)
            assert row["name"] != row["model"]
            assert row["verdict"] == "like_everybody"
        battle = (await ask(ann))["id"]
        await follow(ann, battle)
        assert (await get(ann, "my-board"))["votes"] == 0  # its names are hidden still
        async with await vote(ann, battle) as response:
            won = (await response.json())["reveal"]["a"]["id"]
        after = await get(ann, "my-board")
        (mine,) = [row for row in after["models"] if row["model"] == won]
        assert (after["votes"], mine["battles"], mine["wins"]) == (1, 1, 1)
        assert mine["departure"]["estimate"] > 0
        assert 0 < after["own_share"] < 0.2
        assert (await get(bob, "my-board"))["votes"] == 0


async def test_my_board_before_anything_is_rated_is_empty(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        assert (await get(ann, "my-board"))["models"] == []
        for path in (f"{API}/my-board?arena=chess", "/my-board?arena=chess"):
            async with ann.get(path) as response:
                assert response.status == 404
        async with ann.get("/my-board") as response:
            assert "Nothing is rated here yet" in await response.text()
