"""What is taken down stays out of every later release, whichever of its ids people know."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exported import id_of, ledger_of_four, plan, prepared, read_release, released
from tiltyard.ledger.engine import Ledger
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.places import open_place
from tiltyard.releases.publishing import publish
from tiltyard.releases.take_downs import take_down

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with ledger_of_four(ledger_url) as ledger:
        yield ledger


async def test_a_battle_is_taken_down_by_its_id_in_any_release(
    ledger: Ledger, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        await prepared(ledger, tmp_path / name, plan(name))
    await publish(ledger, tmp_path / "one", [open_place(str(tmp_path / "www"))])
    seen = [await read_release(ledger, tmp_path / name) for name in ("one", "two")]
    taken = [seen[0]["released_id"][0], seen[1]["released_id"][2]]
    found = await take_down(ledger, taken, "Asked to.", NOW)
    assert found == {id_: ["one"] for id_ in taken}
    await prepared(ledger, tmp_path / "three", plan("three"))
    assert await released(ledger, tmp_path / "three") == {id_of(2), id_of(4)}


async def test_a_take_down_of_nothing_changes_nothing(ledger: Ledger, tmp_path: Path) -> None:
    for wrong, said in (("battle-7", "is no battle's id"), (id_of(99), "There is no battle")):
        with pytest.raises(ReleaseError, match=said):
            await take_down(ledger, [id_of(1), wrong], "x", NOW)
    assert (await prepared(ledger, tmp_path / "out")).votes == 4
