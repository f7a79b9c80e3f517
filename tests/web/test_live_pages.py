from pathlib import Path

import pytest

from priced import priced
from serving import get, page, serving, voter

pytestmark = pytest.mark.anyio


async def test_the_pages_of_boards_and_models_open(tmp_path: Path) -> None:
    async with serving(tmp_path, *priced(), examples=True) as base, voter(base) as ann:
        for path, said in (
            ("/models/demo-owl", "7 billion parameters"),
            ("/models/demo-owl?board=nonsense", "Rating over time"),
            ("/boards/text/overall?control=style", "if all answers looked alike"),
            ("/boards/text/hard?control=style", "There is no style-controlled board yet. Its"),
            ("/boards/text/hard", "There is no style-controlled board yet. Its"),
            ("/boards/text/overall/history", "is the first"),
        ):
            assert said in await page(ann, path), path
        places = await get(ann, "models/demo-owl/boards")
        (overall,) = [one for one in places["boards"] if one["slice"] == "overall"]
        assert overall["contestants"] == 8
