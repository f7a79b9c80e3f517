"""Simulated votes that depend on one another, and which intervals still hold the truth.

Somebody who judges the same pair again mostly repeats the judgement. Each vote by itself follows
the model, so the truth is known exactly, but a hundred votes tell less than a hundred.
"""

from collections.abc import Callable

import numpy as np
from coverage_trials import STRENGTHS, Hits, Scenario, draw_outcomes, draw_pairs, holds

from tiltyard.ratings.bradley_terry import fit_bradley_terry
from tiltyard.ratings.clustered import clustered_covariance
from tiltyard.ratings.pair_counts import Floats, Indices
from tiltyard.ratings.votes import Votes

VOTES, VOTERS, PROMPTS = 2000, 150, 150
HABITS = 3
"""Pairs that a voter, or a prompt, mostly comes with."""
REPEATED = 0.7

Ways = Callable[[Indices, Indices], list[Indices]]


def by_voter(random: np.random.Generator) -> Hits:
    """Take the covariance clustered by voter, on votes that depend by voter."""
    return _trial(random, prompted=0.0, ways=lambda voter, _: [voter])


def as_if_independent(random: np.random.Generator) -> Hits:
    """Take the plain sandwich, on the same votes."""
    return _trial(random, prompted=0.0, ways=lambda _voter, _prompt: [])


def by_voter_and_prompt(random: np.random.Generator) -> Hits:
    """Take the two-way covariance, on votes that depend by voter and by prompt."""
    return _trial(random, prompted=0.5, ways=lambda voter, prompt: [voter, prompt])


def by_voter_alone(random: np.random.Generator) -> Hits:
    """Take the covariance clustered by voter, on votes that depend by prompt too."""
    return _trial(random, prompted=0.5, ways=lambda voter, _: [voter])


def _trial(random: np.random.Generator, *, prompted: float, ways: Ways) -> Hits:
    votes, voter, prompt = draw_dependent(random, prompted=prompted)
    fit = fit_bradley_terry(*votes.to_counts())
    clusters = ways(voter, prompt)
    covariance = clustered_covariance(fit, votes, None, *clusters) if clusters else fit.covariance
    return holds(fit.strengths, covariance, STRENGTHS)


def draw_dependent(
    random: np.random.Generator, *, prompted: float
) -> tuple[Votes, Indices, Indices]:
    """Draw votes of which the share `prompted` repeat their prompt's judgement, not the voter's.

    Returns
    -------
    votes : Votes
    voter, prompt : Indices
        Shape (N,).
    """
    voter, prompt = random.integers(VOTERS, size=VOTES), random.integers(PROMPTS, size=VOTES)
    owner = np.where(random.random(VOTES) < prompted, VOTERS + prompt, voter)
    habit = owner * HABITS + random.integers(HABITS, size=VOTES)
    first, second = draw_pairs(random, (VOTERS + PROMPTS) * HABITS)
    judged = draw_outcomes(random, _gap(first, second))
    first, second = first[habit], second[habit]
    fresh = draw_outcomes(random, _gap(first, second))
    outcome = np.where(random.random(VOTES) < REPEATED, judged[habit], fresh)
    return Votes.from_arrays(first, second, outcome, models=len(STRENGTHS)), voter, prompt


def _gap(first: Indices, second: Indices) -> Floats:
    gap: Floats = STRENGTHS[first] - STRENGTHS[second]
    return gap


CLUSTERED = (
    Scenario("150 voters repeat themselves: clustered by voter", by_voter),
    Scenario("the same votes: not clustered", as_if_independent, meant=False),
    Scenario("150 voters and 150 prompts: clustered by both", by_voter_and_prompt),
    Scenario("the same votes: clustered by voter alone", by_voter_alone, meant=False),
)
