"""How a PostgreSQL is set up, for people who look after it."""

from dataclasses import dataclass

from sqlalchemy import text

from tiltyard.ledger.engine import Ledger

HEALTH = text("""
    SELECT current_setting('server_version') AS version,
           current_setting('server_version_num')::int AS number,
           current_setting('fsync') = 'on' AS fsync,
           current_setting('synchronous_commit') <> 'off' AS synchronous,
           current_setting('max_connections')::int
             - current_setting('superuser_reserved_connections')::int AS most,
           (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS used
""")


@dataclass(frozen=True, slots=True)
class PostgresqlHealth:
    """How a PostgreSQL says it is.

    `durable` is whether a vote that was acknowledged survives a power failure; `used` and `most`
    count the sessions of everybody.
    """

    version: str
    number: int
    durable: bool
    used: int
    most: int


async def read_postgresql_health(ledger: Ledger) -> PostgresqlHealth:
    """Ask a PostgreSQL how it is set up."""
    async with ledger.reading() as connection:
        row = (await connection.execute(HEALTH)).one()
    return PostgresqlHealth(
        row.version, row.number, row.fsync and row.synchronous, row.used, row.most
    )
