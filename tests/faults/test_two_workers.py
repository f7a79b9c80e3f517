"""Several workers at once on one ledger: everything is made once, and nothing is torn."""

import asyncio

import pytest
from sqlalchemy import func, select

from opened import open_ledger, opened
from tiltyard.boards.published import PublishedBoards
from tiltyard.boards.recipe import Recipe
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.tables import labels, snapshots
from tiltyard.worker.service import Worker
from tiltyard_process import TILTYARD

pytestmark = pytest.mark.anyio

WORKERS = 2


async def count(ledger: Ledger) -> tuple[set[int], int]:
    """Labels of each labeller, and snapshots, that there are."""
    by_labeller = (
        select(func.count())
        .select_from(labels)
        .group_by(labels.c.labeller, labels.c.labeller_version)
    )
    async with ledger.reading() as connection:
        labelled = await connection.scalars(by_labeller)
        published = await connection.scalar(select(func.count()).select_from(snapshots))
    return set(labelled), int(published or 0)


async def test_workers_as_processes_of_their_own(ledger_url: str) -> None:
    async with open_ledger(ledger_url) as ledger:
        async with opened(ledger) as arena:
            await arena.add_examples()
        processes = [
            await asyncio.create_subprocess_exec(
                TILTYARD, "worker", env={"TILTYARD_DATABASE_URL": ledger_url}
            )
            for _ in range(WORKERS)
        ]
        assert [await process.wait() for process in processes] == [0] * WORKERS
        assert await count(ledger) == ({600}, 1)


async def test_workers_that_read_the_same_votes_publish_one_board(ledger_url: str) -> None:
    async with open_ledger(ledger_url) as ledger:
        async with opened(ledger) as arena:
            await arena.add_examples()
        boards = PublishedBoards(ledger, ["text"], Recipe())
        passes = (Worker(ledger, boards, every_s=1).once() for _ in range(WORKERS))
        done = await asyncio.gather(*passes)
        assert sum(each.published for each in done) == 1
        assert await count(ledger) == ({600}, 1)
        assert (await boards.board("text", "overall"))["votes"] == 600
