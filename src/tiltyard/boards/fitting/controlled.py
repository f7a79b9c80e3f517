"""Fit boards that hold something constant, or whose votes cluster: one vote at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from tiltyard.battles.outcome import Outcome
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.fitting.codes import OUTCOMES, codes
from tiltyard.boards.fitting.counted import Counted
from tiltyard.boards.fitting.feature_matrix import feature_matrix
from tiltyard.boards.fitting.features import Feature
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.ratings.collinear import refuse_collinear, refuse_explained
from tiltyard.ratings.contextual import ContextualFit, fit_contextual
from tiltyard.ratings.pair_counts import Floats, Indices
from tiltyard.ratings.pair_rows import PairRows
from tiltyard.ratings.scaling import FeatureError
from tiltyard.ratings.votes import Votes
from tiltyard.ratings.weights import pair_balanced


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
        return cls.among(
            counted, [counted.pairs.names[index] for index in members.tolist()], recipe
        )

    @classmethod
    def among(cls, counted: Counted, names: Sequence[str], recipe: Recipe) -> "RatedVotes":
        """Take the votes among models by their names, in the order of which they are numbered."""
        table = counted.votes
        if table is None:
            raise RecipeError("These votes are counts, and the recipe needs single votes.")
        if recipe.ties == "drop":
            table = table.filter(pl.col("outcome").is_in([Outcome.A.value, Outcome.B.value]))
        rated = pl.col("model_a").is_in(names) & pl.col("model_b").is_in(names)
        table = table.filter(rated & (pl.col("model_a") != pl.col("model_b")))
        a, b = (codes(table[side], names) for side in ("model_a", "model_b"))
        outcome = codes(table["outcome"], OUTCOMES)
        weight = _weights(table, a, b, recipe)
        return cls(Votes.from_arrays(a, b, outcome, weight, models=len(names)), table)

    def clusters(self, recipe: Recipe) -> list[Indices]:
        """Give clusters as numbers, by clustering; -1 where the cluster is not known."""
        columns = [self.table[f"{name} cluster"] for name in recipe.cluster]
        return [column.fill_null(-1).to_numpy() for column in columns]

    def features(self, recipe: Recipe) -> list[Feature]:
        """List the features of the recipe's controls."""
        return Feature.all_of(recipe.controls, self.table.columns)


def fit_controls(
    rated: RatedVotes,
    features: Sequence[Feature],
    matrix: Floats,
    recipe: Recipe,
    start: Floats,
) -> ContextualFit:
    """Fit strengths and the controls' coefficients together, from a start for both.

    Raises
    ------
    RecipeError
        When the votes cannot tell a control from the others, or from the models.
    """
    try:
        uncentred = feature_matrix(rated.table, features, centred=False)
        _refuse_what_models_explain(rated.votes, uncentred, ridge=recipe.ridge)
        return fit_contextual(rated.votes, matrix, ridge=recipe.ridge, start=start)
    except FeatureError as error:
        named = error.of([features[column].name for column in error.columns])
        raise RecipeError(named if error.columns else error.fault) from error


def _refuse_what_models_explain(votes: Votes, uncentred: Floats, *, ridge: float) -> None:
    """Refuse features that follow from the models but for the mean that z-scoring takes off.

    Centred, such a feature is the models' and a constant, and would pass for the position.
    """
    rows = PairRows.of(votes, uncentred)
    refuse = refuse_explained if ridge else refuse_collinear
    refuse(rows.products(0.25 * rows.weight), rows.models)


def _weights(table: pl.DataFrame, a: Indices, b: Indices, recipe: Recipe) -> Floats:
    weight: Floats = table["weight"].to_numpy()
    if "pair-balanced" not in recipe.weights or not table.height:
        return weight
    return weight * pair_balanced(a, b, 1 + int(max(a.max(), b.max())))
