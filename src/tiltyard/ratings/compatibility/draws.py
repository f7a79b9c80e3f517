"""Multinomial counts from a Threefry key, as jax.random draws them: one binomial per cell in turn.

Binomials with a mean up to 10 count geometric waiting times; the others come by transformed
rejection (BTRS of Hörmann 1993, "The generation of binomial random variates").
"""

import numpy as np
from scipy.special import gammaln

from tiltyard.ratings.compatibility.threefry import Key
from tiltyard.ratings.pair_counts import Floats

LARGEST_MEAN_BY_WAITING = 10.0
SERIES_FROM = 10.0


def multinomial(key: Key, trials: int, probability: Floats, rounds: int) -> Floats:
    """Shape (rounds, C). Counts of `trials` over C cells with the given probabilities."""
    after = np.cumsum(probability[::-1])[::-1]
    share = np.clip(probability / np.where(after == 0, 1, after), 0, 1)
    left = np.full(rounds, float(trials))
    counts = np.empty((rounds, probability.size))
    for cell, own_key in enumerate(key.split(probability.size)):
        counts[:, cell] = binomial(own_key, left, float(share[cell]))
        left = left - counts[:, cell]
    return counts


def binomial(key: Key, trials: Floats, probability: float) -> Floats:
    """Shape (R,). Successes in `trials` (R,); every element follows the same key, in its place."""
    common = probability >= 0.5  # noqa: PLR2004  # a half
    rare = 1 - probability if common else probability
    by_waiting = trials * rare <= LARGEST_MEAN_BY_WAITING
    counts = np.zeros(trials.size)
    if by_waiting.any():
        counts = _by_waiting(key, np.where(by_waiting, trials, 0), rare)
    if not by_waiting.all():
        # The other elements take part with a stand-in, so that they use up the key alike.
        large = np.where(by_waiting, 1e4, trials)
        rejected = _by_rejection(key, large, np.where(by_waiting, 0.5, rare))
        counts = np.where(by_waiting, counts, rejected)
    return trials - counts if common else counts


def _by_waiting(key: Key, trials: Floats, probability: float) -> Floats:
    """Count the geometric waiting times that fit into the trials."""
    waited, successes = np.zeros(trials.size), np.zeros(trials.size)
    with np.errstate(divide="ignore"):
        rate = np.log1p(-probability)
        while (waited <= trials).any():
            now, key = key.split(2)
            successes += waited <= trials
            waited = waited + np.ceil(np.log(now.uniform(trials.size)) / rate)
    return successes - 1


def _by_rejection(key: Key, trials: Floats, probability: Floats) -> Floats:
    """Propose from a transformed uniform until every element has accepted once."""
    deviation = np.sqrt(trials * probability * (1 - probability))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * probability
    alpha = (2.83 + 5.1 / b) * deviation
    counts, accepted = np.full(trials.size, -1.0), np.zeros(trials.size, np.bool_)
    while not accepted.all():
        key, first, second = key.split(3)
        u, v = first.uniform(trials.size) - 0.5, second.uniform(trials.size)
        edge = 0.5 - np.abs(u)
        count = np.floor((2 * a / edge + b) * u + trials * probability + 0.5)
        inside = (count >= 0) & (count <= trials)
        with np.errstate(divide="ignore"):
            height = np.log(v * alpha / (a / edge**2 + b))
        below = height <= _log_ratio(np.clip(count, 0, trials), trials, probability)
        fits = (edge >= 0.07) & (v <= 0.92 - 4.2 / b) | inside & below  # noqa: PLR2004  # Hormann's
        counts, accepted = np.where(fits, count, counts), accepted | fits
    return counts


def _log_ratio(count: Floats, trials: Floats, probability: Floats) -> Floats:
    """Log of the binomial probability of `count`, relative to that of the mode."""
    odds = probability / (1 - probability)
    mode = np.floor((trials + 1) * probability)
    missed, at_mode = trials - count, trials - mode
    ratio: Floats = (
        (mode + 0.5) * np.log((mode + 1) / (odds * (at_mode + 1)))
        + (trials + 1) * np.log((at_mode + 1) / (missed + 1))
        + (count + 0.5) * np.log(odds * (missed + 1) / (count + 1))
        + _stirling_rest(mode)
        + _stirling_rest(at_mode)
        - _stirling_rest(count)
        - _stirling_rest(missed)
    )
    return ratio


def _stirling_rest(count: Floats) -> Floats:
    """Return what Stirling's formula leaves of log count!: exact below ten, then three terms."""
    next_up = count + 1
    series = (1 / 12 - (1 / 360 - 1 / 1260 / next_up**2) / next_up**2) / next_up
    few = np.minimum(count, SERIES_FROM)
    exact = gammaln(few + 1) - (few + 0.5) * np.log(few + 1) + few + 1 - 0.5 * np.log(2 * np.pi)
    return np.where(count < SERIES_FROM, exact, series)
