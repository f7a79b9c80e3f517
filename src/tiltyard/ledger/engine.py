"""Open the ledger's database: SQLite by default, PostgreSQL by URL, the same code above."""

import asyncio
import os
import re
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

from sqlalchemy import Connection as SqlConnection
from sqlalchemy import Engine, create_engine, make_url, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from tiltyard.errors import TiltyardError
from tiltyard.ledger import postgresql_session, sqlite_file
from tiltyard.ledger.postgresql_session import SESSION

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}
SESSIONS = 10
"""PostgreSQL's sessions of one server. More do not make two cores faster, and PostgreSQL has 100
for everybody."""
READERS = 3
"""And those of its threads that read much: boards, pairing, exposure."""
ONE_STATE = "REPEATABLE READ"
"""So all that PostgreSQL is asked in one transaction is answered of the same moment."""
SESSION_WAIT_S = 5.0
"""How long a request waits for one of them, or for its turn to write into a file, before it is
asked to come back."""
BUSY = f"Others have been writing into the ledger's file for {SESSION_WAIT_S:.0f} seconds."
SYNC_DRIVERS = {"sqlite+aiosqlite": "sqlite", "postgresql+psycopg": "postgresql+psycopg"}

Result = TypeVar("Result")

SyncConnection = SqlConnection
"""The same for work in a thread."""

Connection = AsyncConnection
"""A transaction or a view of the ledger, for rooms that must not know SQL."""

DatabaseError = SQLAlchemyError
"""Anything that the database or the way to it can raise."""

OUTAGES = (OperationalError, InterfaceError, PoolTimeoutError)
"""What a database raises that does not answer just now; asking again may help."""


class LedgerError(TiltyardError):
    """The database cannot be opened, or has a shape this version does not know."""

    status: ClassVar[int] = 503
    title: ClassVar[str] = "The ledger is not available"


class Ledger:
    """The append-only record of everything that happens in the arena.

    Parameters
    ----------
    place
        The path of a SQLite file, or a URL: `sqlite:///PATH` or `postgresql://…`. The driver is
        chosen here (aiosqlite, psycopg).
    sessions
        How many PostgreSQL may be asked for at once; a file needs none.

    Raises
    ------
    LedgerError
        When it is neither, or SQLite's directory cannot be written.
    """

    def __init__(self, place: Path | str, *, sessions: int = SESSIONS) -> None:
        self.url = database_url(place)
        if self.is_sqlite:
            require_writable(self.url)
        self._threads: set[asyncio.Future[Any]] = set()
        self.engine = open_engine(self.url, sessions, on_closing=self._wait_for)
        # SQLite has one writer. Who waits here and not there holds no connection meanwhile, and is
        # let in at once and in order, where SQLite would look again every tenth of a second.
        self._one_writer = asyncio.Lock()
        self.server: int | None = None  # who works here, while a server does: see presence.py

    @property
    def is_sqlite(self) -> bool:
        """Whether this ledger is a file."""
        return is_sqlite(self.url)

    @property
    def name(self) -> str:
        """Where the ledger is, without its password."""
        return self.url.database or "" if self.is_sqlite else self.url.render_as_string()

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        """Give one consistent view of the ledger; nothing is written."""
        async with self.engine.connect() as connection:
            if not self.is_sqlite:
                await connection.execution_options(isolation_level=ONE_STATE)
            yield connection

    @asynccontextmanager
    async def watching(self) -> AsyncGenerator[AsyncConnection]:
        """Give a transaction that writes nothing; on PostgreSQL each question sees the present."""
        async with self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[AsyncConnection]:
        """Give a transaction that is committed at the end and undone by an exception."""
        await self._turn_to_write()
        try:
            async with self.engine.connect() as plain:
                connection = await plain.execution_options(writes=True)
                async with connection.begin():
                    yield connection
        finally:
            self._end_turn()

    async def _turn_to_write(self) -> None:
        if not self.is_sqlite:
            return
        try:
            async with asyncio.timeout(SESSION_WAIT_S):
                await self._one_writer.acquire()
        except TimeoutError as error:
            raise PoolTimeoutError(BUSY) from error

    def _end_turn(self) -> None:
        if self.is_sqlite:
            self._one_writer.release()

    async def in_thread(self, read: Callable[[SyncConnection], Result]) -> Result:
        """Let a thread read much, so that the event loop goes on meanwhile.

        Parameters
        ----------
        read
            Called in the thread with a connection that sees one state of the ledger.
        """
        threaded = self._threaded  # made here: two threads that came first would make two

        def run() -> Result:
            with threaded.connect() as connection:
                if not self.is_sqlite:
                    connection.execution_options(isolation_level=ONE_STATE)
                return read(connection)

        return await asyncio.shield(self._started(asyncio.to_thread(run)))

    async def write_in_thread(self, write: Callable[[SyncConnection], Result]) -> Result:
        """Let a thread write much in one transaction, undone by an exception.

        Parameters
        ----------
        write
            Called in the thread with a connection that may write.
        """
        threaded = self._threaded

        def run() -> Result:
            with threaded.connect() as plain:
                connection = plain.execution_options(writes=True)
                with connection.begin():
                    return write(connection)

        await self._turn_to_write()
        work = self._started(asyncio.to_thread(run))
        work.add_done_callback(lambda _: self._end_turn())  # who is cancelled leaves it writing
        return await asyncio.shield(work)

    def _started(self, thread: Coroutine[Any, Any, Result]) -> asyncio.Future[Result]:
        """Start a thread; who is cancelled leaves it, and `close` waits for its session."""
        work = asyncio.ensure_future(thread)
        self._wait_for(work)
        return work

    def _wait_for(self, work: asyncio.Future[Any]) -> None:
        self._threads.add(work)
        work.add_done_callback(self._forget)

    def _forget(self, work: asyncio.Future[Any]) -> None:
        self._threads.discard(work)
        if not work.cancelled():
            work.exception()  # told to whoever still waits

    async def ping(self) -> None:
        """Ask the database for nothing; a `DatabaseError` says that it does not answer."""
        async with self.reading() as connection:
            await connection.execute(select(1))

    async def close(self) -> None:
        """Close every connection, once the threads that use them have ended."""
        await self._threads_ended()
        await self.engine.dispose()
        if "_threaded" in self.__dict__:
            self._threaded.dispose()
        await self._threads_ended()  # of connections that closed

    async def _threads_ended(self) -> None:
        if self._threads:
            await asyncio.wait(self._threads)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    @cached_property
    def _threaded(self) -> Engine:
        url = self.url.set(drivername=SYNC_DRIVERS[self.url.drivername])
        pool = {"pool_size": READERS, "max_overflow": 0, "connect_args": SESSION}
        settings: dict[str, Any] = {} if self.is_sqlite else pool
        engine = create_engine(url, hide_parameters=True, **settings)
        _prepare(engine)
        return engine


def database_url(place: Path | str) -> URL:
    """Make a database URL of a path or of a URL as people write it, with the driver in it.

    Raises
    ------
    LedgerError
        When it is not understood; the sentence does not repeat a password.
    """
    if isinstance(place, Path):
        return URL.create(DRIVERS["sqlite"], database=str(place))
    try:
        parsed = make_url(place)
        return parsed.set(drivername=DRIVERS[parsed.drivername.partition("+")[0]])
    except (ArgumentError, KeyError, ValueError):
        safe = re.sub(r"//[^/]*@", "//***@", place)
        raise LedgerError(
            f"The database URL {safe!r} is not understood: "
            "use sqlite:///PATH or postgresql://USER@HOST/NAME."
        ) from None


def require_writable(url: URL) -> None:
    """Make the directory of a SQLite file, or say that it cannot be written."""
    path = Path(url.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # For the owner's eyes: everybody's questions are in it.
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise LedgerError(
            f"The ledger cannot be written at {path}: {error.strerror}. "
            "Choose another directory with --data or TILTYARD_DATABASE_URL."
        ) from error


def open_engine(url: URL, sessions: int, *, on_closing: sqlite_file.OnClosing) -> AsyncEngine:
    """Create the engine with the settings each database needs."""
    open_file = partial(sqlite_file.file_connection, on_closing=on_closing)
    pool = {"pool_size": sessions, "max_overflow": 0, "pool_timeout": SESSION_WAIT_S}
    file = {"connect_args": {"async_creator_fn": open_file}}
    settings: dict[str, Any] = file if is_sqlite(url) else {**pool, "connect_args": SESSION}
    engine = create_async_engine(url, hide_parameters=True, **settings)
    _prepare(engine.sync_engine)
    return engine


def is_sqlite(url: URL) -> bool:
    """Say whether a database is a file."""
    return url.get_backend_name() == "sqlite"


def _prepare(engine: Engine) -> None:
    prepare = sqlite_file.prepare if is_sqlite(engine.url) else postgresql_session.prepare
    prepare(engine)
