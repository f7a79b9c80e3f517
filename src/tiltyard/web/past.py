"""What became of a board: its course, its snapshots, and what the register says of the time."""

from asyncio import to_thread
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tiltyard.arena.public_register import RegisterEntry, read_register
from tiltyard.boards.past.changes import Moved
from tiltyard.boards.past.history import BoardHistory, Comparison, Course, compared
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.records import Snapshot

SNAPSHOTS = 30
"""This many are listed on a page."""


@dataclass(frozen=True, slots=True)
class BoardPast:
    """What the page of a board's past shows.

    Parameters
    ----------
    courses
        Of its models.
    comparison
        The newest snapshot and the one before it.
    moments
        When it was published, the newest first.
    """

    courses: Sequence[Course]
    comparison: Comparison
    moments: Sequence[datetime]


async def board_past(
    ledger: Ledger,
    history: BoardHistory,
    arena: str,
    slice_: str,
    models: Sequence[str] = (),
    *,
    control: str = "",
    at: datetime | None = None,
) -> BoardPast:
    """Read a board's past, as it was known at an instant.

    Raises
    ------
    UnknownBoardError
        When there is no such board, or there was none then.
    """
    return BoardPast(
        await history.courses(arena, slice_, models, control=control, until=at),
        await compare_snapshots(ledger, history, arena, slice_, control=control, at=at),
        await history.moments(arena, slice_, control=control, until=at, limit=SNAPSHOTS),
    )


async def compare_snapshots(
    ledger: Ledger,
    history: BoardHistory,
    arena: str,
    slice_: str,
    *,
    control: str = "",
    since: datetime | None = None,
    at: datetime | None = None,
) -> Comparison:
    """Compare a board with itself, earlier.

    Parameters
    ----------
    at
        The later board is the one that was the newest then; now, when left out.
    since
        And the earlier one likewise; the snapshot before the later one, when left out.

    Raises
    ------
    UnknownBoardError
        When there is no such board, or there was none at `at`.
    """
    before, after = await history.pair(arena, slice_, control=control, since=since, at=at)
    async with ledger.reading() as connection:
        entries = await read_register(connection)
    return await to_thread(compared, before, after, _moved(entries, before, after))


def _moved(
    entries: list[RegisterEntry], before: Snapshot | None, after: Snapshot | None
) -> list[Moved]:
    if before is None or after is None:
        return []
    here = {row["model"] for board in (before.board, after.board) for row in board["models"]}
    return [
        Moved(entry.face.id, entry.face.name, _status(entry), entry.reason)
        for entry in reversed(entries)
        if before.published_at < entry.at <= after.published_at and entry.face.id in here
    ]


def _status(entry: RegisterEntry) -> Literal["public", "retired"]:
    return "retired" if entry.status == "retired" else "public"
