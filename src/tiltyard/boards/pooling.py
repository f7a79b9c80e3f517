"""Ratings of a slice pulled towards its parent's: what few votes can say, beside the raw fit."""

from dataclasses import dataclass

import numpy as np

from tiltyard.battles.pair_table import PairTable
from tiltyard.boards.counted import Counted, digest
from tiltyard.boards.fitting import MOST_DENSE, fit, used_counts
from tiltyard.boards.placing import MEAN
from tiltyard.boards.recipe import Recipe
from tiltyard.ratings.intervals import normal_interval, points_per_nat
from tiltyard.ratings.pair_counts import PairCounts
from tiltyard.ratings.pooling import fit_pooled


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


def pool(pairs: PairTable, parent: PairTable, recipe: Recipe) -> Pooled | None:
    """Pool a slice's votes with the ratings of its parent; see :mod:`tiltyard.ratings.pooling`.

    Parameters
    ----------
    pairs, parent
        The votes of the slice, and of the slice it is a part of.
    recipe
        How both boards are made.

    Returns
    -------
    Pooled or None
        None where the parent rates nobody, more models than have a covariance, or by a recipe
        that counts by pair are not enough for, or an anchor.
    """
    plain = not (recipe.is_tie_model or recipe.needs_single_votes or recipe.anchor)
    if not plain or len(parent.names) > MOST_DENSE:
        return None
    whole = fit(Counted(parent), recipe)
    if whole.log_likelihood is None or whole.covered.size < whole.members.size:
        return None
    names = [parent.names[member] for member in whole.members.tolist()]
    found = fit_pooled(_within(pairs, names, recipe), whole.strengths, whole.covariance)
    points = points_per_nat(recipe.scale)
    ratings = MEAN + points * found.strengths
    errors = points * np.sqrt(np.maximum(np.diag(found.covariance), 0.0))
    lower, upper = normal_interval(ratings, errors, recipe.confidence)
    rows = zip(ratings.tolist(), lower.tolist(), upper.tolist(), strict=True)
    return Pooled(dict(zip(names, rows, strict=True)), points * found.spread, digest(parent))


def _within(pairs: PairTable, names: list[str], recipe: Recipe) -> PairCounts:
    """Count a slice's votes on models that have these numbers in the parent's fit."""
    counts, _ = used_counts(pairs, recipe)
    place = {name: number for number, name in enumerate(names)}
    number = np.array([place.get(name, -1) for name in pairs.names], np.int64)
    first, second = number[counts.first], number[counts.second]
    known = (first >= 0) & (second >= 0)
    columns = (counts.first_wins, counts.second_wins, counts.ties, counts.both_bad)
    kept = (column[known] for column in columns)
    return PairCounts(len(names), first[known], second[known], *kept)
