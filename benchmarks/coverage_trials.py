"""Simulated sets of votes, fitted, and which of their 95 % intervals hold the truth."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from tiltyard.ratings.bradley_terry import fit_bradley_terry
from tiltyard.ratings.contextual import fit_contextual
from tiltyard.ratings.intervals import normal_interval
from tiltyard.ratings.pair_counts import Code, Floats, Indices, PairCounts
from tiltyard.ratings.tie_models import (
    TieModelFit,
    estimates,
    fit_davidson,
    fit_four_outcomes,
    fit_rao_kupper,
)
from tiltyard.ratings.votes import Votes

Hits = npt.NDArray[np.bool_]
Trial = Callable[[np.random.Generator], Hits]
STRENGTHS = np.array([0.9, 0.6, 0.4, 0.1, 0.0, -0.3, -0.7, -1.0])
"""They sum to zero, as those of a fit do."""
SEED = 20_261_123
COEFFICIENTS = np.array([0.25, 0.05, 0.0, -0.1])


@dataclass(frozen=True, slots=True)
class Scenario:
    """Something to cover.

    Parameters
    ----------
    name
        What the votes are like, and which intervals are tried.
    trial
        Draws votes, fits them and tells which intervals hold the truth.
    meant
        Whether those intervals claim to; the others show why they are not the ones to use.
    """

    name: str
    trial: Trial
    meant: bool = True


def simulate(scenario: Scenario, trials: int) -> Hits:
    """Shape (trials, parameters). Which intervals held the truth."""
    seeds = np.random.SeedSequence(SEED).spawn(trials)
    return np.array([scenario.trial(np.random.default_rng(seed)) for seed in seeds])


def plain(random: np.random.Generator) -> Hits:
    """Take the sandwich of two thousand votes."""
    fit = fit_bradley_terry(draw_plain(random))
    return holds(fit.strengths, fit.covariance, STRENGTHS)


def draw_plain(random: np.random.Generator) -> PairCounts:
    """Two thousand votes, a quarter of them ties."""
    first, second = draw_pairs(random, 2000)
    outcome = draw_outcomes(random, STRENGTHS[first] - STRENGTHS[second])
    return PairCounts.from_votes(first, second, outcome, models=len(STRENGTHS))


def newcomer(random: np.random.Generator) -> Hits:
    """Compare a model with 50 votes to the first of those that share 20,000."""
    models = len(STRENGTHS)
    first, second = draw_pairs(random, 20_000, models - 1)
    first = np.concatenate([first, np.full(50, models - 1)])
    second = np.concatenate([second, random.integers(models - 1, size=50)])
    outcome = draw_outcomes(random, STRENGTHS[first] - STRENGTHS[second])
    fit = fit_bradley_terry(PairCounts.from_votes(first, second, outcome, models=models))
    contrast = np.zeros((1, models))
    contrast[0, [0, -1]] = -1, 1
    spread = contrast @ fit.covariance @ contrast.T
    return holds(contrast @ fit.strengths, spread, contrast @ STRENGTHS)


def style_controlled(random: np.random.Generator) -> Hits:
    """Two thousand votes with four correlated style differences; strengths and coefficients."""
    return _styled(random, ridge=0.0)


def lightly_shrunk(random: np.random.Generator) -> Hits:
    """Shrink the coefficients by a fortieth of what the votes say of them."""
    return _styled(random, ridge=10.0)


def heavily_shrunk(random: np.random.Generator) -> Hits:
    """Shrink them by half: the interval is about the shrunk coefficient, not about the true one."""
    return _styled(random, ridge=400.0)


def _styled(random: np.random.Generator, *, ridge: float) -> Hits:
    first, second = draw_pairs(random, 2000)
    common = random.normal(size=(2000, 1))
    features = 0.6 * common + 0.8 * random.normal(size=(2000, len(COEFFICIENTS)))
    gap = STRENGTHS[first] - STRENGTHS[second] + features @ COEFFICIENTS
    outcome = draw_outcomes(random, gap)
    votes = Votes.from_arrays(first, second, outcome, models=len(STRENGTHS))
    fit = fit_contextual(votes, features, ridge=ridge)
    found = np.concatenate([fit.strengths, fit.coefficients])
    return holds(found, fit.covariance, np.concatenate([STRENGTHS, COEFFICIENTS]))


def rao_kupper(random: np.random.Generator) -> Hits:
    """Ties where neither is ahead by a threshold of half a nat."""

    def chances(gap: Floats, first: Floats) -> list[Floats]:
        del first
        return [expit(gap - 0.5), expit(-gap - 0.5)]

    return _tied(random, chances, fit_rao_kupper, np.array([0.5]))


def davidson(random: np.random.Generator) -> Hits:
    """Ties with odds of 0.8 against a win between equals."""

    def chances(gap: Floats, first: Floats) -> list[Floats]:
        del first
        total = 1 + np.exp(-gap) + 0.8 * np.exp(-gap / 2)
        return [1 / total, np.exp(-gap) / total]

    return _tied(random, chances, fit_davidson, np.log([0.8]))


def four_outcomes(random: np.random.Generator) -> Hits:
    """Ties by a threshold, and both-bad where neither reaches a bar below most models."""
    threshold, bar = 0.5, -0.8

    def chances(gap: Floats, first: Floats) -> list[Floats]:
        one, two = np.exp(first), np.exp(first - gap)
        wide, bad = np.exp(threshold), np.exp(bar)
        both_bad = bad / (one + two + bad)
        first_wins = one / (one + wide * two + bad)
        second_wins = two / (two + wide * one + bad)
        return [first_wins, second_wins, 1 - first_wins - second_wins - both_bad]

    return _tied(random, chances, fit_four_outcomes, np.array([threshold, bar]))


def _tied(
    random: np.random.Generator,
    chances: Callable[[Floats, Floats], list[Floats]],
    fit: Callable[[PairCounts], TieModelFit],
    parameters: Floats,
) -> Hits:
    """Draw two thousand votes by the chances of all outcomes but the last, and fit them."""
    first, second = draw_pairs(random, 2000)
    steps = np.cumsum(chances(STRENGTHS[first] - STRENGTHS[second], STRENGTHS[first]), axis=0)
    outcome = (random.random(2000) > steps).sum(axis=0)
    found = fit(PairCounts.from_votes(first, second, outcome, models=len(STRENGTHS)))
    return holds(estimates(found), found.covariance, np.concatenate([STRENGTHS, parameters]))


def draw_pairs(
    random: np.random.Generator, votes: int, models: int = len(STRENGTHS)
) -> tuple[Indices, Indices]:
    """Draw pairs in which earlier models meet more often."""
    share = 1 / np.arange(1, models + 1)
    first = random.choice(models, votes, p=share / share.sum())
    second = (first + random.integers(1, models, votes)) % models
    return first, second


def draw_outcomes(random: np.random.Generator, gap: Floats) -> Indices:
    """Draw outcomes whose expected points are those of Bradley-Terry, up to 3 in 10 a tie."""
    chance = expit(gap)
    tie = 1.2 * chance * (1 - chance)
    drawn = random.random(gap.size)
    won, tied = drawn < chance - tie / 2, drawn > 1 - tie
    return np.where(won, Code.A, np.where(tied, Code.TIE, Code.B)).astype(np.int64)


def holds(found: Floats, covariance: Floats, truth: Floats) -> Hits:
    """Tell which 95 % intervals of estimates hold the truth."""
    lower, upper = normal_interval(found, np.sqrt(np.diag(covariance)), 0.95)
    return (lower <= truth) & (truth <= upper)


SCENARIOS = (
    Scenario("Bradley-Terry, 2,000 votes", plain),
    Scenario("newcomer with 50 votes beside 20,000", newcomer),
    Scenario("style control, 4 features, 2,000 votes", style_controlled),
    Scenario("the same with a light ridge, 10", lightly_shrunk),
    Scenario("the same with a heavy ridge, 400", heavily_shrunk, meant=False),
    Scenario("Rao-Kupper, 2,000 votes", rao_kupper),
    Scenario("Davidson, 2,000 votes", davidson),
    Scenario("four outcomes, 2,000 votes", four_outcomes),
)
