"""From strengths in nats to places on a board: gauge, scale, intervals and ranks."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tiltyard.boards.errors import RecipeError
from tiltyard.boards.fitting.fitting import Fitted
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.ratings.bootstrap import percentile_interval
from tiltyard.ratings.intervals import (
    change_gauge,
    normal_interval,
    points_per_nat,
    rank_by_overlap,
)
from tiltyard.ratings.pair_counts import Floats, Indices
from tiltyard.ratings.ranks import (
    bonferroni_level,
    probability_best,
    sidak_level,
    simultaneous_rank_sets,
    tie_groups,
)

MEAN = 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """The rated models on the recipe's scale; every array is of shape (R,) unless told otherwise.

    Parameters
    ----------
    rating, lower, upper, standard_error
        In points.
    rank, rank_lower, rank_upper
        The best rank that the recipe's kind of ranks allows, again, and the worst.
    covariance
        Shape (C, C), in points squared, in the recipe's gauge, of the covered models.
    covered
        Shape (C,). Which of the R models those are; the others have no standard error, and unless
        the interval is a bootstrap's no interval either, and then nobody has a rank.
    probability_best
        With simultaneous ranks: how likely no rated model is stronger.
    tie_groups
        With simultaneous ranks: for each model the groups it is in, counted from 1, of models that
        cannot be told apart.
    """

    rating: Floats
    lower: Floats
    upper: Floats
    standard_error: Floats
    rank: Indices | None
    rank_lower: Indices | None
    rank_upper: Indices | None
    covariance: Floats
    covered: Indices
    probability_best: Floats | None = None
    tie_groups: tuple[tuple[int, ...], ...] | None = None


def place(fitted: Fitted, names: Sequence[str], votes: Floats, recipe: Recipe) -> Placed:
    """Place the rated models.

    Parameters
    ----------
    fitted
        The fit of R models.
    names
        The names of those R models.
    votes
        Shape (R,). Their votes, for the vote-weighted gauge.
    recipe
        Which scale, gauge, anchor, confidence and kind of ranks.

    Raises
    ------
    RecipeError
        When the anchor is not among the models.
    """
    _refuse_unrated_anchor(names, recipe)
    shares = _gauge(names, votes, recipe)
    strengths, covariance, error = _in_points(fitted, shares, recipe)
    draws = None
    if fitted.draws is not None:
        draws = points_per_nat(recipe.scale) * _draws_in_gauge(fitted.draws, shares)
    lower, upper = _bounds(strengths, error, draws, _levels(names, recipe))
    all_bounded = draws is not None or fitted.covered.size == strengths.size
    ranks = rank_by_overlap(lower, upper) if all_bounded else None
    shift = _shift(strengths, names, recipe)
    placed = Placed(
        rating=strengths + shift,
        lower=lower + shift,
        upper=upper + shift,
        standard_error=error,
        rank=ranks.best if ranks else None,
        rank_lower=ranks.best if ranks else None,
        rank_upper=ranks.worst if ranks else None,
        covariance=covariance,
        covered=fitted.covered,
    )
    return _simultaneous(placed, recipe) if recipe.ranks == "simultaneous" else placed


def refuse_unknown(what: str, model: str, names: Sequence[str]) -> None:
    """Refuse a model that is not there, suggesting near names.

    Raises
    ------
    RecipeError
        When `model` is not among `names`.
    """
    if model in names:
        return
    near = difflib.get_close_matches(model, names, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {len(names)} models."
    raise RecipeError(f"{what} {model} is not among the models; {hint}")


def _gauge(names: Sequence[str], votes: Floats, recipe: Recipe) -> Floats:
    """Shape (R,). The shares of the models in what counts as zero."""
    if recipe.gauge == "vote-weighted":
        shares: Floats = votes / votes.sum()
        return shares
    if recipe.gauge == "anchored" and recipe.anchor is not None:
        shares = np.zeros(len(names))
        shares[names.index(recipe.anchor.model)] = 1.0
        return shares
    return np.full(len(names), 1.0 / len(names))


def _in_points(fitted: Fitted, shares: Floats, recipe: Recipe) -> tuple[Floats, Floats, Floats]:
    """Bring strengths and their covariance to the recipe's gauge and scale, with the errors."""
    points = points_per_nat(recipe.scale)
    strengths, spread = fitted.strengths, fitted.covariance
    if recipe.gauge != "sum-zero":
        strengths, spread = _in_gauge(fitted, shares)
    covariance = points**2 * spread
    error = np.full(strengths.size, np.nan)
    error[fitted.covered] = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    return points * strengths, covariance, error


def _in_gauge(fitted: Fitted, shares: Floats) -> tuple[Floats, Floats]:
    """Move the strengths of all models, and the covariance of the covered ones."""
    within = shares[fitted.covered]
    if not within.any():
        raise RecipeError(
            "The anchor wins or loses everything in too many bootstrap rounds to reckon errors "
            "from it: use the sandwich interval, or another anchor."
        )
    _, spread = change_gauge(fitted.strengths[fitted.covered], fitted.covariance, within)
    return fitted.strengths - float(shares @ fitted.strengths), spread


def _simultaneous(placed: Placed, recipe: Recipe) -> Placed:
    """Put ranks that hold for all models at once in place of those by single intervals."""
    rating, covariance = placed.rating, placed.covariance
    if placed.covered.size < rating.size:
        raise RecipeError(
            "Ranks for all models at once need the covariance of all, and some models win or lose "
            "everything in too many bootstrap rounds: use the sandwich interval."
        )
    sets = simultaneous_rank_sets(rating, covariance, recipe.confidence, seed=recipe.seed)
    groups = tie_groups(rating, sets.above)
    return replace(
        placed,
        rank=sets.best,
        rank_lower=sets.best,
        rank_upper=sets.worst,
        probability_best=probability_best(rating, covariance, seed=recipe.seed),
        tie_groups=tuple(
            tuple(number for number, group in enumerate(groups, 1) if model in group)
            for model in range(rating.size)
        ),
    )


def _draws_in_gauge(draws: Floats, shares: Floats) -> Floats:
    """Move each round so that the gauge's models are at zero, those without a number apart."""
    known = np.isfinite(draws)
    weight = known * shares
    with np.errstate(invalid="ignore"):
        zero = (np.where(known, draws, 0.0) * weight).sum(axis=1) / weight.sum(axis=1)
    moved: Floats = draws - zero[:, None]
    return moved


def _bounds(
    strengths: Floats, error: Floats, draws: Floats | None, levels: Floats
) -> tuple[Floats, Floats]:
    """Give each model the bounds of its own level: by its error, or by the bootstrap's rounds."""
    lower, upper = np.empty(levels.size), np.empty(levels.size)
    for level in np.unique(levels).tolist():
        if draws is None:
            low, high = normal_interval(strengths, error, level)
        else:
            low, high = percentile_interval(draws, level)
        chosen = levels == level
        lower[chosen], upper[chosen] = low[chosen], high[chosen]
    return lower, upper


def _refuse_unrated_anchor(names: Sequence[str], recipe: Recipe) -> None:
    if recipe.anchor is not None and recipe.anchor.model not in names:
        raise RecipeError(
            f"The anchor {recipe.anchor.model} cannot be rated from these votes, "
            "so no rating can be placed relative to it: choose another anchor."
        )


def _shift(strengths: Floats, names: Sequence[str], recipe: Recipe) -> float:
    """Points that bring the gauge's zero to mean 1000, or the anchor to its score."""
    if recipe.anchor is None:
        return MEAN
    return recipe.anchor.score - float(strengths[names.index(recipe.anchor.model)])


def _levels(names: Sequence[str], recipe: Recipe) -> Floats:
    """Shape (R,). Each model's confidence, higher for the best of many tries."""
    tried = {variants.model: variants.tried for variants in recipe.variants}
    level = sidak_level if recipe.correction == "sidak" else bonferroni_level
    return np.array([level(recipe.confidence, tried.get(name, 1)) for name in names])
