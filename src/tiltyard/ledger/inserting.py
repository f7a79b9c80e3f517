"""Insert rows that may be there already, the same way on both databases."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Insert, Select, Table, bindparam, func, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection


async def insert_new(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> bool:
    """Insert the rows whose key is new; say whether any was."""
    if not rows:  # SQLAlchemy would insert one of defaults
        return False
    counting = {"preserve_rowcount": True}
    done = await connection.execute(
        inserting_new(connection.dialect.name, table), list(rows), execution_options=counting
    )
    return done.rowcount > 0


def inserting_new(dialect: str, table: Table) -> Insert:
    """Make a statement that inserts the rows whose key is new."""
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


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


Row = tuple[Table, Mapping[str, Any]]


async def insert_with(connection: AsyncConnection, first: Row, *others: Row) -> bool:
    """Insert a row and what belongs to it, or nothing when its key is taken; say which.

    On PostgreSQL it is one statement: a trip costs it more than a row.
    """
    table, row = first
    if connection.dialect.name == "postgresql":
        tables = tuple((each, tuple(values)) for each, values in (first, *others))
        bound = {
            _bound(each, name): value
            for each, values in (first, *others)
            for name, value in values.items()
        }
        return bool(await connection.scalar(_in_one_statement(tables), bound))
    if not await insert_new(connection, table, [row]):
        return False
    for each, values in others:
        await connection.execute(each.insert(), dict(values))
    return True


@cache
def _in_one_statement(tables: tuple[tuple[Table, tuple[str, ...]], ...]) -> Select[int]:
    (table, names), *others = tables
    key = table.primary_key.columns
    new = (
        postgresql.insert(table)
        .values({name: _parameter(table, name) for name in names})
        .on_conflict_do_nothing(index_elements=list(key))
        .returning(*key)
        .cte("new")
    )
    belonging = [
        each.insert()
        .from_select(names, select(*(_parameter(each, name) for name in names)).select_from(new))
        .returning(literal_column("1").label("done"))
        .cte(f"new_{each.name}")
        for each, names in others
    ]
    return select(func.count()).select_from(new).add_cte(*belonging)


def _parameter(table: Table, name: str) -> BindParameter[Any]:
    return bindparam(_bound(table, name), type_=table.c[name].type)


def _bound(table: Table, name: str) -> str:
    return f"{table.name}_{name}"


def is_taken(error: IntegrityError, table: Table, *columns: str) -> bool:
    """Say whether a row could not be inserted because another has this unique key."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return bool(diagnosis.constraint_name == f"uq_{table.name}_{'_'.join(columns)}")
    named = ", ".join(f"{table.name}.{column}" for column in columns)
    return f"UNIQUE constraint failed: {named}" in str(error.orig)
