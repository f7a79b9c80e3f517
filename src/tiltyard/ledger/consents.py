"""Who lets what be published. The newest decision of a voter holds, for all of their battles."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.tables import arena_definitions, consents, erasures


async def add_decision(
    connection: AsyncConnection,
    voter: str,
    at: datetime,
    *,
    publish: bool,
    shown: Mapping[str, str],
) -> None:
    """Record a decision, and which version of each arena's text the voter was shown."""
    await connection.execute(
        consents.insert().values(voter=voter, publish=publish, shown=dict(shown), decided_at=at)
    )


async def lets_publish(connection: AsyncConnection, voter: str) -> bool:
    """Say whether a voter has not opted out."""
    query = (
        select(consents.c.publish)
        .where(consents.c.voter == voter)
        .order_by(consents.c.id.desc())
        .limit(1)
    )
    return await connection.scalar(query) is not False


async def withdrawn_since(connection: AsyncConnection, at: datetime) -> bool:
    """Say whether since then anybody opted out or had a battle's words erased."""
    decided = exists().where(consents.c.decided_at > at, consents.c.publish.is_(False))
    erased = exists().where(erasures.c.erased_at > at)
    return bool(await connection.scalar(select(or_(decided, erased))))


def opted_out(connection: Connection) -> set[str]:
    """Name the voters who have opted out. Synchronous, as the next."""
    newest = select(func.max(consents.c.id)).group_by(consents.c.voter)
    query = select(consents.c.voter).where(consents.c.id.in_(newest), consents.c.publish.is_(False))
    return set(connection.scalars(query))


def consent_versions(connection: Connection) -> Mapping[str, str]:
    """Read which version of its text each definition has that tells people of publishing."""
    version = arena_definitions.c.definition["consent"]["version"].as_string()
    rows = connection.execute(select(arena_definitions.c.sha256, version.label("version")))
    return {row.sha256: row.version for row in rows if row.version is not None}
