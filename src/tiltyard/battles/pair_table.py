"""From rows of votes to counts by pair, in one pass of polars."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from tiltyard.battles.columns import OUTCOME
from tiltyard.ratings.pair_counts import PairCounts

NAMES = pl.Categorical


@dataclass(frozen=True, slots=True, eq=False)
class PairTable:
    """Votes counted by pair of models and outcome.

    Parameters
    ----------
    names
        Shape (K,). The models, sorted by code point; positions are the indices in the counts.
    votes
        How many votes.
    weights
        The sum of the votes' weights; equals `votes` when every weight is one.
    squares
        The sum of the squared weights, which the sandwich covariance needs.
    self_battles
        Votes left out because a model met itself, by model.
    """

    names: tuple[str, ...]
    votes: PairCounts
    weights: PairCounts
    squares: PairCounts
    self_battles: dict[str, int]


def pair_table(frame: pl.DataFrame) -> PairTable:
    """Count the rows of a battles table.

    Equal rows are grouped first, and the groups sorted, so that the order of the votes cannot
    change the last bit of a sum of weights.
    """
    keys = ["model_a", "model_b", "outcome", "weight"]
    groups = frame.lazy().group_by(keys).agg(pl.col("count").sum()).collect()
    groups = groups.with_columns(pl.col("model_a", "model_b").cast(pl.String))
    same = groups.filter(pl.col("model_a") == pl.col("model_b"))
    names = sorted(set(groups["model_a"]) | set(groups["model_b"]))
    groups = groups.filter(pl.col("model_a") != pl.col("model_b")).sort(keys)
    position = pl.Enum(names)
    a, b = (_codes(groups[side].cast(position)) for side in ("model_a", "model_b"))
    outcome = _codes(groups["outcome"].cast(OUTCOME))
    weight, count = groups["weight"].to_numpy(), groups["count"].to_numpy()
    votes, weights, squares = (
        PairCounts.from_votes(a, b, outcome, count * weight**power, models=len(names))
        for power in (0, 1, 2)
    )
    lost = same.group_by("model_a").agg(pl.col("count").sum()).sort("model_a")
    return PairTable(tuple(names), votes, weights, squares, dict(lost.rows()))


def _codes(column: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return column.to_physical().cast(pl.Int64).to_numpy()
