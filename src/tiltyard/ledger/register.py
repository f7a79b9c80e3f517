"""Who and what the battles refer to: versions of contestants and of arena definitions."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.inserting import insert_new, insert_or_touch
from tiltyard.ledger.tables import arena_definitions, contestant_versions

CARDS = select(contestant_versions.c.version, contestant_versions.c.card).where(
    contestant_versions.c.version.in_(bindparam("versions", expanding=True))
)


async def record_contestant(
    connection: AsyncConnection,
    contestant: str,
    version: str,
    card: Mapping[str, Any],
    at: datetime,
) -> None:
    """Record a version of a contestant's card; of a known one, that it is in use again."""
    row = {"version": version, "contestant": contestant, "card": dict(card), "recorded_at": at}
    await insert_or_touch(connection, contestant_versions, row, "recorded_at")


async def record_definition(
    connection: AsyncConnection,
    arena: str,
    sha256: str,
    definition: Mapping[str, Any],
    at: datetime,
) -> None:
    """Record a version of an arena's definition, unless it is known."""
    row = {"sha256": sha256, "arena": arena, "definition": dict(definition), "recorded_at": at}
    await insert_new(connection, arena_definitions, [row])


async def read_cards(connection: AsyncConnection) -> dict[str, dict[str, Any]]:
    """Read the newest card of every contestant that was ever recorded, by contestant.

    Contestants of imported battles have no card here, whatever the name.
    """
    newest = (
        select(
            contestant_versions.c.contestant,
            func.max(contestant_versions.c.recorded_at).label("at"),
        )
        .where(contestant_versions.c.card["imported"].as_string().is_(None))
        .group_by(contestant_versions.c.contestant)
        .subquery()
    )
    rows = await connection.execute(
        select(contestant_versions.c.contestant, contestant_versions.c.card)
        .join(
            newest,
            (newest.c.contestant == contestant_versions.c.contestant)
            & (newest.c.at == contestant_versions.c.recorded_at),
        )
        .where(contestant_versions.c.card["imported"].as_string().is_(None))
    )
    return {row.contestant: row.card for row in rows}


async def read_versions(
    connection: AsyncConnection, versions: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """Read the cards of these versions, by version."""
    rows = await connection.execute(CARDS, {"versions": list(set(versions))})
    return {row.version: row.card for row in rows}


def read_all_cards(connection: Connection) -> dict[str, dict[str, Any]]:
    """Read every card there ever was, imported contestants' too, by version."""
    rows = connection.execute(select(contestant_versions.c.version, contestant_versions.c.card))
    return {row.version: row.card for row in rows}


ARENAS = select(arena_definitions.c.arena).distinct().order_by(arena_definitions.c.arena)


async def read_arenas(connection: AsyncConnection) -> list[str]:
    """Name the arenas that were ever opened."""
    return list(await connection.scalars(ARENAS))


def read_all_arenas(connection: Connection) -> list[str]:
    """Name the arenas that were ever opened; synchronous."""
    return list(connection.scalars(ARENAS))
