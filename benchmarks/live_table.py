"""Add one vote to a live table of counts, however many it holds."""

from statistics import median
from time import process_time

import numpy as np
from synthetic import Log, draw_log

from tiltyard.ratings.live_counts import LiveCounts
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
    live = LiveCounts.of(PairCounts.from_votes(*columns[:, :before], models=log.models))
    fresh = columns[:, before:].T.tolist()
    adding, taking = [], []
    for _ in range(REPEATS):
        start = process_time()
        for first, second, outcome in fresh:
            live.add(first, second, outcome)
        adding.append((process_time() - start) / ADDED)
        start = process_time()
        live.counts()
        taking.append(process_time() - start)
    return median(adding), median(taking)


if __name__ == "__main__":
    print(report(), end="")
