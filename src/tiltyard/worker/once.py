"""One pass of the worker over a ledger, for a terminal or a timer."""

from pathlib import Path

from tiltyard.boards.published import PublishedBoards
from tiltyard.boards.recipe import Recipe
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.migrate import upgrade_ledger
from tiltyard.ledger.register import read_arenas
from tiltyard.worker.service import Done, Worker


async def work_once(place: Path | str) -> Done:
    """Bring a ledger up to date and do what there is to do."""
    async with Ledger(place) as ledger:
        await upgrade_ledger(ledger)
        async with ledger.reading() as connection:
            arenas = await read_arenas(connection)
        boards = PublishedBoards(ledger, arenas, Recipe())
        return await Worker(ledger, boards, every_s=1.0).once()
