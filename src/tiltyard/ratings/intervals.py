"""From strengths and variances to points on the Elo scale, intervals and ranks."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from tiltyard.ratings.pair_counts import Floats, Indices


def points_per_nat(scale: float = 400.0) -> float:
    """Rating points in one nat of strength: `scale` points are odds of ten to one."""
    return scale / float(np.log(10.0))


def normal_interval(
    estimate: Floats, standard_error: Floats, confidence: float
) -> tuple[Floats, Floats]:
    """Bounds `estimate` ∓ z `standard_error`, z the two-sided normal quantile of `confidence`.

    Parameters
    ----------
    estimate, standard_error
        Shape (K,), in the same unit.
    confidence
        Between 0 and 1, both excluded.
    """
    reach = float(ndtri(0.5 + 0.5 * confidence)) * standard_error
    return estimate - reach, estimate + reach


@dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """Ranks that intervals allow, 1 the best.

    Parameters
    ----------
    best
        Shape (K,). 1 + the number of models whose lower bound lies above this one's upper bound:
        the rank that arena leaderboards show.
    worst
        Shape (K,). K - the number of models whose upper bound lies below this one's lower bound.
    """

    best: Indices
    worst: Indices


def rank_by_overlap(lower: Floats, upper: Floats) -> Ranks:
    """Rank models by which intervals do not overlap; touching bounds do overlap.

    Each interval is marginal, so the ranks hold model by model, not for all models at once.

    Parameters
    ----------
    lower, upper
        Shape (K,). Interval bounds.
    """
    certainly_above = lower.size - np.searchsorted(np.sort(lower), upper, side="right")
    certainly_below = np.searchsorted(np.sort(upper), lower, side="left")
    return Ranks(1 + certainly_above, lower.size - certainly_below)
