"""Pooling of slices under style control: in whose units, and what remains of few votes."""

import numpy as np
import polars as pl
import pytest

from synthetic_votes import MODELS, synthetic_votes
from tiltyard.battles.table import Battles
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.fitting.counted import Counted
from tiltyard.boards.fitting.counting import count_votes
from tiltyard.boards.fitting.pooling import Parent, pool
from tiltyard.boards.ranking import fit_counted
from tiltyard.boards.recipes.controls import Control
from tiltyard.boards.recipes.recipe import Anchor, Recipe
from tiltyard.ratings.contextual import fit_contextual
from tiltyard.ratings.pair_counts import Floats
from tiltyard.ratings.pooling import fit_pooled_contextual
from tiltyard.ratings.votes import Votes

STYLE = Recipe(controls=(Control.parse("style"),))
POINTS = 400 / np.log(10)
PARTS = ("length", "headers", "lists", "bold")


def counted(frame: pl.DataFrame, recipe: Recipe = STYLE) -> Counted:
    return count_votes(Battles.from_frame(frame), recipe).counted


def parent_of(frame: pl.DataFrame, recipe: Recipe = STYLE) -> Parent:
    votes = counted(frame, recipe)
    found = Parent.of(votes, fit_counted(votes, recipe), recipe)
    assert found is not None
    return found


def shares(frame: pl.DataFrame) -> Floats:
    """(a - b) / (a + b) of all four parts, by hand."""
    columns = []
    for part in PARTS:
        a, b = (frame[f"{part}_{side}"].cast(pl.Float64).to_numpy() for side in "ab")
        columns.append((a - b) / np.where(a + b > 0, a + b, 1.0))
    return np.column_stack(columns)


def as_votes(frame: pl.DataFrame) -> Votes:
    """The same votes, without tiltyard's reading of them."""
    codes = {"model_a": 0, "model_b": 1, "tie": 2, "tie (bothbad)": 3}
    a, b = ([MODELS.index(name) for name in frame[side]] for side in ("model_a", "model_b"))
    return Votes.from_arrays(a, b, [codes[one] for one in frame["winner"]], models=len(MODELS))


def test_a_slice_is_measured_in_the_units_of_its_parent() -> None:
    whole = synthetic_votes(4_000)
    part = whole.filter(pl.col("length_a") < 150)  # whose lengths differ less, and to one side
    found = pool(counted(part), parent_of(whole), STYLE)
    of_whole = shares(whole)
    middle, unit = of_whole.mean(axis=0), of_whole.std(axis=0)
    fit = fit_contextual(as_votes(whole), (of_whole - middle) / unit)
    centre = np.concatenate([fit.strengths, fit.coefficients])
    features = (shares(part) - middle) / unit
    by_hand = fit_pooled_contextual(as_votes(part), features, centre, fit.covariance)
    ratings = [found.ratings[model][0] for model in MODELS]
    assert ratings == pytest.approx(1000 + POINTS * by_hand.strengths, abs=1e-6)
    error = np.sqrt(np.diag(by_hand.covariance))[: len(MODELS)]
    uppers = [found.ratings[model][2] for model in MODELS]
    assert uppers == pytest.approx(ratings + 1.959964 * POINTS * error, abs=1e-3)
    assert found.spread == pytest.approx(POINTS * by_hand.spread)


def test_votes_too_few_for_a_board_of_their_own_have_pooled_ratings() -> None:
    whole = synthetic_votes(4_000)
    few = whole.head(80).with_columns(headers_a=pl.lit(0), headers_b=pl.lit(0))
    with pytest.raises(RecipeError, match="same in every vote"):
        fit_counted(counted(few), STYLE)
    parent = parent_of(whole)
    found = pool(counted(few), parent, STYLE)
    theirs = 1000 + POINTS * parent.centre[: len(MODELS)]
    ratings, lower, upper = np.array([found.ratings[model] for model in parent.names]).T
    assert np.abs(ratings - theirs).max() < 80
    assert ((lower < ratings) & (ratings < upper)).all()


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(estimator="davidson"),
        Recipe(cluster=("voter",)),
        Recipe(anchor=Anchor("elm", 1000)),
        Recipe(controls=STYLE.controls, ridge=1.0),
    ],
)
def test_recipes_that_pooling_does_not_know_have_none(recipe: Recipe) -> None:
    votes = counted(synthetic_votes(1_000), recipe)
    assert Parent.of(votes, fit_counted(votes, recipe), recipe) is None
