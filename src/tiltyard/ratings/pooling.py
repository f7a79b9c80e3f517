r"""Ratings from few votes, pulled towards those of a larger set of votes.

A slice's strengths are its parent's plus departures, theta = c + delta, and departures are drawn
from N(0, tau^2 I). In the contextual model coefficients depart as well, from N(0, sigma^2 I) with
a sigma that is given. The pooled parameters are the mode of what the slice's votes and this say
together,

    theta = argmax  l(theta) - (theta - c)' S^-1 (theta - c) / 2,

with l the log-likelihood and S the diagonal of the variances. What is not known of tau is not
decided either: its candidates are weighed by their marginal likelihood in Laplace's approximation
(MacKay 1992, "Bayesian interpolation") under a half-normal prior (Gelman 2006, "Prior distributions
for variance parameters in hierarchical models"),

    log m(tau) = l(theta) - (theta - c)' S^-1 (theta - c) / 2 - log det(I + S H) / 2

with H the information at theta; the pooled parameters and their covariance are those of the
mixture. A single best tau would be taken for certain, and with few votes its intervals hold the
truth too rarely (Morris 1983, "Parametric empirical Bayes inference"). With few votes the pooled
parameters are the parent's; with many they are the slice's own. They exist for every model the
parent rates, whatever the slice's votes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg

from tiltyard.ratings.bradley_terry import information, log_likelihood, score
from tiltyard.ratings.contextual import slope_at
from tiltyard.ratings.newton import Slope
from tiltyard.ratings.pair_counts import Floats, PairCounts
from tiltyard.ratings.pair_rows import PairRows
from tiltyard.ratings.semidefinite import common_shift
from tiltyard.ratings.votes import Votes

SPREADS: tuple[float, ...] = tuple(np.exp2(np.arange(-12, 3) / 2).tolist())
"""Candidates for tau, in nats: from 1/64 to 2, two to an octave."""
USUAL_SPREAD = 0.5
"""Scale of the half-normal prior of tau, in nats: 87 points. With few votes a uniform one would let
tau be anything, and pooled ratings be further from the truth than the parent's."""
SLOPES_SPREAD = 0.25
"""Of the coefficients' departures, in nats. Four of them could not tell how much they differ, and
must not tell how much strengths do."""
NEGLIGIBLE = 14.0
"""Candidates with less than a millionth of the weight of the likeliest are not looked for."""
MOST_STEPS = 50
SETTLED = 1e-8
"""What the last Newton step may promise: it is then a ten-thousandth of what is uncertain, and what
it leaves is of the order of that squared."""
SHORTEST = 2.0**-40

Likelihood = Callable[[Floats], Slope]


@dataclass(frozen=True, slots=True, eq=False)
class PooledFit:
    """Strengths of a slice, and coefficients where there are any, pooled with its parent's.

    Parameters
    ----------
    strengths
        Shape (K,). theta in nats; they sum to zero.
    coefficients
        Shape (d,). gamma in nats per unit of each feature.
    covariance
        Shape (K + d, K + d). Given tau it is (H + S^-1)^-1, and what the parent's own uncertainty
        adds, W V W' with W = (H + S^-1)^-1 S^-1; mixed over tau.
    spread
        The root of the mean of tau^2, in nats.
    """

    strengths: Floats
    coefficients: Floats
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

    def likelihood(at: Floats) -> Slope:
        return Slope(log_likelihood(counts, at), score(counts, at), information(counts, at))

    return _pooled(likelihood, centre, covariance, counts.models)


def fit_pooled_contextual(
    votes: Votes, features: Floats, centre: Floats, covariance: Floats
) -> PooledFit:
    """Pool strengths and coefficients with those of a parent, fitted by the contextual model.

    Parameters
    ----------
    votes
        The slice's votes on the K models that the parent rates; any number of them, also none.
    features
        Shape (N, d). Their differences, shifted and divided as the parent's were.
    centre, covariance
        Shapes (K + d,) and (K + d, K + d). The parent's strengths and coefficients in nats, and
        their covariance, in the gauge where strengths sum to zero.
    """
    rows = PairRows.of(votes, features)
    none = np.zeros(centre.size)
    return _pooled(lambda at: slope_at(rows, none, at), centre, covariance, votes.models)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Parameters, and how the slice's log-likelihood looks there."""

    at: Floats
    slope: Slope


@dataclass(frozen=True, slots=True, eq=False)
class _Prior:
    """Where the parameters are expected, shape (p,), and how far from it: standard deviations."""

    centre: Floats
    spreads: Floats

    def cost(self, at: Floats) -> float:
        """Half of the squared distance in standard deviations: what a place costs in nats."""
        return 0.5 * float((((at - self.centre) / self.spreads) ** 2).sum())


@dataclass(frozen=True, slots=True, eq=False)
class _Top:
    """Where the mode under a prior is, by the square through a place.

    `promise` is twice what the way from the place to the mode adds; `evidence` the logarithm of
    the marginal likelihood.
    """

    prior: _Prior
    place: _Place
    at: Floats
    factor: Any
    promise: float
    evidence: float

    @classmethod
    def seen_from(cls, place: _Place, prior: _Prior) -> "_Top":
        precision = prior.spreads**-2
        factor = linalg.cho_factor(place.slope.information + np.diag(precision))
        gradient = place.slope.gradient - precision * (place.at - prior.centre)
        step = linalg.cho_solve(factor, gradient)
        promise = float(gradient @ step)
        height = place.slope.value - prior.cost(place.at) + 0.5 * promise
        half = float(np.log(prior.spreads * np.diag(factor[0])).sum())  # log det(I + S H) / 2
        return cls(prior, place, place.at + step, factor, promise, height - half)


def _pooled(likelihood: Likelihood, centre: Floats, covariance: Floats, models: int) -> PooledFit:
    """Mix what every candidate that matters makes of the votes."""
    free = common_shift(models, centre.size - models)
    centre = np.asarray(centre - free @ (free.T @ centre), np.float64)
    tops = _tops(likelihood, centre, models)
    weights = np.array([_weight(spread, top) for spread, top in tops.items()])
    share = np.exp(weights - weights.max())
    share /= share.sum()
    modes = np.array([top.at - free @ (free.T @ top.at) for top in tops.values()])
    middle = share @ modes
    apart = modes - middle
    whole = (share[:, None] * apart).T @ apart
    for part, (spread, top) in zip(share, tops.items(), strict=True):
        whole += part * (_covariance(top, covariance) - spread**2 * (free @ free.T))
    strengths, coefficients = np.split(middle, [models])
    squares = np.array([spread**2 for spread in tops])
    return PooledFit(strengths, coefficients, whole, float(np.sqrt(share @ squares)))


def _weight(spread: float, top: _Top) -> float:
    """Give the logarithm of a candidate's weight; candidates are even in the logarithm of tau."""
    return float(top.evidence + np.log(spread) - 0.5 * (spread / USUAL_SPREAD) ** 2)


def _tops(likelihood: Likelihood, centre: Floats, models: int) -> dict[float, _Top]:
    """Find the modes under the candidates that matter, each from that of its neighbour.

    The search begins at the one that the square through the parent's parameters has for the best.
    """
    slopes = np.full(centre.size - models, SLOPES_SPREAD)
    priors = [_Prior(centre, np.concatenate([np.full(models, tau), slopes])) for tau in SPREADS]
    parents = _Place(centre, likelihood(centre))
    guesses = [_Top.seen_from(parents, prior) for prior in priors]

    def weight(number: int, top: _Top) -> float:
        return _weight(SPREADS[number], top)

    first = max(range(len(SPREADS)), key=lambda number: weight(number, guesses[number]))
    found = {first: _climbed(likelihood, guesses[first])}
    for way in (-1, 1):
        number = first
        while 0 <= number + way < len(SPREADS):
            best = max(weight(*one) for one in found.items())
            if weight(number, found[number]) < best - NEGLIGIBLE:
                break
            beside = _Top.seen_from(found[number].place, priors[number + way])
            number += way
            found[number] = _climbed(likelihood, beside)
    return {SPREADS[number]: found[number] for number in sorted(found)}


def _climbed(likelihood: Likelihood, top: _Top) -> _Top:
    """Look from nearer and nearer until the mode stays where it is."""
    for _ in range(MOST_STEPS):
        if top.promise <= SETTLED:
            break
        top = _Top.seen_from(_uphill(likelihood, top), top.prior)
    return top


def _uphill(likelihood: Likelihood, top: _Top) -> _Place:
    """Go towards the mode as far as it rises."""
    here = top.place.slope.value - top.prior.cost(top.place.at)
    step, length = top.at - top.place.at, 1.0
    while True:
        at = top.place.at + length * step
        there = _Place(at, likelihood(at))
        height = there.slope.value - top.prior.cost(at)
        if height >= here - 1e-12 * abs(here) or length < SHORTEST:
            return there
        length /= 2


def _covariance(top: _Top, parents: Floats) -> Floats:
    """Give the covariance under one prior: of departures, and of where they are from."""
    inside: Floats = linalg.cho_solve(top.factor, np.eye(top.at.size))
    pulled = inside * top.prior.spreads**-2
    found: Floats = inside + pulled @ parents @ pulled.T
    return found
