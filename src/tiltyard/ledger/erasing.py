"""Erase the words of battles and what was made of them; the votes and a tombstone stay.

Pictures are let go of beside this: see :func:`tiltyard.ledger.uploads.release_battle`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    Update,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.inserting import inserting_new
from tiltyard.ledger.sources import PUBLISHERS
from tiltyard.ledger.tables import (
    attempts,
    erasures,
    labels,
    prompt_bands,
    prompt_vectors,
    prompts,
    sides,
    turns,
    votes,
)

WORDS: Mapping[Table, Mapping[str, Any]] = {
    turns: {"parts": []},
    attempts: {"parts": [], "reasoning": "", "error": None},
    votes: {"comment": None},
}
"""The columns that hold words of a battle, and what they hold without them."""

MADE_OF_WORDS = (prompts, prompt_vectors)
"""What is remembered of words, each under the first battle that had them."""


async def forget_battle(connection: AsyncConnection, battle: UUID, at: datetime) -> None:
    """Erase the words of one battle whose votes still count."""
    await connection.run_sync(erase_words, [battle], at, still_counted=True)


def erase_words(
    connection: Connection, ids: Sequence[UUID], at: datetime, *, still_counted: bool
) -> None:
    """Erase the words of battles, what models were told to be, and what was made of the words.

    Parameters
    ----------
    still_counted
        Whether boards go on counting their votes. Then labels that were found here stay, which
        say of what kind the votes are and hold no words; those of publishers go in any case.
    """
    tombstones = [{"battle": id_, "erased_at": at} for id_ in ids]
    connection.execute(inserting_new(connection.dialect.name, erasures), tombstones)
    for table, empty in WORDS.items():
        connection.execute(update(table).where(table.c.battle.in_(ids)).values(empty))
    connection.execute(_untelling(connection.dialect.name, ids))
    first = select(prompts.c.key).where(prompts.c.first_battle.in_(ids))
    connection.execute(delete(prompt_bands).where(prompt_bands.c.prompt.in_(first)))
    for table in MADE_OF_WORDS:
        connection.execute(delete(table).where(table.c.first_battle.in_(ids)))
    gone = delete(labels).where(labels.c.battle.in_(ids))
    connection.execute(gone.where(labels.c.labeller == PUBLISHERS) if still_counted else gone)


def _untelling(dialect: str, ids: Sequence[UUID]) -> Update:
    """Take out of sides what their models were told to be; what they consist of stays."""
    told = sides.c.components["system"].as_string().is_not(None)
    untold: ColumnElement[Any] = func.json_remove(sides.c.components, "$.system")
    if dialect == "postgresql":
        untold = sides.c.components.op("-")(literal("system"))
    return update(sides).where(sides.c.battle.in_(ids), told).values(components=untold)
