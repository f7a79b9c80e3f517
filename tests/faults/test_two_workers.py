"""Several workers at once on one ledger: everything is made once, and nothing is torn."""

import asyncio
from contextlib import ExitStack

import pytest
from sqlalchemy import func, select

from opened import open_ledger, opened
from tiltyard.boards.published.boards import PublishedBoards
from tiltyard.boards.published.publishing import BoardPublisher
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.tables import labels, snapshots
from tiltyard.worker.service import Worker
from tiltyard_process import WITHIN_S, begun

pytestmark = pytest.mark.anyio

WORKERS = 2


async def every_board_once(ledger: Ledger) -> int:
    """Each battle has each label once, and each board one snapshot, all of one instant."""
    key = (snapshots.c.slice, snapshots.c.control)
    async with ledger.reading() as connection:
        labelled = await connection.execute(
            select(func.count(labels.c.id)).group_by(labels.c.labeller, labels.c.labeller_version)
        )
        assert set(labelled.scalars()) == {600}
        published = (
            await connection.execute(
                select(*key, func.count(), func.max(snapshots.c.published_at)).group_by(*key)
            )
        ).all()
    assert {row[2] for row in published} == {1}
    assert len({row[3] for row in published}) == 1
    return len(published)


async def test_workers_as_processes_of_their_own(ledger_url: str) -> None:
    async with open_ledger(ledger_url) as ledger:
        async with opened(ledger) as arena:
            await arena.add_examples()
        with ExitStack() as stack:
            workers = [
                stack.enter_context(begun("worker", TILTYARD_DATABASE_URL=ledger_url))
                for _ in range(WORKERS)
            ]
            ended = [asyncio.to_thread(worker.wait, WITHIN_S) for worker in workers]
            assert await asyncio.gather(*ended) == [0] * WORKERS
        await every_board_once(ledger)


async def test_workers_that_read_the_same_votes_publish_one_board(ledger_url: str) -> None:
    async with open_ledger(ledger_url) as ledger:
        async with opened(ledger) as arena:
            await arena.add_examples()
        passes = (
            Worker(ledger, BoardPublisher(ledger, ["text"], Recipe()), every_s=1).once()
            for _ in range(WORKERS)
        )
        done = await asyncio.gather(*passes)
        boards = await every_board_once(ledger)
        assert sum(each.published for each in done) == boards
        board = await PublishedBoards(ledger, ["text"], Recipe()).board("text", "overall")
        assert board["votes"] == 600
