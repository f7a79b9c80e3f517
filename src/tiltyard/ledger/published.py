"""What others published with imported battles, beside words and votes: erased with the words."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Delete, Update, delete, func, literal, update

from tiltyard.ledger.sources import PUBLISHED
from tiltyard.ledger.tables import labels, sides


def erasing_published(dialect: str, battle: UUID) -> tuple[Delete, Update]:
    """Make the statements that erase labels of publishers, and what models were told to be."""
    theirs = delete(labels).where(labels.c.battle == battle, labels.c.labeller == PUBLISHED)
    told = sides.c.components["system"].as_string().is_not(None)
    untold: ColumnElement[Any] = func.json_remove(sides.c.components, "$.system")
    if dialect == "postgresql":
        untold = sides.c.components.op("-")(literal("system"))
    return theirs, update(sides).where(sides.c.battle == battle, told).values(components=untold)
