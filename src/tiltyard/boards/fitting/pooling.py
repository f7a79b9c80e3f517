"""Ratings of a slice pulled towards its parent's: what few votes can say, beside the raw fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from tiltyard.battles.pair_table import PairTable
from tiltyard.boards.fitting.controlled import RatedVotes
from tiltyard.boards.fitting.counted import Counted
from tiltyard.boards.fitting.feature_matrix import feature_matrix
from tiltyard.boards.fitting.fitting import MOST_DENSE, Fitted, used_counts
from tiltyard.boards.fitting.placing import MEAN
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.ratings.intervals import normal_interval, points_per_nat
from tiltyard.ratings.pair_counts import Floats, PairCounts
from tiltyard.ratings.pooling import PooledFit, fit_pooled, fit_pooled_contextual
from tiltyard.ratings.scaling import Scales


@dataclass(frozen=True, slots=True)
class Pooled:
    """Pooled ratings, on the scale of the parent's board.

    Parameters
    ----------
    ratings
        By model of the parent's board: the pooled rating and the bounds of its interval, in points.
    spread
        How far the slice's ratings lie from the parent's: one standard deviation, in points.
    parent_sha256
        Digest of the parent's votes.
    """

    ratings: dict[str, tuple[float, float, float]]
    spread: float
    parent_sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class Parent:
    """The fit of a slice that others are a part of: what theirs are pulled towards.

    Parameters
    ----------
    names
        The K models it rates.
    centre, covariance
        Shapes (K + d,) and (K + d, K + d). Strengths and the controls' coefficients, in nats.
    scales
        How the controls' features were scaled; None without controls.
    sha256
        Digest of its votes.
    """

    names: Sequence[str]
    centre: Floats
    covariance: Floats
    scales: Scales | None
    sha256: str

    @classmethod
    def of(cls, counted: Counted, fitted: Fitted, recipe: Recipe) -> Self | None:
        """Take it from a fit of counted votes.

        Returns
        -------
        Parent or None
            None where nobody is rated, more models than have a covariance, or by a recipe that
            pooling does not know: with ties as an outcome, clusters, a ridge or an anchor.
        """
        unknown = recipe.is_tie_model or recipe.cluster or recipe.ridge or recipe.anchor
        if unknown or fitted.log_likelihood is None or fitted.joint is None:
            return None
        names = [counted.pairs.names[member] for member in fitted.members.tolist()]
        if len(names) > MOST_DENSE:
            return None
        coefficients = [effect.estimate for effect in fitted.effects]
        centre = np.concatenate([fitted.strengths, coefficients])
        return cls(names, centre, fitted.joint, fitted.scales, counted.sha256)


def pool(counted: Counted, parent: Parent, recipe: Recipe) -> Pooled:
    """Pool a slice's votes with the fit of its parent; see :mod:`tiltyard.ratings.pooling`.

    Parameters
    ----------
    counted
        The votes of the slice.
    parent
        Of the slice that it is a part of, by the same recipe but for whose votes they are.
    recipe
        How both boards are made.
    """
    found = _fit(counted, parent, recipe)
    points, models = points_per_nat(recipe.scale), len(parent.names)
    ratings = MEAN + points * found.strengths
    errors = points * np.sqrt(np.maximum(np.diag(found.covariance)[:models], 0.0))
    lower, upper = normal_interval(ratings, errors, recipe.confidence)
    rows = zip(ratings.tolist(), lower.tolist(), upper.tolist(), strict=True)
    return Pooled(dict(zip(parent.names, rows, strict=True)), points * found.spread, parent.sha256)


def _fit(counted: Counted, parent: Parent, recipe: Recipe) -> PooledFit:
    if parent.scales is None:
        within = _within(counted.pairs, parent.names, recipe)
        return fit_pooled(within, parent.centre, parent.covariance)
    rated = RatedVotes.among(counted, parent.names, recipe)
    matrix = feature_matrix(rated.table, rated.features(recipe), scales=parent.scales)
    return fit_pooled_contextual(rated.votes, matrix, parent.centre, parent.covariance)


def _within(pairs: PairTable, names: Sequence[str], recipe: Recipe) -> PairCounts:
    """Count a slice's votes on models that have these numbers in the parent's fit."""
    counts, _ = used_counts(pairs, recipe)
    place = {name: number for number, name in enumerate(names)}
    number = np.array([place.get(name, -1) for name in pairs.names], np.int64)
    first, second = number[counts.first], number[counts.second]
    known = (first >= 0) & (second >= 0)
    columns = (counts.first_wins, counts.second_wins, counts.ties, counts.both_bad)
    kept = (column[known] for column in columns)
    return PairCounts(len(names), first[known], second[known], *kept)
