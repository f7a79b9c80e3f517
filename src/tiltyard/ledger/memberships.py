"""Who votes with whom: groups that people join and leave. A state, not a fact."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.inserting import insert_new
from tiltyard.ledger.tables import memberships


class Member(NamedTuple):
    """A voter who joined a group, and may have left it since; `joined_at` is of the first time."""

    voter: str
    joined_at: datetime
    left: bool = False


async def join_group(connection: AsyncConnection, group: str, voter: str, at: datetime) -> None:
    """Put a voter into a group; one who was in it before has the old place again."""
    row = {"group_name": group, "voter": voter, "joined_at": at}
    if not await insert_new(connection, memberships, [row]):
        await _set_left(connection, group, voter, None)


async def leave_group(connection: AsyncConnection, group: str, voter: str, at: datetime) -> None:
    """Take a voter out of a group, whose place stays empty; of a stranger nothing changes."""
    await _set_left(connection, group, voter, at)


async def _set_left(
    connection: AsyncConnection, group: str, voter: str, at: datetime | None
) -> None:
    mine = memberships.c.group_name == group, memberships.c.voter == voter
    await connection.execute(update(memberships).where(*mine).values(left_at=at))


async def groups_of(connection: AsyncConnection, voter: str) -> Sequence[tuple[str, int]]:
    """List the groups that a voter is in, each with its number of members, by name."""
    is_in = memberships.c.left_at.is_(None)
    mine = select(memberships.c.group_name).where(memberships.c.voter == voter, is_in)
    query = (
        select(memberships.c.group_name, func.count())
        .where(memberships.c.group_name.in_(mine), is_in)
        .group_by(memberships.c.group_name)
        .order_by(memberships.c.group_name)
    )
    return [(group, members) for group, members in await connection.execute(query)]


async def members_of(connection: AsyncConnection, group: str) -> Sequence[Member]:
    """List who ever joined a group, in the order in which they did."""
    columns = memberships.c
    query = select(columns.voter, columns.joined_at, columns.left_at)
    rows = await connection.execute(
        query.where(columns.group_name == group).order_by(columns.joined_at, columns.voter)
    )
    return [Member(row.voter, row.joined_at, row.left_at is not None) for row in rows]
