"""Facts about battles that were found later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.inserting import insert_new
from tiltyard.ledger.records import Parts
from tiltyard.ledger.tables import erasures, labels, turns


@dataclass(frozen=True, slots=True)
class FoundLabel:
    """A label with the labeller that found it."""

    battle: UUID
    labeller: str
    labeller_version: str
    value: Any
    score: float | None


class Unlabelled(NamedTuple):
    """A battle that lacks a label, with its first message."""

    battle: UUID
    parts: Parts


async def lacking_label(
    connection: AsyncConnection, labeller: str, version: str, *, limit: int
) -> Sequence[Unlabelled]:
    """Find battles that this version of this labeller has not seen."""
    seen = select(labels.c.battle).where(
        labels.c.labeller == labeller, labels.c.labeller_version == version
    )
    rows = await connection.execute(
        select(turns.c.battle, turns.c.parts)
        .where(
            turns.c.number == 1,
            turns.c.battle.not_in(seen),
            turns.c.battle.not_in(select(erasures.c.battle)),
        )
        .limit(limit)
    )
    return [Unlabelled(row.battle, row.parts) for row in rows]


async def add_labels(
    connection: AsyncConnection, found: Sequence[FoundLabel], at: datetime
) -> None:
    """Record labels; one that another worker found first stays as it is."""
    await insert_new(
        connection,
        labels,
        [
            {
                "battle": label.battle,
                "labeller": label.labeller,
                "labeller_version": label.labeller_version,
                "value": label.value,
                "score": label.score,
                "labelled_at": at,
            }
            for label in found
        ],
    )
