"""How much room every snapshot takes, and how long it takes to look back at a year of them."""

import asyncio
import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import text

import tiltyard
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.migrate import upgrade_ledger
from tiltyard.ledger.snapshots import read_course, read_snapshot
from tiltyard.ledger.tables import snapshots

SIZES = {8: 5_000, 40: 100_000, 120: 1_000_000}
BOARDS, KEPT, REPEATS = 40, 20_000, 5
MINUTES = 365 * 24 * 60
NOON = datetime(2026, 1, 1, tzinfo=UTC)
NOTE = (
    f"A board as JSON, and as the ledger keeps it. `a year` is what {BOARDS} boards take that all "
    "change in every minute of it; `1,000 votes a day` is a year of one snapshot a vote on each of "
    "eight boards."
)


def board_of(models: int, votes: int) -> dict[str, Any]:
    """Make a published board of synthetic votes."""
    random = np.random.default_rng(0)
    strengths = random.normal(0, 0.8, models)
    a = random.integers(0, models, votes)
    b = (a + random.integers(1, models, votes)) % models
    won = random.random(votes) < 1 / (1 + np.exp(strengths[b] - strengths[a]))
    names = np.array([f"model-name-{number}-2026-0{number % 9 + 1}" for number in range(models)])
    winner = np.where(won, "model_a", "model_b")
    board = tiltyard.rank(
        pl.DataFrame({"model_a": names[a], "model_b": names[b], "winner": winner})
    ).to_dict()
    more = {"organisation": "Some Organisation", "licence": "Proprietary", "demo": False}
    rows = [{"name": row["model"], **more, **row} for row in board["models"]]
    head = {"arena": "text", "slice": "overall", "published_at": NOON.isoformat(), "votes": votes}
    return head | {"sources": {"arena": votes}} | board | {"models": rows}


async def measure(directory: Path) -> list[str]:
    """Store boards of all sizes, and look back at many of one."""
    lines = ["| models | JSON | kept | a year | 1,000 votes a day |", "|---|---|---|---|---|"]
    boards = {models: board_of(models, votes) for models, votes in SIZES.items()}
    async with Ledger(directory / "ledger.sqlite3") as ledger:
        await upgrade_ledger(ledger)
        for models, board in boards.items():
            kept = await _room(ledger, board)
            whole = len(json.dumps(board))
            year, modest = kept * BOARDS * MINUTES / 1e9, kept * 8 * 1_000 * 365 / 1e9
            sizes = f"{whole / 1e3:.1f} kB | {kept / 1e3:.1f} kB | {year:.0f} GB | {modest:.1f} GB"
            lines.append(f"| {models} | {sizes} |")
        await _keep(ledger, boards[40])
        seconds = await _look_back(ledger)
    lines += [
        "",
        f"Of {KEPT:,} snapshots of a board of 40 models, on SQLite, CPU time:",
        "",
    ]
    lines += ["| question | time |", "|---|---|"]
    return [
        *lines,
        *(f"| {question} | {1e3 * spent:.0f} ms |" for question, spent in seconds.items()),
    ]


async def _room(ledger: Ledger, board: dict[str, Any]) -> int:
    async with ledger.writing() as connection:
        await connection.execute(text("DELETE FROM snapshots"))
        await connection.execute(snapshots.insert(), _row(board, NOON))
        size = await connection.scalar(text("SELECT length(CAST(board AS BLOB)) FROM snapshots"))
        await connection.execute(text("DELETE FROM snapshots"))
    return int(size or 0)


def _row(board: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {"arena": "text", "slice": "overall", "last_vote": 1, "board": board, "published_at": at}


async def _keep(ledger: Ledger, board: dict[str, Any]) -> None:
    async with ledger.writing() as connection:
        rows = [_row(board, NOON + timedelta(minutes=number)) for number in range(KEPT)]
        await connection.execute(snapshots.insert(), rows)


async def _look_back(ledger: Ledger) -> dict[str, float]:
    middle = NOON + timedelta(minutes=KEPT / 2)

    async def board_then() -> None:
        async with ledger.reading() as connection:
            await read_snapshot(connection, "text", "overall", at=middle)

    async def course() -> None:
        await ledger.in_thread(lambda one: read_course(one, "text", "overall", most=120))

    questions = {"a board as it was at a time": board_then, "a course of 120 points": course}
    seconds = {}
    for question, ask in questions.items():
        times = []
        for _ in range(REPEATS):
            began = process_time()
            await ask()
            times.append(process_time() - began)
        seconds[question] = median(times)
    return seconds


def report() -> str:
    """Measure and write the tables."""
    with tempfile.TemporaryDirectory() as directory:
        lines = asyncio.run(measure(Path(directory)))
    return "\n".join(["# Keeping every snapshot", "", NOTE, "", *lines]) + "\n"


if __name__ == "__main__":
    print(report(), end="")
