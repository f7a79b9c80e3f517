"""Insert rows that may be there already, the same way on both databases."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def insert_new(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> bool:
    """Insert the rows whose key is new; say whether any was."""
    counting = {"preserve_rowcount": True}
    if connection.dialect.name == "postgresql":
        query = postgresql.insert(table).values(list(rows)).on_conflict_do_nothing()
        return (await connection.execute(query, execution_options=counting)).rowcount > 0
    lite = sqlite.insert(table).values(list(rows)).on_conflict_do_nothing()
    return (await connection.execute(lite, execution_options=counting)).rowcount > 0


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
