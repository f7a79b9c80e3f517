"""Publish boards: find those that are not what they should be, make them, and publish them at once.

All boards of an arena that a pass made are published in one transaction with one instant. Whoever
reads a board and then another sees the same votes in both, `?at=` of that instant gives the whole
set, and a worker that dies before the commit has published nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from time import monotonic

from tiltyard.boards.living.boards import ArenaBoards
from tiltyard.boards.living.making import Made
from tiltyard.boards.living.table import LivingTable
from tiltyard.boards.published.document import BoardKey, Faces
from tiltyard.boards.published.kept_covariance import kept_covariance
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.in_use import SlicesInUse
from tiltyard.boards.slices.slice_file import Slices
from tiltyard.labels.labeller import Labeller
from tiltyard.labels.labellers import label_sources, shipped_labellers
from tiltyard.ledger import register, snapshots
from tiltyard.ledger.covariances import put_covariance
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.records import Snapshot
from tiltyard.ledger.removals import removed_sources

Told = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""

TRIES = 5
"""Boards are made again this often in one pass when another worker was faster."""


def tell_nobody(what: str, done: int, total: int) -> None:  # nobody listens
    """Say nothing."""


class BoardPublisher:
    """Publishes the boards of an installation; keeps what it read, so that it reads it once.

    Several may do so at once: each set of boards is published by one of them.

    Parameters
    ----------
    ledger
        Where votes are read and snapshots kept.
    arenas
        The ids of the arenas that have boards.
    recipe
        What all boards have in common.
    slices
        Which boards each arena has.
    labellers
        Whose labels slices may ask for, in the versions in use; those that ship by default.
    """

    def __init__(
        self,
        ledger: Ledger,
        arenas: Sequence[str],
        recipe: Recipe,
        slices: SlicesInUse | None = None,
        labellers: Sequence[Labeller] | None = None,
    ) -> None:
        sources = label_sources(shipped_labellers() if labellers is None else labellers)
        self._ledger = ledger
        self._slices = slices or SlicesInUse()
        self._label_sources = sources
        self._table = LivingTable(sources)
        self._removed: frozenset[str] = frozenset()
        self._slice_faults: Sequence[str] = ()
        self._arenas = [ArenaBoards(arena, recipe, sources) for arena in arenas]

    @property
    def slices_fault(self) -> str | None:
        """Say what is wrong with slices; None when nothing is.

        A changed file is not in use, or votes cannot answer a slice's condition.
        """
        said = [self._slices.fault] if self._slices.fault else []
        return " ".join([*said, *dict.fromkeys(self._slice_faults)]) or None

    @property
    def table(self) -> LivingTable:
        """The votes of the last look."""
        return self._table

    @property
    def newest(self) -> dict[tuple[str, BoardKey], int]:
        """The number of every board's snapshot, by arena and key, as the last pass left them."""
        return {
            (arena.arena, key): number
            for arena in self._arenas
            for key, number in arena.published_numbers.items()
        }

    async def publish_stale(self, told: Told = tell_nobody) -> int:
        """Publish a new snapshot of every board whose votes or rules changed; count them."""
        published = 0
        for _ in range(TRIES):
            slices = self._slices.now()
            told("reading votes", 0, 0)
            await self._ledger.in_thread(lambda connection: self._look(connection, slices))  # noqa: B023  # called at once
            async with self._ledger.reading() as connection:
                faces = Faces.of(await register.read_cards(connection))
            made = [await self._publish_arena(one, slices, faces, told) for one in self._arenas]
            published += sum(filter(None, made))
            if None not in made:
                break
        return published

    def _look(self, connection: SyncConnection, slices: Slices) -> None:
        """Read what is published, and only then the votes: none is older than what it follows."""
        for arena in self._arenas:
            arena.read_published(connection, slices)
        if (removed := removed_sources(connection)) != self._removed:
            self._removed, self._table = removed, LivingTable(self._label_sources)
            for arena in self._arenas:
                arena.count_anew()
        growth = self._table.catch_up(connection, monotonic())
        try:
            for arena in self._arenas:
                arena.count(self._table, growth, slices)
        except BaseException:  # this growth is told once
            for arena in self._arenas:
                arena.count_anew()
            raise
        self._slice_faults = [
            str(slices.named(id_, error))
            for arena in self._arenas
            for id_, error in arena.faults.items()
        ]

    async def _publish_arena(
        self, arena: ArenaBoards, slices: Slices, faces: Faces, told: Told
    ) -> int | None:
        """Publish the boards of one arena; None when another worker was faster."""

        def make() -> list[Made]:
            tell = partial(told, f"boards of {arena.arena}")
            return list(arena.make_stale(self._table, slices, faces, tell))

        made = await asyncio.to_thread(make)
        if made and not await self._publish(arena, made):
            return None
        if not made and arena.says_otherwise:
            await self._ledger.write_in_thread(arena.tell_unmade)
        return len(made)

    async def _publish(self, arena: ArenaBoards, made: Sequence[Made]) -> bool:
        """Publish a set of boards, unless another worker published one of them since."""
        now = datetime.now(UTC)
        keys = [one.key for one in made]

        def publish(connection: SyncConnection) -> list[int]:
            snapshots.lock_boards(connection, arena.arena)
            newest = snapshots.newest_numbers(connection, arena.arena, keys)
            if any(newest.get(one.key) != one.after for one in made):
                return []
            numbers = []
            for one in made:
                numbers.append(snapshots.add_snapshot(connection, _snapshot(one, now)))
                kept = kept_covariance(one.board, now)
                put_covariance(connection, arena.arena, *one.key, kept)
            arena.tell_unmade(connection)
            return numbers

        numbers = await self._ledger.write_in_thread(publish)
        for one, number in zip(made, numbers, strict=False):  # none, when another was faster
            arena.keep(one, number)
        return bool(numbers)


def _snapshot(made: Made, at: datetime) -> Snapshot:
    document = {**made.document, "published_at": at.isoformat()}
    return Snapshot(
        document["arena"],
        made.key.slice,
        document["manifest"]["last_vote"],
        document,
        at,
        control=made.key.control,
    )
