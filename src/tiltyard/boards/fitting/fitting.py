"""Fit the estimator of a recipe: one shape of result, whichever it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tiltyard.battles.pair_table import PairTable
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.fitting.controlled import RatedVotes, fit_controls
from tiltyard.boards.fitting.counted import Counted
from tiltyard.boards.fitting.feature_matrix import scaled_features
from tiltyard.boards.fitting.start import Start
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.ratings.bootstrap import bootstrap, bootstrap_clusters, mostly_finite
from tiltyard.ratings.bradley_terry import BradleyTerryFit
from tiltyard.ratings.clustered import clustered_covariance, number_of_clusters
from tiltyard.ratings.contextual import ContextualFit
from tiltyard.ratings.pair_counts import Floats, Indices, PairCounts
from tiltyard.ratings.rateable import Reason, fit_rateable, fit_rateable_sparse
from tiltyard.ratings.scaling import Scales
from tiltyard.ratings.tie_models import (
    TieModelFit,
    fit_davidson,
    fit_four_outcomes,
    fit_rao_kupper,
)
from tiltyard.ratings.weights import balance_pairs

TIE_MODELS = {
    "rao-kupper": fit_rao_kupper,
    "davidson": fit_davidson,
    "four-outcomes": fit_four_outcomes,
}


MOST_DENSE = 2_000
"""Models up to which every pair of them has a covariance: 32 MB a matrix."""


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """A parameter beside the strengths.

    Parameters
    ----------
    name, estimate, standard_error
        In nats.
    tested
        Whether 0 would mean no effect, as for a control; not so for what ties are worth.
    """

    name: str
    estimate: float
    standard_error: float
    tested: bool


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
        Shape (C, C). Of the strengths of the covered models, in the gauge where all sum to zero.
    covered
        Shape (C,). Which of the R models have a covariance: all, but for very many models.
    log_likelihood
        In nats; None when no model was rated, and everything above is empty.
    left_out
        The other models by reason.
    effects
        Parameters beside the strengths.
    draws
        Shape (rounds, R). Bootstrap estimates of the strengths, for their quantiles. Models that
        are endless in too many rounds are not among the covered ones then.
    clusters
        How many clusters the covariance is robust to, by column.
    joint
        Shape (R + e, R + e). The covariance of the strengths and the e effects together; None
        where not every model has one.
    scales
        How the controls' features were scaled.
    """

    members: Indices
    strengths: Floats
    covariance: Floats
    covered: Indices
    log_likelihood: float | None
    left_out: dict[Reason, Indices] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    draws: Floats | None = None
    clusters: Mapping[str, int] = field(default_factory=dict)
    joint: Floats | None = None
    scales: Scales | None = None


def fit(counted: Counted, recipe: Recipe, start: Start | None = None) -> Fitted:
    """Fit the largest set of models that the votes can place on one scale.

    The start changes how long that takes, and nothing else.

    Raises
    ------
    RecipeError
        When a control cannot be used.
    NotEstimableError
        When a model of ties has no estimate, as without any tie.
    """
    weights, squares = used_counts(counted.pairs, recipe)
    if weights.models > MOST_DENSE:
        return _fit_many(counted.pairs.names, weights, squares, recipe)
    begin = None if start is None else start.strengths_of(counted.pairs.names)
    found = fit_rateable(weights, squares, begin)
    if found.fit is None:
        return _nothing(found.members, found.left_out)
    members = found.members
    tables = weights.restricted_to(members), squares.restricted_to(members)
    estimate = TIE_MODELS[recipe.estimator](*tables) if recipe.is_tie_model else found.fit
    if recipe.needs_single_votes:
        fitted = _by_single_votes(estimate, counted, members, recipe, start)
    else:
        fitted = _fitted(estimate, members)
    if recipe.interval == "bootstrap":
        fitted = _resampled(fitted, tables, counted, recipe)
    return replace(fitted, left_out=found.left_out)


def _fit_many(
    names: Sequence[str], weights: PairCounts, squares: PairCounts, recipe: Recipe
) -> Fitted:
    """Fit without any matrix of models by models, with intervals for those asked for."""
    if not _is_plain(recipe):
        raise RecipeError(
            f"{weights.models:,} models are rated by bradley-terry with sandwich intervals, the "
            f"sum-zero gauge and ranks by overlap; other recipes work up to {MOST_DENSE:,} models."
        )
    asked = {name: place for place, name in enumerate(names)}
    requested = np.array(sorted(asked[name] for name in recipe.intervals_for), np.int64)
    found = fit_rateable_sparse(weights, squares, requested=requested)
    if found.fit is None:
        return _nothing(found.members, found.left_out)
    return Fitted(
        found.members,
        found.fit.strengths,
        found.fit.covariance,
        found.fit.requested,
        found.fit.log_likelihood,
        found.left_out,
    )


def _is_plain(recipe: Recipe) -> bool:
    return not (
        recipe.is_tie_model
        or recipe.needs_single_votes
        or recipe.interval == "bootstrap"
        or recipe.ranks == "simultaneous"
        or recipe.gauge != "sum-zero"
    )


def _nothing(members: Indices, left_out: dict[Reason, Indices]) -> Fitted:
    none = np.empty(0)
    return Fitted(members, none, np.empty((0, 0)), np.empty(0, np.int64), None, left_out)


def used_counts(pairs: PairTable, recipe: Recipe) -> tuple[PairCounts, PairCounts]:
    """Give the counts of weights and of squared weights, ties dropped and pairs balanced if asked.

    A tie that is dropped does not count when pairs are balanced either.
    """
    votes, weights, squares = pairs.votes, pairs.weights, pairs.squares
    if recipe.ties == "drop":
        votes, weights, squares = (_without_ties(table) for table in (votes, weights, squares))
    if "pair-balanced" not in recipe.weights:
        return weights, squares
    return balance_pairs(votes, weights, squares)


def _without_ties(counts: PairCounts) -> PairCounts:
    none = np.zeros(counts.first.size)
    return replace(counts, ties=none, both_bad=none)


def _fitted(
    estimate: BradleyTerryFit | ContextualFit | TieModelFit,
    members: Indices,
    names: Sequence[str] = (),
) -> Fitted:
    """Bring any fit into one shape; `names` are those of a contextual fit's coefficients."""
    models = members.size
    values: Sequence[float] = ()
    if isinstance(estimate, TieModelFit):
        names, values = tuple(estimate.parameters), tuple(estimate.parameters.values())
    elif isinstance(estimate, ContextualFit):
        values = estimate.coefficients.tolist()
    errors = np.sqrt(np.diag(estimate.covariance)[models:]).tolist()
    tested = not isinstance(estimate, TieModelFit)
    return Fitted(
        members,
        estimate.strengths,
        estimate.covariance[:models, :models],
        np.arange(models),
        estimate.log_likelihood,
        effects=tuple(
            Effect(name, value, error, tested)
            for name, value, error in zip(names, values, errors, strict=True)
        ),
        joint=estimate.covariance,
    )


def _by_single_votes(
    estimate: BradleyTerryFit | TieModelFit,
    counted: Counted,
    members: Indices,
    recipe: Recipe,
    start: Start | None,
) -> Fitted:
    """Fit the controls, if any, and make the covariance robust to clusters, if asked."""
    rated = RatedVotes.of(counted, members, recipe)
    features = rated.features(recipe)
    matrix, scales = scaled_features(rated.table, features)
    names = [feature.name for feature in features]
    whole: BradleyTerryFit | TieModelFit | ContextualFit = estimate
    if recipe.controls:
        whole = fit_controls(rated, features, matrix, recipe, _begin(estimate, names, start))
    clusters = rated.clusters(recipe)
    if recipe.cluster and recipe.interval == "sandwich":
        chosen = matrix if recipe.controls else None
        covariance = clustered_covariance(whole, rated.votes, chosen, *clusters)
        whole = replace(whole, covariance=covariance)
    sizes = dict(zip(recipe.cluster, map(number_of_clusters, clusters), strict=True))
    return replace(_fitted(whole, members, names), clusters=sizes, scales=scales)


def _begin(
    estimate: BradleyTerryFit | TieModelFit, names: Sequence[str], start: Start | None
) -> Floats:
    """Begin at the strengths without controls, and at the coefficients of before."""
    coefficients = np.zeros(len(names)) if start is None else start.coefficients_of(names)
    return np.concatenate([estimate.strengths, coefficients])


def _resampled(
    fitted: Fitted, tables: tuple[PairCounts, PairCounts], counted: Counted, recipe: Recipe
) -> Fitted:
    """Put the spread of resampled fits in place of the sandwich."""
    if recipe.cluster:
        rated = RatedVotes.of(counted, fitted.members, recipe)
        (clusters,) = rated.clusters(recipe)
        draws = bootstrap_clusters(rated.votes, clusters, rounds=recipe.rounds, seed=recipe.seed)
    else:
        draws = bootstrap(*tables, rounds=recipe.rounds, seed=recipe.seed)
    covered = mostly_finite(draws)
    whole = draws[np.isfinite(draws[:, covered]).all(axis=1)]
    covariance = np.atleast_2d(np.cov(whole[:, covered], rowvar=False))
    joint = covariance if covered.size == fitted.members.size else None
    return replace(fitted, covariance=covariance, covered=covered, draws=draws, joint=joint)
