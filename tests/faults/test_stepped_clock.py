"""Somebody sets the wall clock while people stream and vote: deadlines do not care."""

import sqlite3
from pathlib import Path

import pytest

from catalogue_file import write_catalogue
from leftovers import no_connection_left
from model_server import ANSWER, ModelServer
from serving import API, ask, follow, vote, voter
from tiltyard_process import running_installed

pytestmark = pytest.mark.anyio

HOUR_BACK, DAY_ON = "-3600", "86400"


@pytest.mark.parametrize("step", [HOUR_BACK, DAY_ON])
async def test_a_step_of_the_clock_ends_no_answer_and_loses_no_vote(
    tmp_path: Path, model_server: ModelServer, step: str
) -> None:
    clock = tmp_path / "step"
    clock.write_text("0", encoding="ascii")
    catalogue = write_catalogue(tmp_path, model_server.base_url, "slow", "slow")
    environment = {
        "TEST_CLOCK_STEP": str(clock),
        "PYTHONPATH": str(Path(__file__).with_name("stepped_clock")),
    }
    arguments = ("serve", "--data", tmp_path, "--contestants", catalogue)
    with running_installed(*arguments, **environment) as server:
        async with (
            no_connection_left(server.process.pid, model_server),
            voter(server.base) as ann,
        ):
            battle = (await ask(ann))["id"]
            async with ann.get(f"{API}/battles/{battle}/events") as stream:
                await stream.content.readuntil(b"offset")
                clock.write_text(step, encoding="ascii")
                assert b'"state":"votable"' in await stream.content.read()
            async with await vote(ann, battle) as response:
                assert response.status == 200
            again = (await ask(ann))["id"]
            assert b'"state":"votable"' in await follow(ann, again)
            async with ann.get(f"{API}/battles/{battle}") as response:
                seen = await response.json()
            assert {answer["text"] for answer in seen["turns"][0]["responses"].values()} == {ANSWER}
    with sqlite3.connect(tmp_path / "ledger.sqlite3") as ledger:
        rows = ledger.execute("SELECT duration_ms, started_at, ended_at FROM attempts").fetchall()
    assert all(0 < duration < 60_000 for duration, _, _ in rows)
    stepped = [ended < started for _, started, ended in rows]
    assert stepped.count(True) == (2 if step == HOUR_BACK else 0), "the clock was not stepped"
