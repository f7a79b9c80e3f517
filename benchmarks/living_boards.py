"""Publish every board of a million labelled votes: from nothing, and again after new votes.

The last pass is the whole worker's, which labels the new votes first: twice that and its longest
rest is the longest that a vote waits for its boards.
"""

import asyncio
import json
import os
import resource
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, process_time
from uuid import UUID

import numpy as np
import polars as pl
from synthetic import draw_log, length_edge, style_counts

from tiltyard.boards.published.publishing import BoardPublisher
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.contestants.demo import demo_catalogue
from tiltyard.labels import duplicates
from tiltyard.labels.labellers import score_column, shipped_labellers
from tiltyard.labels.occupations import VERTICALS
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.migrate import upgrade_ledger
from tiltyard.worker.service import Worker

VOTES, MODELS, FRESH = 1_000_000, 100, 1_000
VARIETY = 2_000
"""This many different values of each labeller, but for the style, which is every battle's own."""
OUTCOMES = ("a", "b", "tie", "both_bad")
WORDS = {
    "language": ("en", "en", "en", "de", "fr", "zh", "ru", "es", "ja", "unknown"),
    "verticals": tuple(VERTICALS),
}
STARTED = datetime(2026, 1, 1, tzinfo=UTC)
TICK_S = 0.01
NOTE = (
    "SQLite, one process. `Lag` is how late a timer of 10 ms in the event loop came meanwhile. "
    "Reading and fitting run in a thread; publishing is one transaction."
)


@dataclass(frozen=True)
class Pass:
    """One pass of the publisher."""

    boards: int
    seconds: float
    cpu: float
    late: Sequence[float]

    def row(self, name: str) -> str:
        """Say it as a line of the table."""
        middle, most = np.quantile(self.late, [0.99, 1.0]) * 1000
        return (
            f"| {name} | {self.boards} | {self.seconds:.1f} | {self.cpu:.1f} "
            f"| {middle:.0f} | {most:.0f} |"
        )


def report() -> str:
    """Measure and write the table."""
    with TemporaryDirectory() as directory:
        place = Path(directory) / "ledger.sqlite3"
        labels = asyncio.run(_create(place))
        passes, peak = asyncio.run(_measure(place))
        size = place.stat().st_size
    lines = [
        f"# All boards of {VOTES:,} labelled votes on {MODELS} models",
        "",
        NOTE,
        "",
        "| pass | boards published | seconds | CPU seconds | lag p99, ms | longest lag, ms |",
        "|---|---|---|---|---|---|",
        *(one.row(name) for name, one in passes.items()),
        "",
        f"{labels:,} rows of labels; a ledger of {size / 1e9:.1f} GB; peak {peak / 1e3:.0f} MB.",
    ]
    return "\n".join(lines) + "\n"


async def _create(place: Path) -> int:
    async with Ledger(place) as ledger:
        await upgrade_ledger(ledger)
    with sqlite3.connect(place) as database:
        database.execute("PRAGMA synchronous=OFF")
        for number in range(MODELS):
            named = {"id": _model(number), "name": _model(number)}
            card = next(iter(demo_catalogue())).model_copy(update=named).model_dump_json()
            row = (_version(number), _model(number), card, _time(0))
            database.execute("INSERT INTO contestant_versions VALUES (?, ?, ?, ?)", row)
        return _add(database, 0, VOTES)


def _add(database: sqlite3.Connection, first: int, count: int, *, labelled: bool = True) -> int:
    """Record battles with their votes and labels; count the rows of labels."""
    a, b = style_counts(count, seed=first + 1)
    log = draw_log(count, MODELS, seed=first + 2, edge=length_edge(a, b))
    ids = [UUID(int=first + number + 1).hex for number in range(count)]
    rows = list(
        zip(ids, log.first.tolist(), log.second.tolist(), log.outcome.tolist(), strict=True)
    )
    many = database.executemany
    many(
        "INSERT INTO battles (id, arena, definition, mode, source, voter, policy, "
        "pair_probability, created_at) VALUES (?, 'text', '-', 'battle', 'arena', ?, 'u', .1, ?)",
        ((id_, f"voter-{n % 90_000}", _time(first + n)) for n, id_ in enumerate(ids)),
    )
    many(
        "INSERT INTO sides VALUES (?, ?, ?, ?, '{}')",
        (
            (id_, slot, _model(model), _version(model))
            for id_, one, other, _ in rows
            for slot, model in (("a", one), ("b", other))
        ),
    )
    many(
        "INSERT INTO votes (battle, turn, outcome, tags, voter, voted_at, receipt) "
        "VALUES (?, 1, ?, '[]', ?, ?, ?)",
        (
            (id_, OUTCOMES[outcome], f"voter-{n % 90_000}", _time(first + n), id_)
            for n, (id_, _, _, outcome) in enumerate(rows)
        ),
    )
    many(
        "INSERT INTO reveals VALUES (?, 1, 'vote', ?)",
        ((id_, _time(first + n)) for n, id_ in enumerate(ids)),
    )
    many(
        "INSERT INTO turns (battle, number, parts, created_at) VALUES (?, 1, ?, ?)",
        ((id_, _asked(first + n), _time(first + n)) for n, id_ in enumerate(ids)),
    )
    return sum(_label(database, ids, first, a, b)) if labelled else 0


def _asked(number: int) -> str:
    return json.dumps([{"type": "text", "text": f"What is case {number} of {number % 977}?"}])


def _label(
    database: sqlite3.Connection, ids: list[str], seed: int, a: np.ndarray, b: np.ndarray
) -> Iterator[int]:
    random = np.random.default_rng(seed + 3)
    for labeller in shipped_labellers():
        if "style_tokens_a" in labeller.columns:
            values = [_style(*sides) for sides in zip(a.tolist(), b.tolist(), strict=True)]
        else:
            pool = [_value(pl.Schema(labeller.columns), random) for _ in range(VARIETY)]
            values = [pool[place] for place in random.integers(0, VARIETY, len(ids)).tolist()]
        judged = score_column(labeller) is not None
        scores = random.random(len(ids)).tolist() if judged else [None] * len(ids)
        database.executemany(
            "INSERT INTO labels (battle, labeller, labeller_version, value, score, labelled_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (
                (id_, labeller.name, labeller.version, value, score, _time(0))
                for id_, value, score in zip(ids, values, scores, strict=True)
            ),
        )
        yield len(ids)
    alone = json.dumps({"duplicate_of": None, "near_duplicate_of": None, "prompt_copies": 1})
    database.executemany(
        "INSERT INTO labels (battle, labeller, labeller_version, value, labelled_at) "
        "VALUES (?, ?, ?, ?, ?)",
        ((id_, duplicates.LABELLER, duplicates.VERSION, alone, _time(0)) for id_ in ids),
    )
    yield len(ids)


def _style(a: list[int], b: list[int]) -> str:
    parts = ("tokens", "headers", "lists", "bold")
    sides = {"a": a, "b": b}
    return json.dumps(
        {f"style_{part}_{side}": sides[side][at] for side in "ab" for at, part in enumerate(parts)}
    )


def _value(columns: pl.Schema, random: np.random.Generator) -> str:
    """Draw a value; what is true or false is true of one battle in ten."""

    def one(name: str, dtype: pl.DataType) -> object:
        words = WORDS.get(name, ("one", "two", "three"))
        word = words[int(random.integers(len(words)))]
        if dtype == pl.Boolean:
            return bool(random.random() < 0.1)
        if isinstance(dtype, pl.List):
            return [word] if random.random() < 0.5 else []
        return word if dtype in (pl.String, pl.Categorical) else int(random.integers(5))

    return json.dumps({name: one(name, dtype) for name, dtype in columns.items()})


async def _measure(place: Path) -> tuple[dict[str, Pass], int]:
    async with Ledger(place) as ledger:
        boards = BoardPublisher(ledger, ["text"], Recipe())
        first = await _pass(boards.publish_stale)
        with sqlite3.connect(place) as database:
            _add(database, VOTES, FRESH)
        again = await _pass(boards.publish_stale)
        nothing = await _pass(boards.publish_stale)
        with sqlite3.connect(place) as database:
            _add(database, VOTES + FRESH, FRESH, labelled=False)
        worker = Worker(ledger, boards, every_s=1.0)

        async def work() -> int:
            return (await worker.once()).published

        whole = await _pass(work)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    named = {
        "from nothing": first,
        f"after {FRESH:,} new votes": again,
        "after none": nothing,
        f"the worker's, which labels {FRESH:,} new votes first": whole,
    }
    return named, peak


async def _pass(publish: Callable[[], Awaitable[int]]) -> Pass:
    late: list[float] = []
    watch = asyncio.create_task(_watch(late))
    began, cpu = monotonic(), process_time()
    published = await publish()
    took = Pass(published, monotonic() - began, process_time() - cpu, late)
    watch.cancel()
    return took


async def _watch(late: list[float]) -> None:
    while True:
        before = monotonic()
        await asyncio.sleep(TICK_S)
        late.append(monotonic() - before - TICK_S)


def _model(number: int) -> str:
    return f"model-{number:03}"


def _version(number: int) -> str:
    return f"version-{number:03}"


def _time(number: int) -> str:
    return (STARTED + timedelta(seconds=number)).strftime("%Y-%m-%d %H:%M:%S.%f")


if __name__ == "__main__":
    if sys.argv[1:]:
        VOTES = int(sys.argv[1])
    os.environ.setdefault("POLARS_MAX_THREADS", "2")
    print(report(), end="")
