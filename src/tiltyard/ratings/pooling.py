r"""Ratings from few votes, pulled towards those of a larger set of votes.

A slice's parameters are its parent's plus departures, theta = c + delta, and departures are drawn
from N(0, tau^2 I). The pooled parameters are the mode of what the slice's votes and this say
together,

    theta = argmax  l(theta) - |theta - c|^2 / (2 tau^2),

with l the log-likelihood of Bradley-Terry, or of the contextual model, whose coefficients depart
like strengths do. What is not known of tau is not decided either: its candidates are weighed by
their marginal likelihood in Laplace's approximation (MacKay 1992, "Bayesian interpolation") under a
prior that is uniform in tau (Gelman 2006, "Prior distributions for variance parameters in
hierarchical models"),

    log m(tau) = l(theta) - |theta - c|^2 / (2 tau^2) - log det(I + tau^2 H) / 2

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
        Shape (K + d, K + d). Given tau it is (H + I/tau^2)^-1, and what the parent's own
        uncertainty adds, W V W with W = (H + I/tau^2)^-1 / tau^2; mixed over tau.
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
class _Top:
    """Where a candidate's mode is, by the square through a place.

    `promise` is twice what the way from the place to the mode adds. `weight` is the logarithm of
    the candidate's: its marginal likelihood, and tau for steps that are even in its logarithm.
    """

    spread: float
    place: _Place
    at: Floats
    factor: Any
    promise: float
    weight: float

    @classmethod
    def seen_from(cls, place: _Place, centre: Floats, spread: float) -> "_Top":
        ridge, away = spread**-2, place.at - centre
        matrix = place.slope.information + ridge * np.eye(centre.size)
        factor = linalg.cho_factor(matrix)
        gradient = place.slope.gradient - ridge * away
        step = linalg.cho_solve(factor, gradient)
        promise = float(gradient @ step)
        height = place.slope.value - 0.5 * ridge * float(away @ away) + 0.5 * promise
        half = np.log(spread * np.diag(factor[0])).sum()  # log det(I + tau^2 H) / 2
        weight = float(height - half + np.log(spread))
        return cls(spread, place, place.at + step, factor, promise, weight)


def _pooled(likelihood: Likelihood, centre: Floats, covariance: Floats, models: int) -> PooledFit:
    """Mix what every candidate that matters makes of the votes."""
    free = common_shift(models, centre.size - models)
    centre = np.asarray(centre - free @ (free.T @ centre), np.float64)
    tops = _tops(likelihood, centre)
    weights = np.array([top.weight for top in tops])
    share = np.exp(weights - weights.max())
    share /= share.sum()
    modes = np.array([top.at - free @ (free.T @ top.at) for top in tops])
    middle = share @ modes
    apart = modes - middle
    whole = (share[:, None] * apart).T @ apart
    for part, top in zip(share, tops, strict=True):
        whole += part * _covariance(top, covariance, free)
    strengths, coefficients = np.split(middle, [models])
    spread = float(np.sqrt(share @ np.array([top.spread**2 for top in tops])))
    return PooledFit(strengths, coefficients, whole, spread)


def _tops(likelihood: Likelihood, centre: Floats) -> list[_Top]:
    """Find the modes of the candidates that matter, each from that of its neighbour.

    The search begins at the one that the square through the parent's parameters has for the best.
    """
    parents = _Place(centre, likelihood(centre))
    guesses = [_Top.seen_from(parents, centre, spread) for spread in SPREADS]
    first = max(range(len(SPREADS)), key=lambda number: guesses[number].weight)
    found = {first: _climbed(likelihood, centre, guesses[first])}
    for way in (-1, 1):
        number = first
        while 0 <= number + way < len(SPREADS) and not _is_negligible(found[number], found):
            beside = _Top.seen_from(found[number].place, centre, SPREADS[number + way])
            number += way
            found[number] = _climbed(likelihood, centre, beside)
    return [found[number] for number in sorted(found)]


def _is_negligible(top: _Top, among: dict[int, _Top]) -> bool:
    return top.weight < max(one.weight for one in among.values()) - NEGLIGIBLE


def _climbed(likelihood: Likelihood, centre: Floats, top: _Top) -> _Top:
    """Look from nearer and nearer until the mode stays where it is."""
    for _ in range(MOST_STEPS):
        if top.promise <= SETTLED:
            break
        top = _Top.seen_from(_uphill(likelihood, centre, top), centre, top.spread)
    return top


def _uphill(likelihood: Likelihood, centre: Floats, top: _Top) -> _Place:
    """Go towards the mode as far as it rises."""

    def height(place: _Place) -> float:
        away = place.at - centre
        return place.slope.value - 0.5 * float(away @ away) / top.spread**2

    here, step, length = height(top.place), top.at - top.place.at, 1.0
    while True:
        at = top.place.at + length * step
        there = _Place(at, likelihood(at))
        if height(there) >= here - 1e-12 * abs(here) or length < SHORTEST:
            return there
        length /= 2


def _covariance(top: _Top, parents: Floats, free: Floats) -> Floats:
    """Give the covariance under one candidate, without what all strengths have in common."""
    inside: Floats = linalg.cho_solve(top.factor, np.eye(top.at.size))
    pulled = inside / top.spread**2
    found: Floats = inside - top.spread**2 * (free @ free.T) + pulled @ parents @ pulled.T
    return found
