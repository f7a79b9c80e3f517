"""A board's past: its snapshots, the course of ratings through them, and what changed between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from tiltyard.boards.past.changes import Change, Moved, changes_between
from tiltyard.boards.past.scale import on_one_scale
from tiltyard.boards.published.boards import PublishedBoards
from tiltyard.ledger import snapshots
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.records import Snapshot

POINTS = 120
"""A course has this many points unless asked otherwise: one for every few pixels of a chart."""
MOST_POINTS = 1000
MOST_MARKS = 10_000
"""Points of all models together: more is no chart any more, and takes a server's time."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where a model stood when a board was published; not rated, it has neither rating nor rank."""

    at: datetime
    rating: float | None
    lower: float | None
    upper: float | None
    rank: int | None
    battles: int


@dataclass(frozen=True, slots=True)
class Course:
    """A model's rating over time, oldest point first, under its newest name."""

    model: str
    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two snapshots of a board and what changed; before the first snapshot there is none."""

    before: datetime | None
    after: datetime | None
    changes: tuple[Change, ...]


class BoardHistory:
    """What became of an installation's boards.

    Parameters
    ----------
    ledger
        Where the snapshots are kept.
    boards
        Which boards there are.
    """

    def __init__(self, ledger: Ledger, boards: PublishedBoards) -> None:
        self._ledger = ledger
        self._boards = boards

    async def moments(
        self,
        arena: str,
        slice_: str,
        *,
        control: str = "",
        until: datetime | None = None,
        limit: int = 100,
    ) -> Sequence[datetime]:
        """Say when a board was published, the newest first.

        Raises
        ------
        UnknownBoardError
            When there is no such board.
        """
        await self._boards.board(arena, slice_, control=control)
        async with self._ledger.reading() as connection:
            return await snapshots.read_moments(
                connection, arena, slice_, control=control, until=until, limit=limit
            )

    async def courses(
        self,
        arena: str,
        slice_: str,
        models: Sequence[str] = (),
        *,
        control: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        points: int = POINTS,
    ) -> list[Course]:
        """Follow models through a board's snapshots; without any named, those of its newest board.

        Ratings are on the scale of the newest of these snapshots: what shows is how models moved
        against each other, not who else came or left.

        Raises
        ------
        UnknownBoardError
            When there is no such board.
        """
        board = await self._boards.board(arena, slice_, control=control)

        followed = models or [row["model"] for row in board["models"]]
        most = max(2, min(points, MOST_MARKS // max(1, len(followed))))

        def read(connection: SyncConnection) -> list[Course]:
            past = snapshots.read_course(
                connection, arena, slice_, control=control, since=since, until=until, most=most
            )
            alike = on_one_scale(past)
            return [course_of(alike, id_) for id_ in followed]

        return await self._ledger.in_thread(read)

    async def pair(
        self,
        arena: str,
        slice_: str,
        *,
        control: str = "",
        since: datetime | None,
        at: datetime | None,
    ) -> tuple[Snapshot | None, Snapshot | None]:
        """Find the two snapshots to compare: the one at `at`, and that at `since` or before it.

        Raises
        ------
        UnknownBoardError
            When there is no such board, or there was none at `at`.
        """
        await self._boards.board(arena, slice_, control=control, at=at)
        async with self._ledger.reading() as connection:
            read = partial(snapshots.read_snapshot, connection, arena, slice_, control=control)
            after = await read(at=at)
            if after is None:
                return None, None
            if since is not None:
                return await read(at=since), after
            before = await snapshots.read_snapshot_before(
                connection, arena, slice_, after.published_at, control=control
            )
            return before, after


def compared(
    before: Snapshot | None, after: Snapshot | None, moved: Sequence[Moved] = ()
) -> Comparison:
    """Compare two snapshots of one board; nothing changed where one of them is missing."""
    changes = changes_between(before.board, after.board, moved) if before and after else ()
    return Comparison(
        before.published_at if before else None,
        after.published_at if after else None,
        tuple(changes),
    )


def course_of(past: Sequence[Snapshot], model: str) -> Course:
    """Follow one model through snapshots, from the first that has it to the last.

    Where it was on no board in between, its point says nothing, with no battles.
    """
    rows = [_row_of(snapshot, model) for snapshot in past]
    there = [number for number, row in enumerate(rows) if row]
    if not there:
        return Course(model, model, ())
    points = (
        _point(past[number].published_at, rows[number]) for number in range(there[0], there[-1] + 1)
    )
    return Course(model, str(rows[there[-1]]["name"]), tuple(points))


def _row_of(snapshot: Snapshot, model: str) -> Mapping[str, Any]:
    return next((row for row in snapshot.board["models"] if row["model"] == model), {})


def _point(at: datetime, row: Mapping[str, Any]) -> Point:
    return Point(
        at,
        row.get("rating"),
        row.get("lower"),
        row.get("upper"),
        row.get("rank"),
        row.get("battles", 0),
    )
