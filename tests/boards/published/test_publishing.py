"""What is published when clocks and commits do not come in order."""

from pathlib import Path

import pytest
from sqlalchemy import delete

from labelled import add_battles, battle, record_cards
from opened import open_ledger
from tiltyard.boards.published import publishing
from tiltyard.boards.published.publishing import BoardPublisher
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.ledger.tables import votes

pytestmark = pytest.mark.anyio

DAY_S = 86_400.0


async def test_a_step_of_the_clock_loses_no_vote_that_is_committed_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 0.0
    monkeypatch.setattr(publishing, "time", lambda: clock, raising=False)
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}") as ledger:
        await record_cards(ledger)
        await add_battles(ledger, [battle(number) for number in range(3)])
        second = votes.c.id == 2
        async with ledger.writing() as connection:
            late = (await connection.execute(votes.select().where(second))).mappings().one()
            await connection.execute(delete(votes).where(second))
        publisher = BoardPublisher(ledger, ["text"], Recipe())
        for step in (0.0, DAY_S):
            clock += step
            await publisher.publish_stale()
        async with ledger.writing() as connection:
            await connection.execute(votes.insert(), dict(late))
        await publisher.publish_stale()
        assert sorted(publisher.table.rows["vote"]) == [1, 2, 3]
