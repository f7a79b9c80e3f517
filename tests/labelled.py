"""Votes with labels, put into a ledger directly: for tests of what boards make of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import polars as pl

from tiltyard.arena.applying import apply_cards
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.demo import demo_catalogue
from tiltyard.labels.labeller import Batch, ColumnType, Label
from tiltyard.ledger import history, labels, register
from tiltyard.ledger.engine import Connection, Ledger
from tiltyard.ledger.labels import FoundLabel
from tiltyard.ledger.records import Battle
from votable import TEXT, voted_battle

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CARDS: Sequence[Contestant] = tuple(demo_catalogue())


@dataclass(frozen=True)
class Topic:
    """A labeller that says what its rows in the ledger say."""

    name: str = "topic"
    version: str = "rules@1"
    columns: Mapping[str, ColumnType] = field(
        default_factory=lambda: {
            "code": pl.Boolean(),
            "verticals": pl.List(pl.String),
            "language": pl.Categorical(),
        }
    )

    def label(self, batch: Batch) -> list[Label]:
        """Find nothing."""
        return [Label({}) for _ in batch]


@dataclass(frozen=True)
class Looks(Topic):
    """The style of both sides."""

    name: str = "style"
    columns: Mapping[str, ColumnType] = field(
        default_factory=lambda: {
            f"style_{part}_{side}": pl.Int32()
            for part in ("tokens", "headers", "lists", "bold")
            for side in "ab"
        }
    )


async def record_cards(ledger: Ledger, cards: Sequence[Contestant] = CARDS) -> None:
    """Record the text arena and its contestants."""
    async with ledger.writing() as connection:
        await register.record_definition(
            connection, TEXT.id, TEXT.sha256, TEXT.model_dump(mode="json"), NOW
        )
        await apply_cards(connection, cards, NOW, reason="For the test.")


def battle(
    number: int, outcome: str = "a", *, revealed: bool = True, source: str = "arena"
) -> Battle:
    """A battle of two of the contestants with a vote; now, so that it is not settled by age."""
    pair = CARDS[number % len(CARDS)], CARDS[(number * 7 + 1) % len(CARDS)]
    pair = pair if pair[0] != pair[1] else (pair[0], CARDS[(number + 1) % len(CARDS)])
    made = voted_battle(pair, outcome, datetime.now(UTC))
    return replace(made, revealed=made.revealed if revealed else None, source=source)


async def add_battles(ledger: Ledger, battles: Sequence[Battle]) -> None:
    """Record battles with their votes."""
    async with ledger.writing() as connection:
        await history.add_history(connection, battles)


def found(
    id_: UUID,
    value: Mapping[str, Any],
    labeller: str = "topic",
    version: str = "rules@1",
    score: float | None = None,
) -> FoundLabel:
    """A label."""
    return FoundLabel(id_, labeller, version, dict(value), score)


async def add_labels(ledger: Ledger, *labels_found: FoundLabel, at: datetime = NOW) -> None:
    """Record labels."""
    async with ledger.writing() as connection:
        await put_labels(connection, *labels_found, at=at)


async def put_labels(connection: Connection, *labels_found: FoundLabel, at: datetime = NOW) -> None:
    """Record labels in a transaction that is somebody else's."""
    await labels.add_labels(connection, labels_found, at)
