"""Rank a file of votes with one library, and print CPU seconds by stage as JSON.

`python contenders.py tiltyard|evalica FILE`, each in the environment of that library.
"""

import json
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import process_time

SECONDS: dict[str, float] = {}


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Take the CPU time, over all threads, of what happens inside."""
    start = process_time()
    yield
    SECONDS[name] = process_time() - start


def rank_with_tiltyard(votes: str) -> dict[str, float]:
    """Ratings, standard errors, intervals, ranks and the digest of the votes."""
    with stage("import"):
        from tiltyard.battles.reading import read_battles  # noqa: PLC0415  # timed
        from tiltyard.boards.ranking import rank  # noqa: PLC0415  # timed
    with stage("read"):
        battles = read_battles(votes, only_votes=True)
    with stage("rank"):
        board = rank(battles)
    return {row.model: row.rating for row in board.models if row.rating is not None}


def rank_with_evalica(votes: str) -> dict[str, float]:
    """Ratings alone: evalica has no closed-form intervals."""
    with stage("import"):
        import evalica  # type: ignore[import-not-found]  # noqa: PLC0415  # timed, and in an environment of its own
        import numpy as np  # noqa: PLC0415  # timed
        import pandas as pd  # type: ignore[import-untyped]  # noqa: PLC0415  # timed
    with stage("read"):
        table = pd.read_parquet(votes)
        outcome = {"model_a": evalica.Winner.X, "model_b": evalica.Winner.Y}
        winners = [outcome.get(label, evalica.Winner.Draw) for label in table["winner"]]
    with stage("rank"):
        result = evalica.bradley_terry(table["model_a"], table["model_b"], winners)
        points = 400 * np.log10(result.scores)
    return {str(name): float(value) for name, value in (1000 + points - points.mean()).items()}


def peak_memory() -> float:
    """Peak resident memory of this process in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # there getrusage would report the parent's peak where that is higher
        lines = status.read_text().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    rank_with = {"tiltyard": rank_with_tiltyard, "evalica": rank_with_evalica}[sys.argv[1]]
    ratings = rank_with(sys.argv[2])
    print(json.dumps({"seconds": SECONDS, "peak": peak_memory(), "ratings": ratings}))
