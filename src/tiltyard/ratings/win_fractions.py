"""Shares of points won, for description only.

They say what happened, not who is stronger: a model that met weak rivals has a high share. No
interval belongs to them here; to compare models, fit :mod:`tiltyard.ratings.bradley_terry`.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tiltyard.ratings.pair_counts import Floats, PairCounts


@dataclass(frozen=True, slots=True, eq=False)
class WinFractions:
    """Shares of points, both sides of the screen together.

    Parameters
    ----------
    fractions
        Shape (K, K). Row i, column j: the share of points that i won from j; NaN where they never
        met and on the diagonal.
    votes
        Shape (K, K). Weight of the votes behind each share; symmetric.
    average
        Shape (K,). Mean over the opponents met, each counting once: what a uniform choice of
        opponents among those would have given. NaN without any.
    overall
        Shape (K,). Share of all points in all the model's votes. NaN without any.
    ties
        What was done with ties and both-bad.
    """

    fractions: Floats
    votes: Floats
    average: Floats
    overall: Floats
    ties: Literal["half", "drop"]


def win_fractions(counts: PairCounts, *, ties: Literal["half", "drop"] = "half") -> WinFractions:
    """Describe who won how much against whom.

    Parameters
    ----------
    counts
        Weighted counts over K models.
    ties
        "half" gives each model half a point for a tie or both-bad; "drop" leaves those votes out.
    """
    halves = ties == "half"
    points = np.zeros((counts.models, counts.models))
    points[counts.first, counts.second] = counts.first_points if halves else counts.first_wins
    points[counts.second, counts.first] = counts.second_points if halves else counts.second_wins
    votes = points + points.T
    fractions = _share(points, votes)
    met = votes > 0
    average = _share(np.where(met, fractions, 0.0).sum(axis=1), met.sum(axis=1).astype(np.float64))
    overall = _share(points.sum(axis=1), votes.sum(axis=1))
    return WinFractions(fractions, votes, average, overall, ties)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full_like(whole, np.nan), where=whole > 0)
