"""Add one vote to a live table of counts, however many it holds."""

from statistics import median
from time import process_time

import numpy as np
from synthetic import Log, draw_log

from tiltyard.battles.live_table import LiveTable
from tiltyard.battles.outcome import Outcome
from tiltyard.battles.pair_table import PairTable
from tiltyard.ratings.pair_counts import PairCounts

ADDED, REPEATS = 20_000, 5
CASES = ((10_000, 300), (100_000, 300), (1_000_000, 300), (5_000_000, 300), (1_000_000, 3_000))
"""Votes counted already, and models."""


def report() -> str:
    """Measure and write the table."""
    lines = [
        "# Adding votes to a live table",
        "",
        f"CPU time in one process, one thread; medians of {REPEATS} runs, of {ADDED:,} votes each.",
        "",
        "| votes counted already | models | one more vote | the table as it is now |",
        "|---|---|---|---|",
    ]
    for votes, models in CASES:
        add, table = _measure(draw_log(votes + ADDED, models, seed=1), votes)
        lines.append(f"| {votes:,} | {models:,} | {1e6 * add:.1f} µs | {1e3 * table:.1f} ms |")
    return "\n".join(lines) + "\n"


def _measure(log: Log, before: int) -> tuple[float, float]:
    """Seconds for one vote, and for the table."""
    columns = np.stack([log.first, log.second, log.outcome])
    counts = PairCounts.from_votes(*columns[:, :before], models=log.models)
    names = tuple(f"model-{number:05}" for number in range(log.models))
    live = LiveTable.of(PairTable(names, counts, counts, counts, {}))
    outcomes = list(Outcome)
    fresh = [(names[a], names[b], outcomes[code]) for a, b, code in columns[:, before:].T.tolist()]
    adding, taking = [], []
    for _ in range(REPEATS):
        start = process_time()
        for model_a, model_b, outcome in fresh:
            live.add(model_a, model_b, outcome)
        adding.append((process_time() - start) / ADDED)
        start = process_time()
        live.table()
        taking.append(process_time() - start)
    return median(adding), median(taking)


if __name__ == "__main__":
    print(report(), end="")
