"""A worker that is killed while it labels or publishes leaves whole sets of boards or none."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import func, select

from opened import open_ledger, opened
from polling import until
from preloaded import Preloaded
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.tables import labels, snapshots
from tiltyard_process import WITHIN_S, begun

pytestmark = pytest.mark.anyio

Stage = Callable[[int, int], bool]
STAGES: dict[str, Stage] = {
    "at once": lambda labelled, published: True,  # noqa: ARG005  # whatever there is
    "while it labels": lambda labelled, published: labelled > 0,  # noqa: ARG005
    "when labels are there": lambda labelled, published: labelled >= 5_000,  # noqa: ARG005
    "when boards are there": lambda labelled, published: published > 0,  # noqa: ARG005
}


def begun_worker(url: str) -> AbstractContextManager[Preloaded]:
    return begun("worker", "--once", TILTYARD_DATABASE_URL=url)


async def sets(ledger: Ledger) -> list[int]:
    """How many boards each set of boards has, in the order of their publication."""
    when = snapshots.c.published_at
    async with ledger.reading() as connection:
        query = select(func.count(snapshots.c.id)).group_by(when).order_by(when)
        return list(await connection.scalars(query))


async def made(ledger: Ledger) -> tuple[int, int]:
    async with ledger.reading() as connection:
        labelled = await connection.scalar(select(func.count()).select_from(labels))
    return int(labelled or 0), len(await sets(ledger))


async def test_killed_at_any_stage_it_leaves_whole_sets_and_the_next_one_goes_on(
    ledger_url: str,
) -> None:
    async with open_ledger(ledger_url) as ledger:
        async with opened(ledger) as arena:
            await arena.add_examples()
        seen = set()
        for reached in STAGES.values():
            with begun_worker(ledger_url) as worker:

                async def stage(worker: Preloaded = worker, reached: Stage = reached) -> bool:
                    return worker.ended or reached(*await made(ledger))

                await until(stage)
            seen.update(await sets(ledger))
        with begun_worker(ledger_url) as last:
            assert await asyncio.to_thread(last.wait, WITHIN_S) == 0
        published = await sets(ledger)
        assert len(published) == 1
        assert seen <= set(published)
        async with ledger.reading() as connection:
            by_labeller = select(func.count(labels.c.id)).group_by(labels.c.labeller)
            counted = set(await connection.scalars(by_labeller))
        assert counted == {600}
