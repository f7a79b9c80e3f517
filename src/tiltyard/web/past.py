"""What changed on a board, with what the register says of the same time."""

from datetime import datetime
from typing import Literal

from tiltyard.arena.public_register import RegisterEntry, read_register
from tiltyard.boards.changes import Moved
from tiltyard.boards.history import BoardHistory, Comparison, compared
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.records import Snapshot


async def compare_snapshots(
    ledger: Ledger,
    history: BoardHistory,
    arena: str,
    slice_: str,
    *,
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
    before, after = await history.pair(arena, slice_, since=since, at=at)
    async with ledger.reading() as connection:
        entries = await read_register(connection)
    return compared(before, after, _moved(entries, before, after))


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
