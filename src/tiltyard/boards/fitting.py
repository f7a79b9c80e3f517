"""Fit the estimator of a recipe: one shape of result, whichever it was."""

from dataclasses import dataclass, field, replace

import numpy as np

from tiltyard.boards.controlled import RatedVotes, fit_controls
from tiltyard.boards.counted import Counted
from tiltyard.boards.recipe import Recipe
from tiltyard.ratings.bootstrap import bootstrap
from tiltyard.ratings.pair_counts import Floats, Indices, PairCounts
from tiltyard.ratings.rateable import Reason, fit_rateable
from tiltyard.ratings.weights import LEAST_VOTES


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """A parameter beside the strengths: the effect of a control, or what ties are worth."""

    name: str
    estimate: float
    standard_error: float


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What a board needs to know of a fit.

    Parameters
    ----------
    members
        Shape (R,). Which of the K models were rated.
    strengths
        Shape (R,). In nats, summing to zero.
    covariance
        Shape (R, R). Of the strengths, in the gauge where they sum to zero.
    log_likelihood
        In nats; None when no model was rated, and everything above is empty.
    left_out
        The other models by reason.
    effects
        Parameters beside the strengths.
    draws
        Shape (rounds, R). Bootstrap estimates of the strengths, for their quantiles.
    """

    members: Indices
    strengths: Floats
    covariance: Floats
    log_likelihood: float | None
    left_out: dict[Reason, Indices] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    draws: Floats | None = None


def fit(counted: Counted, recipe: Recipe) -> Fitted:
    """Fit the largest set of models that the votes can place on one scale."""
    weights, squares = (_used(table, recipe) for table in _weighted(counted, recipe))
    plain = _fit_counts(weights, squares)
    if plain.log_likelihood is None:
        return plain
    if recipe.controls:
        return _controlled(plain, counted, recipe)
    if recipe.interval == "bootstrap":
        return _resampled(plain, weights, squares, recipe)
    return plain


def _weighted(counted: Counted, recipe: Recipe) -> tuple[PairCounts, PairCounts]:
    """Give the counts of weights and of squared weights, pairs balanced where asked."""
    pairs = counted.pairs
    if "pair-balanced" not in recipe.weights:
        return pairs.weights, pairs.squares
    weight = 1.0 / np.maximum(pairs.votes.totals, LEAST_VOTES)
    return pairs.weights.scaled(weight), pairs.squares.scaled(weight**2)


def _used(counts: PairCounts, recipe: Recipe) -> PairCounts:
    """Leave the ties out where the recipe says so."""
    if recipe.ties == "half":
        return counts
    none = np.zeros(counts.first.size)
    return replace(counts, ties=none, both_bad=none)


def _fit_counts(weights: PairCounts, squares: PairCounts) -> Fitted:
    found = fit_rateable(weights, squares)
    if found.fit is None:
        none = np.empty(0)
        return Fitted(found.members, none, np.empty((0, 0)), None, found.left_out)
    return Fitted(
        found.members,
        found.fit.strengths,
        found.fit.covariance,
        found.fit.log_likelihood,
        found.left_out,
    )


def _controlled(plain: Fitted, counted: Counted, recipe: Recipe) -> Fitted:
    """Fit the controls beside the models that the plain fit found rateable."""
    rated = RatedVotes.of(counted, plain.members, recipe)
    found, features, _ = fit_controls(rated, recipe)
    models = plain.members.size
    errors = np.sqrt(np.diag(found.covariance)[models:])
    effects = zip(features, found.coefficients.tolist(), errors.tolist(), strict=True)
    return replace(
        plain,
        strengths=found.strengths,
        covariance=found.covariance[:models, :models],
        log_likelihood=found.log_likelihood,
        effects=tuple(Effect(feature.name, value, error) for feature, value, error in effects),
    )


def _resampled(plain: Fitted, weights: PairCounts, squares: PairCounts, recipe: Recipe) -> Fitted:
    """Put the spread of resampled fits in place of the sandwich."""
    tables = (weights.restricted_to(plain.members), squares.restricted_to(plain.members))
    draws = bootstrap(*tables, rounds=recipe.rounds, seed=recipe.seed)
    return replace(plain, covariance=_spread(draws), draws=draws)


def _spread(draws: Floats) -> Floats:
    """Covariance over the rounds in which every model has a number; NaN when they are too few."""
    whole = draws[np.isfinite(draws).all(axis=1)]
    models = draws.shape[1]
    if len(whole) <= 1:
        return np.full((models, models), np.nan)
    covariance: Floats = np.cov(whole, rowvar=False)
    return covariance
