"""Take an import back: its votes count nowhere any more, and its words are erased."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from tiltyard.imports.errors import ImportVotesError
from tiltyard.ledger import bulk, removals
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.erasing import erase_words
from tiltyard.ledger.sources import IMPORTED

Progress = Callable[[int], None]


async def require_kept(ledger: Ledger, source: str) -> None:
    """Refuse to import under a name that was removed.

    Raises
    ------
    ImportVotesError
        When it was.
    """
    await ledger.in_thread(lambda connection: require_kept_by(connection, source))


def require_kept_by(connection: SyncConnection, source: str) -> None:
    """Refuse what :func:`require_kept` does, in a transaction."""
    if source in removals.removed_sources(connection):
        raise ImportVotesError(
            f"{source.removeprefix(IMPORTED)} was removed and stays so: give another --source."
        )


async def count_source(ledger: Ledger, source: str) -> int:
    """Count the battles that were imported under a name.

    Raises
    ------
    ImportVotesError
        When there are none.
    """

    def count(connection: SyncConnection) -> int:
        found = removals.count_battles(connection, IMPORTED + source)
        if not found:
            there = ", ".join(
                one.removeprefix(IMPORTED) for one in removals.imported_sources(connection)
            )
            raise ImportVotesError(
                f"Nothing was imported as {source}; there is {there or 'no import at all'}."
            )
        return found

    return await ledger.in_thread(count)


async def remove_source(
    ledger: Ledger, source: str, *, progress: Progress = lambda _: None
) -> None:
    """Take back all that was imported under a name.

    Nothing counts the votes from its first transaction on. The words are erased after it, some
    battles at a time; where that is cut off, removing the source again goes on with it.

    Parameters
    ----------
    progress
        Told how many battles have lost their words.
    """
    now = datetime.now(UTC)
    name = IMPORTED + source

    def remove(connection: SyncConnection) -> None:
        bulk.lock_imports(connection)  # what is being imported is there, or finds this out
        removals.remove_source(connection, name, now)

    await ledger.write_in_thread(remove)
    batches = await ledger.in_thread(lambda one: list(removals.battles_of(one, name)))
    for number, ids in enumerate(batches, 1):
        await ledger.write_in_thread(partial(erase_words, ids=ids, at=now, still_counted=False))
        progress(min(number * removals.SOME, sum(map(len, batches))))
