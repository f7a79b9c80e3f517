"""Sources that were taken back: their votes stay as facts, and nothing counts them any more."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, select

from tiltyard.ledger.inserting import inserting_new
from tiltyard.ledger.sources import IMPORTED
from tiltyard.ledger.tables import battles, erasures, source_removals

SOME = 5_000
"""This many battles lose their words in one transaction: others write in between."""


def is_kept() -> ColumnElement[bool]:
    """Ask of a row of `battles` whether its source was not removed."""
    return battles.c.source.not_in(select(source_removals.c.source))


def removed_sources(connection: Connection) -> frozenset[str]:
    """Name the sources that were removed."""
    return frozenset(connection.scalars(select(source_removals.c.source)))


def imported_sources(connection: Connection) -> list[str]:
    """Name the sources that were imported and not removed."""
    imported = battles.c.source.startswith(IMPORTED, autoescape=True)
    query = select(battles.c.source).where(imported, is_kept()).distinct()
    return sorted(connection.scalars(query))


def count_battles(connection: Connection, source: str) -> int:
    """Count the battles of a source."""
    query = select(func.count()).select_from(battles).where(battles.c.source == source)
    return int(connection.scalar(query) or 0)


def remove_source(connection: Connection, source: str, at: datetime) -> None:
    """Record that a source is removed; one that is stays as it is."""
    row = {"source": source, "removed_at": at}
    connection.execute(inserting_new(connection.dialect.name, source_removals), [row])


def battles_of(connection: Connection, source: str) -> Iterator[list[UUID]]:
    """Name the battles of a source that still have their words, some at a time."""
    erased = select(erasures.c.battle)
    mine = select(battles.c.id).where(battles.c.source == source, battles.c.id.not_in(erased))
    yield from map(list, connection.scalars(mine.order_by(battles.c.id)).partitions(SOME))
