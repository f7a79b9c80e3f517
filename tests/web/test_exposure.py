from pathlib import Path

import pytest

from model_server import ModelServer
from opened import served_model
from serving import API, ask, serving, voter

pytestmark = pytest.mark.anyio


async def test_exposure_is_the_same_in_json_and_on_the_page(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        await ask(ann)
        async with ann.get(f"{API}/exposure") as response:
            assert response.status == 200
            report = await response.json()
        assert (report["arena"], report["battles"], report["undeclared"]) == ("text", 1, 0)
        (line,) = report["organisations"]
        assert (line["declared"], line["realised"]) == (1, 1)
        assert line["sides"] == 2
        assert line["p_value"] is None
        async with ann.get("/exposure") as response:
            page = await response.text()
        assert line["organisation"] in page
        assert "100.00 %" in page
        assert "too few to tell" in page


async def test_a_page_without_battles_leads_to_one(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann, ann.get("/exposure") as response:
        assert response.status == 200
        assert "No battle has been drawn yet" in await response.text()


async def test_nothing_on_the_page_tells_whose_an_alias_is(
    tmp_path: Path, model_server: ModelServer
) -> None:
    hidden = served_model("plain:1", model_server.base_url, id_="secret-1").model_copy(
        update={"alias": "Heron", "organisation": "Secret Lab"}
    )
    known = served_model("plain:2", model_server.base_url, id_="known")
    async with serving(tmp_path, hidden, known) as base, voter(base) as ann:
        await ask(ann)
        for path in (f"{API}/exposure", "/exposure"):
            async with ann.get(path) as response:
                text = await response.text()
            assert "Anonymous previews" in text
            for tell_tale in ("Secret Lab", "secret-1", "Heron"):
                assert tell_tale not in text
