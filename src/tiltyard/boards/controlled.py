"""Fit boards that hold something constant, or whose votes cluster: one vote at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from tiltyard.battles.outcome import Outcome
from tiltyard.boards.counted import Counted
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.features import Feature, feature_matrix
from tiltyard.boards.recipe import Recipe
from tiltyard.ratings.contextual import ContextualFit, fit_contextual
from tiltyard.ratings.pair_counts import Floats, Indices
from tiltyard.ratings.scaling import FeatureError
from tiltyard.ratings.votes import Votes

OUTCOMES = pl.Enum([outcome.value for outcome in Outcome])


@dataclass(frozen=True, slots=True, eq=False)
class RatedVotes:
    """The votes among the rated models.

    Parameters
    ----------
    votes
        N votes over the R rated models.
    table
        The same N rows, with the columns of controls and clusters.
    """

    votes: Votes
    table: pl.DataFrame

    @classmethod
    def of(cls, counted: Counted, members: Indices, recipe: Recipe) -> "RatedVotes":
        """Take the votes among `members` out of the single votes of a recipe."""
        table = counted.votes
        if table is None:
            raise RecipeError("These votes are counts, and the recipe needs single votes.")
        if recipe.ties == "drop":
            table = table.filter(pl.col("outcome").is_in([Outcome.A.value, Outcome.B.value]))
        names = [counted.pairs.names[index] for index in members.tolist()]
        rated = pl.col("model_a").is_in(names) & pl.col("model_b").is_in(names)
        table = table.filter(rated & (pl.col("model_a") != pl.col("model_b")))
        position = pl.Enum(names)
        return cls(
            Votes.from_arrays(
                table["model_a"].cast(position).to_physical().to_numpy(),
                table["model_b"].cast(position).to_physical().to_numpy(),
                table["outcome"].cast(OUTCOMES).to_physical().to_numpy(),
                table["weight"].to_numpy(),
                models=len(names),
            ),
            table,
        )

    def clusters(self, recipe: Recipe) -> list[Indices]:
        """Give clusters as numbers, by clustering. A vote of nobody known is a cluster of one."""
        return [_numbered(self.table[f"{name} cluster"]) for name in recipe.cluster]


def fit_controls(rated: RatedVotes, recipe: Recipe) -> tuple[ContextualFit, list[Feature], Floats]:
    """Fit strengths and the controls' coefficients together.

    Returns
    -------
    fit : ContextualFit
        Over the rated models.
    features : list of Feature
        What the coefficients belong to.
    matrix : Floats
        Shape (N, d). The scaled differences.

    Raises
    ------
    RecipeError
        When a control holds what it cannot, or the votes cannot tell it from the others.
    """
    features = Feature.all_of(recipe.controls, rated.table.columns)
    matrix = feature_matrix(rated.table, features)
    try:
        return fit_contextual(rated.votes, matrix, ridge=recipe.ridge), features, matrix
    except FeatureError as error:
        raise RecipeError(_by_name(str(error), features)) from error


def _by_name(message: str, features: Sequence[Feature]) -> str:
    listed = ", ".join(f"{number} {feature.name}" for number, feature in enumerate(features))
    return f"{message} The features are {listed}."


def _numbered(labels: pl.Series) -> Indices:
    numbers = labels.fill_null(0).to_numpy().astype(np.int64)
    unknown = np.flatnonzero(labels.is_null().to_numpy())
    numbers[unknown] = numbers.max(initial=0) + 1 + np.arange(unknown.size)
    return numbers
