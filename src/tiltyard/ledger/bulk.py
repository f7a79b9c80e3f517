"""Insert many rows at once, as fast as the database takes them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, Table, func, select

from tiltyard.ledger.inserting import inserting_new
from tiltyard.ledger.tables import arena_definitions, battles, contestant_versions, metadata

Document = Mapping[str, Any]

LOCK = 1_953_067_108
"""The advisory lock of whoever imports: what one finds missing nobody else adds meanwhile."""

CACHE_KB = 262_144
SQLITE_TIME = "%Y-%m-%d %H:%M:%S%.6f"
KNOWN = 10_000
"""This many ids are asked for in one question."""


def lock_imports(connection: Connection) -> None:
    """Let nobody else insert in bulk until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
    else:  # one writer at a time anyway; the pages of the indexes should stay in memory
        connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KB}")


def known_battles(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Say which of these battles, by the 32 hexadecimal digits of their ids, are there."""
    found: set[str] = set()
    for start in range(0, len(ids), KNOWN):
        wanted = [UUID(id_) for id_ in ids[start : start + KNOWN]]
        rows = connection.scalars(select(battles.c.id).where(battles.c.id.in_(wanted)))
        found.update(row.hex for row in rows)
    return found


def record_imported(
    connection: Connection, contestants: Mapping[str, Document], at: datetime
) -> None:
    """Record contestants that others had, by version, unless they are known."""
    rows = [
        {"version": version, "contestant": card["id"], "card": dict(card), "recorded_at": at}
        for version, card in contestants.items()
    ]
    if rows:
        connection.execute(inserting_new(connection.dialect.name, contestant_versions), rows)


def record_imported_arena(
    connection: Connection, arena: str, sha256: str, definition: Document, at: datetime
) -> None:
    """Record what is known of how imported battles were held, unless it is."""
    row = {"sha256": sha256, "arena": arena, "definition": dict(definition), "recorded_at": at}
    connection.execute(inserting_new(connection.dialect.name, arena_definitions), [row])


def insert_frames(connection: Connection, frames: Mapping[str, pl.DataFrame]) -> None:
    """Insert rows, by table, in the order given.

    Parameters
    ----------
    frames
        Columns are called as in the table. Ids are hexadecimal digits, instants UTC, and JSON text.
    """
    for name, frame in frames.items():
        if frame.is_empty():
            continue
        if connection.dialect.name == "postgresql":
            _copy(connection, metadata.tables[name], frame)
        else:
            _insert(connection, metadata.tables[name], frame)


def _insert(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    times = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime)]
    plain = frame.with_columns(pl.col(times).dt.strftime(SQLITE_TIME))
    marks = ", ".join("?" * frame.width)
    statement = f"INSERT INTO {table.name} ({', '.join(frame.columns)}) VALUES ({marks})"  # noqa: S608  # names of our own tables
    connection.exec_driver_sql(statement, plain.rows())


def _copy(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    text = BytesIO()
    frame.write_csv(text, include_header=False, quote_style="non_numeric")
    session: Any = connection.connection.driver_connection
    statement = f"COPY {table.name} ({', '.join(frame.columns)}) FROM STDIN (FORMAT csv)"
    with session.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(text.getvalue())
