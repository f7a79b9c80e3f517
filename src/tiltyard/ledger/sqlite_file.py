"""How a ledger's file is opened: what SQLite is told, and connections that close however asked."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import aiosqlite
from sqlalchemy import Connection as SyncConnection
from sqlalchemy import Engine, event

PRAGMAS = (
    "PRAGMA journal_mode=WAL",  # readers and the writer do not wait for each other
    "PRAGMA synchronous=FULL",  # an acknowledged vote survives power loss
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",  # milliseconds
)

OnClosing = Callable[[asyncio.Future[Any]], None]


class File(sqlite3.Connection):
    """A file that undoes its transaction when it is closed.

    SQLite waits for that until the last cursor is gone. The traceback of who was cancelled may hold
    one, and with it everybody's turn to write.
    """

    def close(self) -> None:
        """Undo what is not committed, and close."""
        with suppress(sqlite3.Error):  # closed already, or the disk is gone: it is closed anyway
            self.rollback()
        super().close()


class FileConnection(aiosqlite.Connection):
    """A connection that closes once, behind all that it was asked, whoever waits for it.

    Who is cancelled again while it closes lets SQLAlchemy stop it too; the driver's own would then
    wait for an end that has been.

    Parameters
    ----------
    connect
        Opens the file; called in the connection's thread.
    on_closing
        Called when the connection begins to close, with what is done when it has.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], on_closing: OnClosing) -> None:
        super().__init__(connect, iter_chunk_size=64)
        # As SQLAlchemy does for its own: a connection nobody closed keeps no program from ending.
        self._thread.daemon = True
        self._on_closing = on_closing
        self._closed: asyncio.Future[Any] | None = None

    def stop(self) -> asyncio.Future[Any] | None:
        """Close the file behind what is still to be done, and end the thread."""
        if self._closed is None and (closed := super().stop()) is not None:
            self._closed = closed
            self._on_closing(closed)
        return self._closed

    async def close(self) -> None:
        """Stop, and wait for it."""
        if (closed := self.stop()) is not None:
            await asyncio.shield(closed)


def file_connection(place: str, *, on_closing: OnClosing, **how: Any) -> FileConnection:  # noqa: ANN401  # the driver's own options
    """Make a connection of the event loop, not yet open; `how` is as `sqlite3.connect` takes it."""
    return FileConnection(partial(sqlite3.connect, place, factory=File, **how), on_closing)


def prepare(engine: Engine) -> None:
    """Let an engine tell SQLite what a ledger needs."""
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)


def _set_pragmas(connection: Any, _record: object) -> None:  # noqa: ANN401  # the driver's own connection type
    # The driver must not begin transactions by itself: `_begin` does.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: SyncConnection) -> None:
    # A writer takes the lock at once: two that start as readers could both fail to upgrade.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
