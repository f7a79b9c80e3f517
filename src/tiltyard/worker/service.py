"""The worker: find what lacks its label or its board, and make it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from tiltyard.boards.published import PublishedBoards
from tiltyard.labels import language
from tiltyard.ledger import labels
from tiltyard.ledger.engine import DatabaseError, Ledger
from tiltyard.ledger.labels import FoundLabel, Unlabelled

BATCH = 500
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Done:
    """What one pass made."""

    labelled: int
    published: int


class Worker:
    """The bridge between the live half and the science half.

    Parameters
    ----------
    ledger, boards
        Where work is found, and where boards are published.
    every_s
        How long to wait between passes: the longest a new vote waits for its board, and the
        shortest time between two snapshots.
    """

    def __init__(self, ledger: Ledger, boards: PublishedBoards, *, every_s: float) -> None:
        self._ledger = ledger
        self._boards = boards
        self._every_s = every_s
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Say that there may be something to do."""
        self._woken.set()

    async def once(self) -> Done:
        """Label every battle and publish every board that lacks it."""
        return Done(await self._label_languages(), await self._boards.publish_stale())

    async def run(self) -> None:
        """Work until cancelled. A database that does not answer is asked again later."""
        while True:
            self._woken.clear()
            try:
                await self.once()
            except DatabaseError as error:
                log.warning("the worker waits for the ledger", error=str(error.orig))
                self.wake()
            await asyncio.sleep(self._every_s)
            await self._woken.wait()

    async def _label_languages(self) -> int:
        total = 0
        while batch := await self._unlabelled():
            found = await asyncio.to_thread(_languages, batch)
            async with self._ledger.writing() as connection:
                await labels.add_labels(connection, found, datetime.now(UTC))
            total += len(found)
        return total

    async def _unlabelled(self) -> Sequence[Unlabelled]:
        async with self._ledger.reading() as connection:
            return await labels.lacking_label(
                connection, language.LABELLER, language.VERSION, limit=BATCH
            )


def _languages(batch: Sequence[Unlabelled]) -> list[FoundLabel]:
    found = []
    for battle, parts in batch:
        text = "\n".join(str(part.get("text", "")) for part in parts)
        code, score = language.detect_language(text)
        found.append(
            FoundLabel(battle, language.LABELLER, language.VERSION, {"language": code}, score)
        )
    return found
