"""The servers of a ledger: who is there, who has gone, and what they left open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.battles import fail_open_attempts
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.tables import attempts, servers

LOCKS = 1_953_067_105
"""The first half of the advisory locks' keys; the second is 0 for the elected worker, or the
number of the server that holds it for as long as it lives."""
RETURN_S = 10
"""How long servers have to come back after PostgreSQL itself restarted."""

SILENT = text("""
    SELECT id FROM servers
    WHERE ended_at IS NULL
      AND (started_at > pg_postmaster_start_time()
           OR pg_postmaster_start_time() < now() - make_interval(secs => :return_s))
      AND NOT EXISTS (
        SELECT 1 FROM pg_locks
        WHERE locktype = 'advisory' AND objsubid = 2 AND granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND classid = :locks AND objid = servers.id)
""").bindparams(locks=LOCKS, return_s=RETURN_S)

ELECTED = text("""
    SELECT life.objid FROM pg_locks AS life JOIN pg_locks AS work USING (pid, database, classid)
    WHERE life.locktype = 'advisory' AND life.objsubid = 2 AND life.granted AND life.objid <> 0
      AND work.locktype = 'advisory' AND work.objsubid = 2 AND work.granted AND work.objid = 0
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid = :locks
""").bindparams(locks=LOCKS)


@dataclass(frozen=True, slots=True)
class PresentServer:
    """A server that is there.

    Attributes
    ----------
    address
        Where the other servers reach it; None when it has not said.
    elected
        Whether its worker is the one that works.
    """

    id: int
    address: str | None
    started_at: datetime
    elected: bool


async def present_servers(ledger: Ledger) -> Sequence[PresentServer]:
    """List the servers that are there and have not ended, the oldest first.

    One that died a moment ago is among them until another one has found out.
    """
    query = servers.select().where(servers.c.ended_at.is_(None)).order_by(servers.c.id)
    async with ledger.reading() as connection:
        elected = ledger.server if ledger.is_sqlite else await connection.scalar(ELECTED)
        found = await connection.execute(query)
    return [
        PresentServer(row.id, row.address, row.started_at, elected=row.id == elected)
        for row in found
    ]


async def add_server(
    connection: AsyncConnection, address: str | None, *, id_: int | None = None
) -> int:
    """Record that a server starts, and where the others reach it; return its number."""
    row: dict[str, Any] = {"address": address, "started_at": datetime.now(UTC)}
    if id_ is not None:
        row["id"] = id_
    query = servers.insert().values(row).returning(servers.c.id)
    return int((await connection.execute(query)).scalar_one())


async def end_servers(connection: AsyncConnection, ids: list[int]) -> None:
    """Record that these servers are gone, and end what they were answering."""
    now = datetime.now(UTC)
    gone = servers.c.id.in_(ids) & servers.c.ended_at.is_(None)
    await connection.execute(update(servers).where(gone).values(ended_at=now))
    await fail_open_attempts(connection, now, server=None)


async def bury_dead(ledger: Ledger) -> list[int]:
    """End the servers that died without a word, with what they left open; return their numbers.

    A living server holds an advisory lock of PostgreSQL, which frees it when the server's
    session ends, however it ends. SQLite has one server at a time: every other one is gone.
    """
    async with ledger.reading() as connection:
        silent = await find_silent(connection, ledger)
    await bury(ledger, silent)
    return silent


async def bury(ledger: Ledger, silent: list[int]) -> None:
    """End these servers and what they left open."""
    if silent:
        async with ledger.writing() as connection:
            await end_servers(connection, silent)


async def is_ended(connection: AsyncConnection, id_: int) -> bool:
    """Say whether somebody took this server for dead."""
    query = select(servers.c.ended_at).where(servers.c.id == id_)
    return await connection.scalar(query) is not None


async def answering_address(ledger: Ledger, battle: UUID) -> str | None:
    """Find where the server is reached that answers this battle; None when it is ours or nobody's.

    Only what the ledger says: whether that server still lives shows when it is asked.
    """
    query = (
        select(servers.c.address)
        .join(attempts, attempts.c.server == servers.c.id)
        .where(attempts.c.battle == battle, attempts.c.state == "streaming", _other(ledger))
        .limit(1)
    )
    async with ledger.reading() as connection:
        address: str | None = await connection.scalar(query)
    return address


async def find_silent(connection: AsyncConnection, ledger: Ledger) -> list[int]:
    """Find the servers that are gone and have not said so."""
    query = select(servers.c.id).where(_other(ledger)) if ledger.is_sqlite else SILENT
    return [id_ for id_ in await connection.scalars(query) if id_ != ledger.server]


def _other(ledger: Ledger) -> ColumnElement[bool]:
    return servers.c.ended_at.is_(None) & (servers.c.id != ledger.server)
