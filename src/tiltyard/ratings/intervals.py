"""From strengths and variances to points on the Elo scale, intervals and ranks."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtri

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


def errors_of_differences(covariance: Floats) -> Floats:
    """Shape (K, K). Standard errors of the differences between any two strengths.

    No choice of gauge changes them.

    Parameters
    ----------
    covariance
        Shape (K, K). Covariance of the strengths, in any gauge.
    """
    variance = np.diag(covariance)
    squared = variance[:, None] + variance - covariance - covariance.T
    errors: Floats = np.sqrt(np.maximum(squared, 0.0))
    return errors


@dataclass(frozen=True, slots=True, eq=False)
class WinProbabilities:
    """How likely one model beats another, with bounds.

    Parameters
    ----------
    estimate, lower, upper
        Shape (K, K). Row i, column j: of i beating j, or its expected points where ties are halves;
        1/2 on the diagonal. `lower` of (i, j) is one minus `upper` of (j, i).
    confidence
        Of each interval alone.
    """

    estimate: Floats
    lower: Floats
    upper: Floats
    confidence: float


def win_probabilities(
    strengths: Floats, covariance: Floats, confidence: float = 0.95
) -> WinProbabilities:
    """Turn strengths into probabilities; bounds are those of the difference, carried through.

    Parameters
    ----------
    strengths
        Shape (K,), nats.
    covariance
        Shape (K, K). Of the strengths, in any gauge.
    confidence
        Between 0 and 1, both excluded.
    """
    gap = strengths[:, None] - strengths
    lower, upper = normal_interval(gap, errors_of_differences(covariance), confidence)
    return WinProbabilities(expit(gap), expit(lower), expit(upper), confidence)


def change_gauge(strengths: Floats, covariance: Floats, reference: Floats) -> tuple[Floats, Floats]:
    """Measure strengths from a reference point instead: theta - w'theta, with its covariance.

    Standard errors of single strengths are errors of their distance to the gauge's zero, so they
    depend on it; differences do not. Equal weights give sum-zero; one weight of 1 anchors a model,
    whose own error is then 0; the numbers of votes give the vote-weighted gauge, in which a model
    with few votes hardly moves the others.

    Parameters
    ----------
    strengths
        Shape (K,).
    covariance
        Shape (K, K).
    reference
        Shape (K,). Weights w, not negative; scaled here to sum to one.

    Returns
    -------
    tuple[Floats, Floats]
        Shapes (K,) and (K, K).
    """
    share = reference / reference.sum()
    across = covariance @ share
    moved = covariance - across[:, None] - across + float(share @ across)
    return strengths - float(share @ strengths), moved
