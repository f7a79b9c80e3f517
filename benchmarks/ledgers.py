"""A ledger with many votes, for benchmarks of what is read from it."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from tiltyard.ledger import tables
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.migrate import upgrade_ledger
from tiltyard.ledger.standings import count_by_pair
from tiltyard.ledger.votes import count_votes

BATCH = 20_000
NOW = datetime(2026, 11, 23, tzinfo=UTC)
OUTCOMES = ("a", "b", "tie", "both_bad")


class FilledLedger:
    """Votes on contestants `c000`, `c001` … in an arena `text`."""

    def __init__(self, directory: str, *, votes: int, contestants: int, seed: int) -> None:
        self._place = Path(directory) / "ledger.sqlite3"
        asyncio.run(self._with(lambda ledger: _fill(ledger, votes, contestants, seed)))

    def by_pair(self) -> list[tuple[str, str, str, int]]:
        """Count by pair, as standings do."""
        read = lambda connection: count_by_pair(connection, "text")  # noqa: E731  # one use
        rows: list[tuple[str, str, str, int]] = asyncio.run(
            self._with(lambda ledger: ledger.in_thread(read))
        )
        return rows

    def count(self) -> int:
        """Count all, as looking for news does."""
        votes: int = asyncio.run(self._with(_count))
        return votes

    async def _with(self, work: Callable[[Ledger], Any]) -> Any:  # noqa: ANN401  # whatever the work gives
        async with Ledger(self._place) as ledger:
            return await work(ledger)


async def _count(ledger: Ledger) -> int:
    async with ledger.reading() as connection:
        return await count_votes(connection, "text", previews=True)


async def _fill(ledger: Ledger, votes: int, contestants: int, seed: int) -> None:
    await upgrade_ledger(ledger)
    chance = np.random.default_rng(seed)
    first = chance.integers(0, contestants, votes)
    second = (first + chance.integers(1, contestants, votes)) % contestants
    outcome = chance.integers(0, len(OUTCOMES), votes)
    drawn = list(
        zip(range(1, votes + 1), first.tolist(), second.tolist(), outcome.tolist(), strict=True)
    )
    async with ledger.writing() as connection:
        for table, rows in (
            (tables.arena_definitions, [_definition()]),
            (tables.contestant_versions, [_version(number) for number in range(contestants)]),
        ):
            await connection.execute(table.insert(), rows)
        for start in range(0, votes, BATCH):
            part = drawn[start : start + BATCH]
            await connection.execute(tables.battles.insert(), [_battle(n) for n, *_ in part])
            await connection.execute(tables.sides.insert(), list(_sides(part)))
            await connection.execute(tables.turns.insert(), [_turn(n) for n, *_ in part])
            await connection.execute(tables.votes.insert(), [_vote(n, o) for n, _, _, o in part])
            await connection.execute(tables.reveals.insert(), [_reveal(n) for n, *_ in part])


def _definition() -> dict[str, Any]:
    return {"sha256": "0" * 64, "arena": "text", "definition": {}, "recorded_at": NOW}


def _version(number: int) -> dict[str, Any]:
    return {
        "version": f"v{number:03}",
        "contestant": f"c{number:03}",
        "card": {},
        "recorded_at": NOW,
    }


def _battle(number: int) -> dict[str, Any]:
    return {
        "id": UUID(int=number),
        "arena": "text",
        "definition": "0" * 64,
        "mode": "battle",
        "source": "arena",
        "voter": f"voter-{number % 999}",
        "policy": "uniform@1+0a1b2c3d",
        "pair_probability": 0.001,
        "created_at": NOW,
    }


def _sides(part: list[tuple[int, int, int, int]]) -> Iterator[dict[str, Any]]:
    for battle, *both, _ in part:
        for slot, number in zip("ab", both, strict=True):
            yield {
                "battle": UUID(int=battle),
                "slot": slot,
                "contestant": f"c{number:03}",
                "version": f"v{number:03}",
                "components": {},
            }


def _turn(number: int) -> dict[str, Any]:
    return {"battle": UUID(int=number), "number": 1, "parts": [], "created_at": NOW}


def _vote(number: int, outcome: int) -> dict[str, Any]:
    return {
        "battle": UUID(int=number),
        "turn": 1,
        "outcome": OUTCOMES[outcome],
        "tags": [],
        "voter": f"voter-{number % 999}",
        "voted_at": NOW,
        "receipt": f"{number:064x}",
    }


def _reveal(number: int) -> dict[str, Any]:
    return {"battle": UUID(int=number), "turn": 1, "cause": "vote", "revealed_at": NOW}
