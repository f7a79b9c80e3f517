"""Published boards, oldest to newest. A snapshot is never changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.records import Snapshot
from tiltyard.ledger.tables import snapshots


def add_snapshot(connection: Connection, snapshot: Snapshot) -> int:
    """Publish a board, and return its number; synchronous."""
    query = (
        snapshots.insert()
        .values(
            arena=snapshot.arena,
            slice=snapshot.slice,
            control=snapshot.control,
            last_vote=snapshot.last_vote,
            board=dict(snapshot.board),
            published_at=snapshot.published_at,
        )
        .returning(snapshots.c.id)
    )
    number: int = connection.scalars(query).one()
    return number


def lock_boards(connection: Connection, arena: str) -> None:
    """Let nobody else publish boards of this arena until the transaction ends; synchronous."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        key = func.hashtextextended(f"boards of {arena}", 0)
        connection.execute(select(func.pg_advisory_xact_lock(key)))


def newest_numbers(
    connection: Connection, arena: str, boards: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Read the numbers of an arena's newest snapshots, by slice and control.

    Synchronous, as all that belongs in a thread or in `AsyncConnection.run_sync`.
    """
    found = {}
    for slice_, control in boards:
        query = _newest(arena, slice_, control).with_only_columns(snapshots.c.id)
        number = connection.scalar(query)
        if number is not None:
            found[slice_, control] = number
    return found


def read_numbered(connection: Connection, number: int) -> Snapshot:
    """Read the snapshot that has this number."""
    return _snapshot(connection.execute(snapshots.select().where(snapshots.c.id == number)).one())


async def read_snapshot(
    connection: AsyncConnection,
    arena: str,
    slice_: str,
    *,
    control: str = "",
    at: datetime | None = None,
) -> Snapshot | None:
    """Read the newest board, or the one that was newest at an instant."""
    row = (await connection.execute(_newest(arena, slice_, control, at=at))).first()
    return None if row is None else _snapshot(row)


async def read_snapshot_before(
    connection: AsyncConnection, arena: str, slice_: str, instant: datetime, *, control: str = ""
) -> Snapshot | None:
    """Read the board that was the newest until another was published at this instant."""
    query = _by_time(_of_board(arena, slice_, control)).where(snapshots.c.published_at < instant)
    row = (await connection.execute(query)).first()
    return None if row is None else _snapshot(row)


async def read_moments(
    connection: AsyncConnection,
    arena: str,
    slice_: str,
    *,
    control: str = "",
    until: datetime | None = None,
    limit: int,
) -> Sequence[datetime]:
    """Read when a board was published, the newest first, and not later than `until`."""
    when = snapshots.c.published_at
    query = _of_board(arena, slice_, control).with_only_columns(when)
    if until is not None:
        query = query.where(when <= until)
    return list(await connection.scalars(query.order_by(when.desc()).limit(limit)))


def read_course(
    connection: Connection,
    arena: str,
    slice_: str,
    *,
    control: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    most: int,
) -> list[Snapshot]:
    """Read a board's snapshots over a time, oldest first: all, or where they are many a choice.

    Of many, those that were the newest at `most` instants, evenly apart from the first snapshot to
    the last, both among them.

    Synchronous: it reads much, and belongs in a thread (`Ledger.in_thread`).
    """
    within = list(_is_board(arena, slice_, control))
    within += [] if since is None else [snapshots.c.published_at >= since]
    within += [] if until is None else [snapshots.c.published_at <= until]
    query = snapshots.select().where(*within).order_by(snapshots.c.published_at, snapshots.c.id)
    ids = query.with_only_columns(snapshots.c.id, snapshots.c.published_at)
    rows = connection.execute(ids.limit(most + 1)).all()
    if len(rows) > most:
        end = func.max(snapshots.c.published_at)
        last = connection.scalars(select(end).where(*within)).one()
        chosen = _evenly(
            connection,
            _by_time(_of_board(arena, slice_, control)),
            rows[0].published_at,
            last,
            most,
        )
    else:
        chosen = [row.id for row in rows]
    found = connection.execute(query.where(snapshots.c.id.in_(chosen)))
    return [_snapshot(row) for row in found]


def _evenly(
    connection: Connection, newest: Select[Any], first: datetime, last: datetime, most: int
) -> list[int]:
    step = (last - first) / (most - 1)
    instants = [first + number * step for number in range(most - 1)] + [last]
    look = newest.with_only_columns(snapshots.c.id)
    found = (
        connection.scalars(look.where(snapshots.c.published_at <= instant)).one()
        for instant in instants
    )
    return list(dict.fromkeys(found))


def _is_board(arena: str, slice_: str, control: str) -> tuple[ColumnElement[bool], ...]:
    columns = snapshots.c
    return columns.arena == arena, columns.slice == slice_, columns.control == control


def _of_board(arena: str, slice_: str, control: str) -> Select[Any]:
    return snapshots.select().where(*_is_board(arena, slice_, control))


def _newest(arena: str, slice_: str, control: str, *, at: datetime | None = None) -> Select[Any]:
    query = _of_board(arena, slice_, control)
    if at is None:  # by its number: a clock may have been set back
        return query.order_by(snapshots.c.id.desc()).limit(1)
    return _by_time(query).where(snapshots.c.published_at <= at)


def _by_time(query: Select[Any]) -> Select[Any]:
    return query.order_by(snapshots.c.published_at.desc(), snapshots.c.id.desc()).limit(1)


def _snapshot(row: Any) -> Snapshot:  # noqa: ANN401  # a row
    return Snapshot(row.arena, row.slice, row.last_vote, row.board, row.published_at, row.control)
