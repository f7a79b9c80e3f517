"""Bring a database to the shape this version needs."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import psycopg.errors
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError

from tiltyard.ledger.engine import Ledger, LedgerError

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 1_953_067_106
"""The advisory lock of whoever migrates, so that servers that start together do it once."""
LOCK_S = 2
"""How long a migration waits for a table, while everybody behind it waits as well."""
PATIENCE_S = 60.0
"""How long it is tried again."""


def alembic_config(connection: Connection) -> Config:
    """Point Alembic at the migrations of this package and at an open connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to `revision`."""
    command.upgrade(alembic_config(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Undo the migrations down to `revision` (`base` for all)."""
    command.downgrade(alembic_config(connection), revision)


def revisions() -> list[str]:
    """Name every revision there is, the oldest first."""
    script = ScriptDirectory(str(MIGRATIONS))
    return [each.revision for each in script.walk_revisions()][::-1]


@asynccontextmanager
async def upgraded_ledger(place: Path | str) -> AsyncGenerator[Ledger]:
    """Open a ledger and bring its tables to this version's shape; close it at the end.

    Raises
    ------
    LedgerError
        As `upgrade_ledger` does.
    """
    async with Ledger(place) as ledger:
        await upgrade_ledger(ledger)
        yield ledger


async def upgrade_ledger(ledger: Ledger, *, patience_s: float = PATIENCE_S) -> None:
    """Create or upgrade the tables of a ledger, all in one transaction; many may try at once.

    Raises
    ------
    LedgerError
        When the database cannot be reached, is of a newer version, holds somebody else's tables,
        or is too busy for `patience_s` seconds.
    """
    deadline = monotonic() + patience_s
    while not await _try_upgrade(ledger):
        if monotonic() >= deadline:
            raise LedgerError(
                f"The tables of {ledger.name} are in use, so they cannot be brought to this "
                "version's shape: stop the other servers, or try again when there is less to do."
            )
        await asyncio.sleep(LOCK_S / 4)  # for those who waited behind it


async def _try_upgrade(ledger: Ledger) -> bool:
    try:
        async with ledger.reading() as connection:
            if await connection.run_sync(_is_current, ledger.name):
                return True
        async with ledger.writing() as connection:
            await connection.run_sync(_upgrade_alone)
    except DBAPIError as error:
        if _is_busy(error):
            return False
        reason = str(error.orig).strip().splitlines()[0]
        raise LedgerError(f"The database {ledger.name} cannot be used: {reason}.") from error
    return True


def _is_current(connection: Connection, name: str) -> bool:
    """Say whether there is nothing to do, and refuse what must not be touched."""
    tables = set(inspect(connection).get_table_names())
    if tables and "alembic_version" not in tables:
        raise LedgerError(
            f"The database already holds other tables ({', '.join(sorted(tables)[:3])}, …): "
            "give Tiltyard a database of its own."
        )
    revision = MigrationContext.configure(connection).get_current_revision()
    known = revisions()
    if revision is not None and revision not in known:
        raise LedgerError(
            f"The database {name} is of a newer Tiltyard than this one (its shape is {revision}, "
            f"and this version knows {known[-1]}): use that version."
        )
    return revision == known[-1]


def _upgrade_alone(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)").bindparams(lock=LOCK))
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_S}s'"))
    upgrade(connection)


def _is_busy(error: DBAPIError) -> bool:
    """Say whether a table was in use, or SQLite's one writer was at work."""
    busy = isinstance(error, OperationalError) and "database is locked" in str(error.orig)
    return busy or isinstance(error.orig, psycopg.errors.LockNotAvailable)
