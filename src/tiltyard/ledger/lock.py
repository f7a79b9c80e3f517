"""One server on a SQLite file: it has no way to tell a living server from a dead one."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager

from tiltyard.ledger.engine import Ledger, LedgerError


@contextmanager
def only_server(ledger: Ledger) -> Generator[None]:
    """Hold a SQLite file for one server; the operating system lets it go at the server's death.

    PostgreSQL is not held: see `presence.py`.

    Raises
    ------
    LedgerError
        When another server holds it.
    """
    if not ledger.is_sqlite:
        yield
        return
    file = os.open(f"{ledger.name}-server", os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        if not _try_lock(file):
            raise LedgerError(
                f"Another server is using the ledger {ledger.name}: stop it first, or choose "
                "another with --data or TILTYARD_DATABASE_URL. Several servers need PostgreSQL."
            )
        yield
    finally:
        os.close(file)


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
