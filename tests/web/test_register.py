from pathlib import Path

import pytest

from model_server import ModelServer
from opened import served_model
from serving import API, serving, voter
from tiltyard.contestants.card import Contestant, Status
from tiltyard.contestants.life_cycle import retired

pytestmark = pytest.mark.anyio


async def sent(data: Path, path: str, *contestants: Contestant) -> str:
    async with serving(data, *contestants) as base, voter(base) as ann, ann.get(path) as response:
        assert response.status == 200
        return await response.text()


@pytest.mark.parametrize("path", [f"{API}/register", "/register"])
async def test_everybody_reads_of_releases_and_retirements_and_of_no_preview(
    tmp_path: Path, model_server: ModelServer, path: str
) -> None:
    gull, tern, owl, auk = (
        served_model("plain", model_server.base_url, id_=id_).model_copy(update={"name": id_})
        for id_ in ("gull", "tern", "owl", "auk")
    )
    hidden = auk.model_copy(update={"status": Status.PREVIEW, "alias": "Mystery"})
    before = await sent(tmp_path, path, gull, tern, owl, hidden)
    assert "owl" in before
    assert "retired" not in before.replace("were retired", "").replace("A retired model", "")
    after = await sent(tmp_path, path, gull, tern, retired(owl), hidden)
    assert after.count("Declared when a server started.") == 4
    assert not any(tell_tale in before + after for tell_tale in ("auk", "ystery"))
