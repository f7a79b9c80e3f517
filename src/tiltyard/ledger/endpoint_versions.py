"""Which exact models answered for a contestant, as their providers said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.tables import attempts, sides


@dataclass(frozen=True, slots=True)
class EndpointVersion:
    """A version that a provider named, and when it was the first and the last time."""

    version: str
    first: datetime
    last: datetime
    answers: int


async def read_endpoint_versions(
    connection: AsyncConnection, contestant: str
) -> Sequence[EndpointVersion]:
    """Read the versions that answered for a contestant, in the order they were first seen."""
    first = func.min(attempts.c.started_at)
    query = (
        select(attempts.c.endpoint_version, first, func.max(attempts.c.started_at), func.count())
        .join(sides, (sides.c.battle == attempts.c.battle) & (sides.c.slot == attempts.c.slot))
        .where(sides.c.contestant == contestant, attempts.c.endpoint_version.is_not(None))
        .group_by(attempts.c.endpoint_version)
        .order_by(first, attempts.c.endpoint_version)
    )
    return [EndpointVersion(*row) for row in await connection.execute(query)]
