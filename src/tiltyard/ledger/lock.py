"""One server a ledger: whoever starts ends what an earlier server left open."""

import fcntl
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tiltyard.ledger.engine import Ledger, LedgerError

ADVISORY_LOCK = 7_118_453_907  # any number, the same for every Tiltyard


@asynccontextmanager
async def only_server(ledger: Ledger) -> AsyncGenerator[None]:
    """Hold the ledger's lock for servers; the operating system or PostgreSQL frees it at death.

    Raises
    ------
    LedgerError
        When another server holds it, or the database does not answer.
    """
    held = _file_lock(ledger) if ledger.is_sqlite else _advisory_lock(ledger)
    async with held as ours:
        if not ours:
            raise LedgerError(
                f"Another server is using the ledger {ledger.name}: stop it first, or choose "
                "another with --data or TILTYARD_DATABASE_URL."
            )
        yield


@asynccontextmanager
async def _file_lock(ledger: Ledger) -> AsyncGenerator[bool]:
    file = os.open(f"{ledger.name}-server", os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        yield _try_lock(file)
    finally:
        os.close(file)


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@asynccontextmanager
async def _advisory_lock(ledger: Ledger) -> AsyncGenerator[bool]:
    query = text("SELECT pg_try_advisory_lock(:lock)").bindparams(lock=ADVISORY_LOCK)
    try:
        connection = await ledger.engine.connect()
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise LedgerError(f"The database {ledger.name} cannot be used: {reason}.") from error
    try:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        yield bool(await connection.scalar(query))
    finally:
        # Closing the session for good frees the lock; back in the pool it would stay held.
        await connection.invalidate()
        await connection.close()
