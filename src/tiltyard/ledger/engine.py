"""Open the ledger's database: SQLite by default, PostgreSQL by URL, the same code above."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

from sqlalchemy import Connection as SyncConnection
from sqlalchemy import event, make_url, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from tiltyard.errors import TiltyardError

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",  # readers and the writer do not wait for each other
    "PRAGMA synchronous=FULL",  # an acknowledged vote survives power loss
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",  # milliseconds
)


class LedgerError(TiltyardError):
    """The database cannot be opened, or has a shape this version does not know."""

    status: ClassVar[int] = 503
    title: ClassVar[str] = "The ledger is not available"


class Ledger:
    """The append-only record of everything that happens in the arena.

    Parameters
    ----------
    url
        A SQLAlchemy URL: `sqlite:///path/to/ledger.sqlite3` or `postgresql://…`. The driver is
        chosen here (aiosqlite, psycopg).

    Raises
    ------
    LedgerError
        When the URL is not one of these, or SQLite's directory cannot be written.
    """

    def __init__(self, url: str) -> None:
        self.url = parse_url(url)
        if self.url.get_backend_name() == "sqlite":
            require_writable(self.url)
        self.engine = open_engine(self.url)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        """Give one consistent view of the ledger; nothing is written."""
        async with self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[AsyncConnection]:
        """Give a transaction that is committed at the end and undone by an exception."""
        async with self.engine.connect() as plain:
            connection = await plain.execution_options(writes=True)
            async with connection.begin():
                yield connection

    async def ping(self) -> None:
        """Ask the database for nothing; a `DatabaseError` says that it does not answer."""
        async with self.reading() as connection:
            await connection.execute(select(1))

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()


def parse_url(url: str) -> URL:
    """Read a database URL and put in the asynchronous driver."""
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}
    try:
        parsed = make_url(url)
        return parsed.set(drivername=drivers[parsed.get_backend_name()])
    except (ArgumentError, KeyError):
        raise LedgerError(
            f"The database URL {url!r} is not understood: "
            "use sqlite:///PATH or postgresql://USER@HOST/NAME."
        ) from None


def require_writable(url: URL) -> None:
    """Make the directory of a SQLite file, or say that it cannot be written."""
    path = Path(url.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab"):
            pass
    except OSError as error:
        raise LedgerError(
            f"The ledger cannot be written at {path}: {error.strerror}. "
            "Choose another directory with --data or TILTYARD_DATABASE_URL."
        ) from error


def open_engine(url: URL) -> AsyncEngine:
    """Create the engine with the settings each database needs."""
    if url.get_backend_name() != "sqlite":
        return create_async_engine(url, pool_pre_ping=True)
    engine = create_async_engine(url)
    event.listen(engine.sync_engine, "connect", _set_pragmas)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:  # noqa: ANN401  # the driver's own connection type
    # The driver must not begin transactions by itself: `_begin` does.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: SyncConnection) -> None:
    # A writer takes the lock at once: two that start as readers could both fail to upgrade.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


Connection = AsyncConnection
"""A transaction or a view of the ledger, for rooms that must not know SQL."""

DatabaseError = DBAPIError
"""What a lost or refusing database raises."""
