from pathlib import Path
from typing import Any

import pytest

from polling import until
from serving import API, serving, voter

pytestmark = pytest.mark.anyio


async def test_the_demo_knows_what_its_example_prompts_are_about(tmp_path: Path) -> None:
    async with serving(tmp_path, examples=True) as base, voter(base) as ann:

        async def surveyed() -> dict[str, Any] | None:
            async with ann.get(f"{API}/topics?arena=text") as response:
                found: dict[str, Any] = await response.json()
            return found if found["made_at"] else None

        found = await until(surveyed)
        assert found is not None
        assert found["votes"] == 600
        assert sum(one["votes"] for one in found["topics"]) + found["rest_votes"] == 600
        assert len(found["topics"]) >= 2
        assert all(one["voters"] >= found["least_voters"] for one in found["topics"])
        async with ann.get("/topics") as response:
            page = await response.text()
        assert ", ".join(found["topics"][0]["words"]) in page


async def test_an_arena_without_votes_has_no_topics_and_one_that_is_not_there_is_a_404(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        async with ann.get(f"{API}/topics") as response:
            found = await response.json()
        assert (found["arena"], found["made_at"], found["topics"]) == ("text", None, [])
        for path in (f"{API}/topics?arena=chess", "/topics?arena=chess"):
            async with ann.get(path) as response:
                assert response.status == 404
