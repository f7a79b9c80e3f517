"""Imports into a ledger of the test's own, and what is in it afterwards."""

from pathlib import Path

import polars as pl
from sqlalchemy import func, select

from tiltyard.imports.records import ImportReport
from tiltyard.imports.service import Importer
from tiltyard.ledger.battles_table import read_votes
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.tables import battles, metadata

KEY = b"the key of the tests' voters"


async def import_file(
    ledger: Ledger, file: Path, *, source: str = "others", schema: str | None = None
) -> ImportReport:
    importer = Importer(ledger, source=source, arena="text", voter_key=KEY)
    return await importer.import_file(file, schema=schema)


async def imported_votes(ledger: Ledger) -> pl.DataFrame:
    read = await ledger.in_thread(lambda connection: read_votes(connection, "text", imported=True))
    return read.battles.frame


async def count_rows(ledger: Ledger) -> dict[str, int]:
    """How many rows each table has."""
    async with ledger.reading() as connection:
        return {
            table.name: int(await connection.scalar(select(func.count()).select_from(table)) or 0)
            for table in metadata.sorted_tables
        }


async def battle_ids(ledger: Ledger) -> set[str]:
    async with ledger.reading() as connection:
        return {id_.hex for id_ in await connection.scalars(select(battles.c.id))}
