"""How a session of PostgreSQL is opened, kept alive, and let go of when PostgreSQL died."""

import select as sockets
from contextlib import suppress
from traceback import clear_frames
from typing import Any

import psycopg
from sqlalchemy import Dialect, Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

SESSION = {
    "connect_timeout": 5,  # seconds
    # A machine or a network that died says no goodbye. This end of an idle session asks the other
    # after 10 s, then every 5 s; what it sent is given up when it is not acknowledged for 25 s.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,  # milliseconds; Linux only, unknown elsewhere and passed over
    "application_name": "tiltyard",
}


def prepare(engine: Engine) -> None:
    """Let an engine connect without leaks, and see at once which sessions have ended."""
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "connect", _use_cursors_that_close)
    event.listen(engine, "checkout", _refuse_ended)
    event.listen(engine, "handle_error", _close_lost)


class _ServerCursor(psycopg.ServerCursor[Any]):
    """A cursor that closes although its server died."""

    def close(self) -> None:
        """Close it.

        The first try asks the server, and fails where it died; only then does the driver know that
        nobody is there to ask.
        """
        with suppress(psycopg.Error):
            super().close()
        super().close()


def _use_cursors_that_close(connection: object, _record: object) -> None:
    if isinstance(connection, psycopg.Connection):
        connection.server_cursor_factory = _ServerCursor


def _close_lost(context: ExceptionContext) -> None:
    """Close a cursor whose server died, which the engine leaves to the collector."""
    execution = context.execution_context
    if context.is_disconnect and execution is not None and execution.cursor is not None:
        with suppress(Exception):  # whatever it says, nobody is there to hear it
            execution.cursor.close()


def _connect(
    dialect: Dialect,
    _record: object,
    arguments: tuple[Any, ...],
    named: dict[str, Any],
) -> Any:  # noqa: ANN401  # the driver's own connection type
    """Connect, or let go at once of what did not.

    The frames of a failed attempt hold its socket, and hold each other until a full collection:
    meanwhile PostgreSQL would keep a session for nobody.
    """
    try:
        return dialect.connect(*arguments, **named)
    except Exception as error:
        fault: BaseException | None = error
        while fault is not None:
            clear_frames(fault.__traceback__)
            fault = fault.__context__
        raise


def _refuse_ended(_connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Let the pool replace a session that PostgreSQL has ended, without a trip to ask.

    An idle session has nothing to read: if it has, that is its end.
    """
    session: Any = record.driver_connection
    if session.closed:
        raise DisconnectionError
    waiting = sockets.poll()
    waiting.register(session.fileno(), sockets.POLLIN)
    if waiting.poll(0):
        raise DisconnectionError
