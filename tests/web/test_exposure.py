from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from model_server import ModelServer
from opened import served_model
from serving import API, ask, serving, voter
from tiltyard.arena.exposure import BATCH
from tiltyard.contestants.card import Contestant
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.tables import battles

pytestmark = pytest.mark.anyio


async def some_days_ago(data: Path, *contestants: Contestant) -> None:
    """Hold enough battles, and make them four days old."""
    async with serving(data, *contestants) as base:
        for _ in range(BATCH):
            async with voter(base) as somebody:
                await ask(somebody)
    at = datetime.now(UTC) - timedelta(days=4)
    async with Ledger(data / "ledger.sqlite3") as ledger, ledger.writing() as connection:
        await connection.execute(battles.update().values(created_at=at))


async def test_exposure_is_the_same_in_json_and_on_the_page(tmp_path: Path) -> None:
    await some_days_ago(tmp_path)
    async with serving(tmp_path) as base, voter(base) as ann:
        async with ann.get(f"{API}/exposure") as response:
            assert response.status == 200
            report = await response.json()
        assert (report["arena"], report["battles"], report["undeclared"]) == ("text", BATCH, 0)
        (line,) = report["organisations"]
        assert (line["declared"], line["realised"]) == (1, 1)
        assert line["sides"] == 2 * BATCH
        assert line["p_value"] is None
        async with ann.get("/exposure") as response:
            page = await response.text()
        assert line["organisation"] in page
        assert "100.00 %" in page
        assert "too few to tell" in page


async def test_an_open_battle_leaves_no_trace(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        await ask(ann)
        async with ann.get(f"{API}/exposure") as response:
            report = await response.json()
        assert (report["battles"], report["organisations"]) == (0, [])
        async with ann.get("/exposure") as response:
            assert response.status == 200
            assert "No battles are counted yet" in await response.text()


async def test_nothing_on_the_page_tells_whose_an_alias_is(
    tmp_path: Path, model_server: ModelServer
) -> None:
    hidden = served_model("plain:1", model_server.base_url, id_="secret-1").model_copy(
        update={"alias": "Heron", "organisation": "Secret Lab"}
    )
    known = served_model("plain:2", model_server.base_url, id_="known")
    await some_days_ago(tmp_path, hidden, known)
    async with serving(tmp_path, hidden, known) as base, voter(base) as ann:
        for path in (f"{API}/exposure", "/exposure"):
            async with ann.get(path) as response:
                text = await response.text()
            assert "Anonymous previews" in text
            for tell_tale in ("Secret Lab", "secret-1", "Heron"):
                assert tell_tale not in text
