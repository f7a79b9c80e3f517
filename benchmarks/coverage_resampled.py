"""Bootstrap intervals, from the table of counts and from whole clusters."""

import numpy as np
from coverage_clusters import draw_dependent
from coverage_trials import STRENGTHS, Hits, Scenario, draw_plain

from tiltyard.ratings.bootstrap import bootstrap, bootstrap_clusters, percentile_interval
from tiltyard.ratings.pair_counts import Floats

ROUNDS = 400


def counts_resampled(random: np.random.Generator) -> Hits:
    """Draw the two thousand votes anew by their table."""
    seed = int(random.integers(2**31))
    return _within(bootstrap(draw_plain(random), rounds=ROUNDS, seed=seed))


def voters_resampled(random: np.random.Generator) -> Hits:
    """Draw whole voters anew, of votes that depend by voter."""
    seed = int(random.integers(2**31))
    votes, voter, _ = draw_dependent(random, prompted=0.0)
    return _within(bootstrap_clusters(votes, voter, rounds=ROUNDS, seed=seed))


def _within(drawn: Floats) -> Hits:
    lower, upper = percentile_interval(drawn, 0.95)
    return (lower <= STRENGTHS) & (upper >= STRENGTHS)


RESAMPLED = (
    Scenario(f"Bradley-Terry, 2,000 votes: bootstrap of {ROUNDS} rounds", counts_resampled),
    Scenario(
        f"150 voters repeat themselves: bootstrap of voters, {ROUNDS} rounds", voters_resampled
    ),
)
