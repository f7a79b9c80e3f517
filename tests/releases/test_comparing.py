"""A release says what it changes against the one before it, and why battles are gone."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exported import ASKING, asked, forget, id_of, ledger_of_four, opt_out, plan, prepared, record
from tiltyard.ledger.engine import Ledger
from tiltyard.releases.comparing import (
    TEACHES_NOTHING,
    Difference,
    compare_directories,
    compare_with_last,
)
from tiltyard.releases.consented import OPTED_OUT, TAKEN_DOWN
from tiltyard.releases.exporting import ERASED
from tiltyard.releases.places import open_place
from tiltyard.releases.publishing import publish
from tiltyard.releases.take_downs import take_down

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with ledger_of_four(ledger_url) as ledger:
        yield ledger


async def remove(ledger: Ledger, number: int) -> dict[str, list[str]]:
    return await take_down(ledger, [id_of(number)], "Asked to.", NOW)


async def difference(ledger: Ledger, directory: Path) -> Difference:
    return await ledger.in_thread(lambda connection: compare_with_last(connection, directory))


async def test_the_next_release_says_what_is_new_and_what_is_gone_and_why(
    ledger: Ledger, tmp_path: Path
) -> None:
    await prepared(ledger, tmp_path / "one")
    assert await difference(ledger, tmp_path / "one") == Difference(None, 4, 0, 0, {}, {})
    await publish(ledger, tmp_path / "one", [open_place(str(tmp_path / "www"))])
    assert await remove(ledger, 1) == {id_of(1): ["first"]}
    await forget(ledger, 3)
    await opt_out(ledger, "bob")
    await record(ledger, [asked(5), asked(6)], definition=ASKING)
    manifest = await prepared(ledger, tmp_path / "two", plan("second", schema="arena-140k"))
    assert manifest.previous == "first"
    found = await difference(ledger, tmp_path / "two")
    assert (found.before, found.added, found.kept, found.removed) == ("first", 2, 1, 3)
    assert found.why_removed == {ERASED: 1, TAKEN_DOWN: 1, OPTED_OUT: 1}
    assert found.changed["schema"] == ("tiltyard", "arena-140k")
    directories = await ledger.in_thread(
        lambda c: compare_directories(c, tmp_path / "two", tmp_path / "one")
    )
    assert directories == found


async def test_a_battle_that_is_gone_twice_over_is_counted_once(
    ledger: Ledger, tmp_path: Path
) -> None:
    await prepared(ledger, tmp_path / "one")
    for number in (1, 2):
        await remove(ledger, number)
        await forget(ledger, number)
    await opt_out(ledger, "ann")
    await record(ledger, [asked(5, voter="eve")], definition=ASKING)
    await prepared(ledger, tmp_path / "two", plan("second"))
    found = await ledger.in_thread(
        lambda c: compare_directories(c, tmp_path / "two", tmp_path / "one")
    )
    assert found.removed == 4
    assert found.why_removed == {ERASED: 2, OPTED_OUT: 2}


async def test_votes_that_teach_nothing_are_said_to_be_that(ledger: Ledger, tmp_path: Path) -> None:
    await record(ledger, [asked(5, "tie")], definition=ASKING)
    await prepared(ledger, tmp_path / "votes")
    await prepared(ledger, tmp_path / "pairs", plan("second", schema="dpo"))
    found = await ledger.in_thread(
        lambda c: compare_directories(c, tmp_path / "pairs", tmp_path / "votes")
    )
    assert found.why_removed == {TEACHES_NOTHING.format("dpo"): found.removed}
