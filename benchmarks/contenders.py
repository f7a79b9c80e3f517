"""Rank a file of votes in one way, and print CPU seconds by stage and the ratings as JSON.

`python contenders.py WAY FILE`, in the environment of the library that the way is of.
"""

import json
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from math import log
from pathlib import Path
from time import process_time
from typing import Any

SECONDS: dict[str, float] = {}
Answer = dict[str, Any]
POINTS = 400 / log(10)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Take the CPU time, over all threads, of what happens inside."""
    start = process_time()
    yield
    SECONDS[name] = process_time() - start


def tiltyard(votes: str) -> Answer:
    """Ratings, standard errors, intervals, ranks and the digest of the votes."""
    with stage("import"):
        from tiltyard.battles.reading import read_battles  # noqa: PLC0415  # timed
        from tiltyard.boards.ranking import rank  # noqa: PLC0415  # timed
    with stage("read"):
        battles = read_battles(votes, only_votes=True)
    with stage("rank"):
        board = rank(battles)
    return on_board(board)


def tiltyard_batches(votes: str) -> Answer:
    """Make the same board of a file that need not fit into memory."""
    with stage("import"):
        from tiltyard.battles.streaming import count_votes  # noqa: PLC0415  # timed
        from tiltyard.boards.fitting.counted import Counted  # noqa: PLC0415  # timed
        from tiltyard.boards.ranking import rank_counted  # noqa: PLC0415  # timed
        from tiltyard.boards.recipes.recipe import Recipe  # noqa: PLC0415  # timed
    with stage("read"):
        pairs = count_votes(votes)
    with stage("rank"):
        board = rank_counted(Counted(pairs), Recipe())
    return on_board(board)


def tiltyard_sparse(votes: str) -> Answer:
    """Ratings of all models, and intervals of the hundred with the most battles."""
    with stage("import"):
        import numpy as np  # noqa: PLC0415  # timed

        from tiltyard.battles.streaming import count_votes  # noqa: PLC0415  # timed
        from tiltyard.ratings.connectivity import connectivity  # noqa: PLC0415  # timed
        from tiltyard.ratings.sparse import fit_sparse  # noqa: PLC0415  # timed
    with stage("read"):
        pairs = count_votes(votes)
    with stage("fit"):
        members = connectivity(pairs.votes).rated
        counts = pairs.votes.restricted_to(members)
        busiest = np.argsort(-counts.per_model(counts.totals, counts.totals))
        fit = fit_sparse(counts, requested=busiest[:1])
    with stage("intervals"):
        again = fit_sparse(counts, requested=busiest[:100], start=fit.strengths)
    return {
        "models": len(pairs.names),
        "pairs": int(counts.first.size),
        "rated": int(members.size),
        "gradient": fit.gradient,
        "widest": float(1.96 * POINTS * np.sqrt(np.diag(again.covariance)).max()),
    }


def evalica(votes: str) -> Answer:
    """Ratings alone: evalica has no closed-form intervals."""
    with stage("import"):
        import evalica as library  # noqa: PLC0415  # timed, and in an environment of its own
        import numpy as np  # noqa: PLC0415  # timed
        import pandas as pd  # type: ignore[import-untyped]  # noqa: PLC0415  # timed
    with stage("read"):
        table = pd.read_parquet(votes)
        outcome = {"model_a": library.Winner.X, "model_b": library.Winner.Y}
        winners = [outcome.get(label, library.Winner.Draw) for label in table["winner"]]
    with stage("rank"):
        result = library.bradley_terry(table["model_a"], table["model_b"], winners)
        points = 400 * np.log10(result.scores)
    ratings = 1000 + points - points.mean()
    return {"ratings": {str(name): float(value) for name, value in ratings.items()}}


def arena_rank(votes: str) -> Answer:
    """Ratings and sandwich intervals, as its README shows."""
    with stage("import"):
        import pandas as pd  # noqa: PLC0415  # timed
        from arena_rank.models.bradley_terry import (  # type: ignore[import-not-found]  # noqa: PLC0415  # timed, and in an environment of its own
            BradleyTerry,
        )
        from arena_rank.utils.data_utils import (  # type: ignore[import-not-found]  # noqa: PLC0415  # timed, and in an environment of its own
            PairDataset,
        )
    with stage("read"):
        table = pd.read_parquet(votes)
    with stage("rank"):
        data = PairDataset.from_pandas(table)
        found = BradleyTerry(len(data.competitors)).compute_ratings_and_cis(data)
        return named(found)


def tiltyard_style(votes: str) -> Answer:
    """Ratings and coefficients with their sandwich covariance, from a file with style counts."""
    with stage("import"):
        import numpy as np  # noqa: PLC0415  # timed
        import polars as pl  # noqa: PLC0415  # timed

        from tiltyard.ratings.contextual import fit_contextual  # noqa: PLC0415  # timed
        from tiltyard.ratings.scaling import normalised_difference, standardise  # noqa: PLC0415
        from tiltyard.ratings.votes import Votes  # noqa: PLC0415  # timed
    with stage("read"):
        table = pl.read_parquet(votes)
    with stage("prepare"):
        names = sorted({*table["model_a"].unique(), *table["model_b"].unique()})
        order = pl.Enum(names)
        first, second = (table[side].cast(order).to_physical() for side in ("model_a", "model_b"))
        labels = pl.Enum(["model_a", "model_b", "tie", "both_bad"])
        outcome = table["winner"].cast(labels).to_physical()
        log = Votes.from_arrays(first, second, outcome, models=len(names))
        a, b = (table.select(f"^.*_{side}_count$").to_numpy() for side in ("a", "b"))
        features = standardise(normalised_difference(a, b))
    with stage("fit"):
        fit = fit_contextual(log, features)
        spread = np.sqrt(np.diag(fit.covariance)[: len(names)])
    return {
        "ratings": dict(zip(names, (1000 + POINTS * fit.strengths).tolist(), strict=True)),
        "errors": dict(zip(names, (POINTS * spread).tolist(), strict=True)),
        "coefficients": fit.coefficients.tolist(),
    }


def arena_rank_style(votes: str) -> Answer:
    """Ratings, coefficients and sandwich intervals, as its notebook shows."""
    with stage("import"):
        import pandas as pd  # noqa: PLC0415  # timed
        from arena_rank.models.contextual_bradley_terry import (  # type: ignore[import-not-found]  # noqa: PLC0415  # timed, and in an environment of its own
            ContextualBradleyTerry,
        )
        from arena_rank.utils.data_utils import ContextualPairDataset  # noqa: PLC0415  # timed
    with stage("read"):
        table = pd.read_parquet(votes)
    with stage("prepare"):
        columns = []
        for name in [name for name in table.columns if name.endswith("_a_count")]:
            a, b = table[name], table[name.replace("_a_count", "_b_count")]
            table[name] = (a - b) / (a + b).replace(0, 1)
            columns.append(name)
        data = ContextualPairDataset.from_pandas(table, columns)
    with stage("fit"):
        model = ContextualBradleyTerry(len(data.competitors), len(columns))
        found = model.compute_ratings_and_cis(data)
        return named(found) | {"coefficients": found["coeffs"].tolist()}


def on_board(board: Any) -> Answer:  # noqa: ANN401  # its type is imported within a stage
    """Take ratings and standard errors from a board."""
    rated = [row for row in board.models if row.rating is not None]
    return {
        "ratings": {row.model: row.rating for row in rated},
        "errors": {row.model: row.standard_error for row in rated},
    }


def named(found: dict[str, Any]) -> Answer:
    """Give arena-rank's arrays the names of its competitors."""
    names = [str(name) for name in found["competitors"]]
    errors = found["variances"] ** 0.5
    return {
        "ratings": dict(zip(names, found["ratings"].tolist(), strict=True)),
        "errors": dict(zip(names, errors.tolist(), strict=True)),
    }


def peak_memory() -> float:
    """Peak resident memory of this process in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # there getrusage would report the parent's peak where that is higher
        lines = status.read_text().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


WAYS = {
    "tiltyard": tiltyard,
    "tiltyard-batches": tiltyard_batches,
    "tiltyard-sparse": tiltyard_sparse,
    "evalica": evalica,
    "arena-rank": arena_rank,
    "tiltyard-style": tiltyard_style,
    "arena-rank-style": arena_rank_style,
}

if __name__ == "__main__":
    answer = WAYS[sys.argv[1]](sys.argv[2])
    print(json.dumps({"seconds": SECONDS, "peak": peak_memory(), "answer": answer}))
