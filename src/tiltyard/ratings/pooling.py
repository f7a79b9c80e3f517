r"""Ratings from few votes, pulled towards those of a larger set of votes.

A slice's strengths are its parent's plus departures, theta = c + delta, and departures are drawn
from N(0, tau^2 I). The pooled strengths are the mode of what the slice's votes and this say
together,

    theta = argmax  l(theta) - |theta - c|^2 / (2 tau^2),

with l the log-likelihood of Bradley-Terry. What is not known of tau is not decided either: its
candidates are weighed by their marginal likelihood in Laplace's approximation (MacKay 1992,
"Bayesian interpolation") under a prior that is uniform in tau (Gelman 2006, "Prior distributions
for variance parameters in hierarchical models"),

    log m(tau) = l(theta) - |theta - c|^2 / (2 tau^2) - (K - 1) log tau - log det(H + I / tau^2) / 2

with H the information at theta, both determinants over strengths that sum to zero; the pooled
strengths and their covariance are those of the mixture. A single best tau would be taken for
certain, and with few votes its intervals hold the truth too rarely (Morris 1983, "Parametric
empirical Bayes inference"). With few votes the pooled strengths are the parent's; with many they
are the slice's own. They exist for every model the parent rates, whatever the slice's votes.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from tiltyard.ratings.bradley_terry import information, log_likelihood, score
from tiltyard.ratings.pair_counts import Floats, PairCounts

SPREADS = np.exp2(np.arange(-12, 3) / 2)
"""Candidates for tau, in nats: from 1/64 to 2, two to an octave."""
MOST_STEPS = 50
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class PooledFit:
    """Strengths of a slice, partially pooled with its parent's.

    Parameters
    ----------
    strengths
        Shape (K,). theta in nats; they sum to zero.
    covariance
        Shape (K, K). Given tau it is (H + I/tau^2)^-1, and what the parent's own uncertainty adds,
        W V W with W = (H + I/tau^2)^-1 / tau^2; mixed over tau.
    spread
        The root of the mean of tau^2, in nats.
    """

    strengths: Floats
    covariance: Floats
    spread: float


def fit_pooled(counts: PairCounts, centre: Floats, covariance: Floats) -> PooledFit:
    """Pool the votes of a slice with the ratings of its parent.

    Parameters
    ----------
    counts
        The slice's votes on the K models that the parent rates; any number of them, also none.
    centre, covariance
        Shapes (K,) and (K, K). The parent's strengths in nats, and their covariance, in the gauge
        where they sum to zero.
    """
    centre = centre - centre.mean()
    found = [_given(counts, centre, covariance, float(spread)) for spread in SPREADS]
    height = np.array([one.marginal for one in found])
    share = np.exp(height - height.max()) * SPREADS  # uniform in tau, over steps of its logarithm
    share /= share.sum()
    modes = np.array([one.strengths for one in found])
    strengths = share @ modes
    apart = modes - strengths
    within = np.tensordot(share, np.array([one.covariance for one in found]), axes=1)
    between = (share[:, None] * apart).T @ apart
    return PooledFit(strengths, within + between, float(np.sqrt(share @ SPREADS**2)))


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """What one spread makes of the votes."""

    marginal: float
    strengths: Floats
    covariance: Floats


def _given(counts: PairCounts, centre: Floats, covariance: Floats, spread: float) -> _Given:
    strengths = _mode(counts, centre, spread)
    gap = strengths - centre
    matrix = information(counts, strengths) + np.eye(centre.size) / spread**2
    factor = linalg.cho_factor(matrix)
    half = np.log(np.diag(factor[0])).sum() + np.log(spread)  # less the common shift
    fit = log_likelihood(counts, strengths) - 0.5 * float(gap @ gap) / spread**2
    inside: Floats = linalg.cho_solve(factor, np.eye(centre.size))
    weight = inside / spread**2
    return _Given(
        float(fit - (centre.size - 1) * np.log(spread) - half),
        strengths,
        _sum_zero(inside) + weight @ covariance @ weight.T,
    )


def _mode(counts: PairCounts, centre: Floats, spread: float) -> Floats:
    strengths, ridge = centre, 1.0 / spread**2

    def height(at: Floats) -> float:
        return log_likelihood(counts, at) - 0.5 * ridge * float((at - centre) @ (at - centre))

    here = height(strengths)
    for _ in range(MOST_STEPS):
        gradient = score(counts, strengths) - ridge * (strengths - centre)
        if np.abs(gradient).max() <= TOLERANCE * max(1.0, ridge):
            break
        matrix = information(counts, strengths) + ridge * np.eye(centre.size)
        step: Floats = linalg.solve(matrix, gradient, assume_a="pos")
        length = 1.0
        while (there := height(strengths + length * step)) < here - 1e-12 * abs(here):
            length /= 2
        strengths, here = strengths + length * step, there
    centred: Floats = strengths - strengths.mean()
    return centred


def _sum_zero(covariance: Floats) -> Floats:
    """Take off what all strengths have in common."""
    centred = covariance - covariance.mean(axis=0)
    centred = centred - centred.mean(axis=1, keepdims=True)
    found: Floats = np.asarray(centred, np.float64)
    return found
