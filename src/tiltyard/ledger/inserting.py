"""Insert rows that may be there already, the same way on both databases."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def insert_new(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> bool:
    """Insert the rows whose key is new; say whether any was."""
    inserts: Insert = (
        postgresql.insert(table).on_conflict_do_nothing()
        if connection.dialect.name == "postgresql"
        else sqlite.insert(table).on_conflict_do_nothing()
    )
    counting = {"preserve_rowcount": True}
    done = await connection.execute(inserts, list(rows), execution_options=counting)
    return done.rowcount > 0


async def insert_or_touch(
    connection: AsyncConnection, table: Table, row: Mapping[str, Any], touched: str
) -> None:
    """Insert a row, or set the column `touched` of the row that has its key."""
    key = list(table.primary_key.columns)
    change = {touched: row[touched]}
    if connection.dialect.name == "postgresql":
        query = postgresql.insert(table).values(**row)
        await connection.execute(query.on_conflict_do_update(index_elements=key, set_=change))
    else:
        lite = sqlite.insert(table).values(**row)
        await connection.execute(lite.on_conflict_do_update(index_elements=key, set_=change))
