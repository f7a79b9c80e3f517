"""Fit 300 models again: from the last solution, and a hundred times from resampled votes."""

from collections.abc import Callable
from statistics import median
from time import process_time

import numpy as np
from synthetic import draw_log

from tiltyard.ratings.bootstrap import bootstrap
from tiltyard.ratings.bradley_terry import fit_bradley_terry, maximise
from tiltyard.ratings.pair_counts import PairCounts

VOTES, MODELS, ROUNDS = 1_000_000, 300, 100
FRESH = 100
"""Votes that come in between two fits of a live board."""
NOTE = "CPU time in one process, one thread; medians of 9 runs, of 3 for the bootstrap."


def report() -> str:
    """Measure and write the table."""
    log = draw_log(VOTES + FRESH, MODELS, seed=1)
    columns = np.stack([log.first, log.second, log.outcome])
    before = PairCounts.from_votes(*columns[:, :VOTES], models=MODELS)
    after = PairCounts.from_votes(*columns, models=MODELS)
    last = fit_bradley_terry(before)
    fit = seconds(lambda: fit_bradley_terry(after), repeats=9)
    again = seconds(lambda: fit_bradley_terry(after, start=last.strengths), repeats=9)
    ratings = seconds(lambda: maximise(after, last.strengths), repeats=9)
    hundred = seconds(lambda: bootstrap(after, rounds=ROUNDS, seed=1), repeats=3)
    spread = bootstrap(after, rounds=ROUNDS, seed=1).std(axis=0)
    agreement = float(np.median(spread / np.sqrt(np.diag(last.covariance))))
    rows = [
        ("one fit with its covariance", fit),
        (f"the same after {FRESH} more votes, from the last solution", again),
        ("the same without the covariance", ratings),
        (f"{ROUNDS} bootstrap boards", hundred),
    ]
    lines = [
        f"# Fitting {MODELS} models again ({VOTES:,} votes, {after.first.size:,} pairs)",
        "",
        NOTE,
        "",
        "| what | CPU ms | fits |",
        "|---|---|---|",
        *(f"| {what} | {1000 * took:.1f} | {took / fit:.2f} |" for what, took in rows),
        "",
        f"Bootstrap standard errors over sandwich ones, median of the models: {agreement:.3f}.",
    ]
    return "\n".join(lines) + "\n"


def seconds(run: Callable[[], object], *, repeats: int) -> float:
    """Median CPU seconds of a call."""
    taken = []
    for _ in range(repeats):
        start = process_time()
        run()
        taken.append(process_time() - start)
    return median(taken)


if __name__ == "__main__":
    print(report(), end="")
