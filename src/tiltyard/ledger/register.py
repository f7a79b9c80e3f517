"""Who and what the battles refer to: versions of contestants and of arena definitions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.tables import arena_definitions, contestant_versions


async def record_contestant(
    connection: AsyncConnection,
    contestant: str,
    version: str,
    card: Mapping[str, Any],
    at: datetime,
) -> None:
    """Record a version of a contestant's card, unless it is known."""
    row = {"version": version, "contestant": contestant, "card": dict(card), "recorded_at": at}
    await _insert_if_new(connection, contestant_versions, row)


async def record_definition(
    connection: AsyncConnection,
    arena: str,
    sha256: str,
    definition: Mapping[str, Any],
    at: datetime,
) -> None:
    """Record a version of an arena's definition, unless it is known."""
    row = {"sha256": sha256, "arena": arena, "definition": dict(definition), "recorded_at": at}
    await _insert_if_new(connection, arena_definitions, row)


async def read_cards(connection: AsyncConnection) -> dict[str, dict[str, Any]]:
    """Read the newest card of every contestant that was ever recorded, by contestant."""
    newest = (
        select(
            contestant_versions.c.contestant,
            func.max(contestant_versions.c.recorded_at).label("at"),
        )
        .group_by(contestant_versions.c.contestant)
        .subquery()
    )
    rows = await connection.execute(
        select(contestant_versions.c.contestant, contestant_versions.c.card).join(
            newest,
            (newest.c.contestant == contestant_versions.c.contestant)
            & (newest.c.at == contestant_versions.c.recorded_at),
        )
    )
    return {row.contestant: row.card for row in rows}


async def read_card(connection: AsyncConnection, version: str) -> dict[str, Any]:
    """Read the card of one version."""
    query = select(contestant_versions.c.card).where(contestant_versions.c.version == version)
    return dict((await connection.execute(query)).scalar_one())


async def read_arenas(connection: AsyncConnection) -> list[str]:
    """Name the arenas that were ever opened."""
    query = select(arena_definitions.c.arena).distinct().order_by(arena_definitions.c.arena)
    return list(await connection.scalars(query))


async def _insert_if_new(connection: AsyncConnection, table: Table, row: Mapping[str, Any]) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(postgresql.insert(table).values(**row).on_conflict_do_nothing())
    else:
        await connection.execute(sqlite.insert(table).values(**row).on_conflict_do_nothing())
