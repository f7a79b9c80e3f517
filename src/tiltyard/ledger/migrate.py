"""Bring a database to the shape this version needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from tiltyard.ledger.engine import Ledger, LedgerError

MIGRATIONS = Path(__file__).parent / "migrations"


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


async def upgrade_ledger(ledger: Ledger) -> None:
    """Create or upgrade the tables of a ledger.

    Raises
    ------
    LedgerError
        When the database cannot be reached, or holds somebody else's tables.
    """
    try:
        async with ledger.writing() as connection:
            await connection.run_sync(_refuse_foreign_tables)
            await connection.run_sync(upgrade)
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise LedgerError(f"The database {ledger.name} cannot be used: {reason}.") from error
    except CommandError as error:
        raise LedgerError(
            f"The database {ledger.name} is of a newer Tiltyard than this one ({error}): "
            "use that version."
        ) from error


def _refuse_foreign_tables(connection: Connection) -> None:
    tables = set(inspect(connection).get_table_names())
    if tables and "alembic_version" not in tables:
        raise LedgerError(
            f"The database already holds other tables ({', '.join(sorted(tables)[:3])}, …): "
            "give Tiltyard a database of its own."
        )
