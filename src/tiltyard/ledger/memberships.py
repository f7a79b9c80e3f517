"""Who votes with whom: groups that people join and leave. A state, not a fact."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.inserting import insert_new
from tiltyard.ledger.tables import memberships


async def join_group(connection: AsyncConnection, group: str, voter: str, at: datetime) -> None:
    """Put a voter into a group; one who is in it stays as they are."""
    await insert_new(
        connection, memberships, [{"group_name": group, "voter": voter, "joined_at": at}]
    )


async def leave_group(connection: AsyncConnection, group: str, voter: str) -> None:
    """Take a voter out of a group."""
    mine = memberships.c.voter == voter
    await connection.execute(delete(memberships).where(memberships.c.group_name == group, mine))


async def groups_of(connection: AsyncConnection, voter: str) -> Sequence[tuple[str, int]]:
    """List the groups that a voter is in, each with its number of members, by name."""
    mine = select(memberships.c.group_name).where(memberships.c.voter == voter)
    query = (
        select(memberships.c.group_name, func.count())
        .where(memberships.c.group_name.in_(mine))
        .group_by(memberships.c.group_name)
        .order_by(memberships.c.group_name)
    )
    return [(group, members) for group, members in await connection.execute(query)]


async def members_of(connection: AsyncConnection, group: str) -> Sequence[str]:
    """List the voters in a group, in the order in which they joined."""
    query = select(memberships.c.voter).where(memberships.c.group_name == group)
    return list(await connection.scalars(query.order_by(memberships.c.joined_at)))
