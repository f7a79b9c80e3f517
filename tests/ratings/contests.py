"""Votes drawn from known truths, and votes of any shape, for the tests of estimators."""

import numpy as np
from hypothesis import strategies as st

from tiltyard.ratings.pair_counts import Code, Floats
from tiltyard.ratings.votes import Votes


def contest(
    strengths: Floats, votes: int, random: np.random.Generator, *, ahead: Floats | float = 0.0
) -> Votes:
    """Draw decided votes on uniformly drawn pairs; `ahead`, shape (N,), is added to the logits."""
    models = len(strengths)
    a = random.integers(models, size=votes)
    b = (a + random.integers(1, models, size=votes)) % models
    lost = random.random(votes) > 1 / (1 + np.exp(strengths[b] - strengths[a] - ahead))
    return Votes.from_arrays(a, b, lost, models=models)


def with_ties(votes: Votes, share: float, random: np.random.Generator) -> Votes:
    """Turn a share of the votes into ties and both-bad, evenly."""
    outcome = np.where(random.random(len(votes)) < share, 2, votes.outcome)
    outcome = np.where((outcome == Code.TIE) & (random.random(len(votes)) < 0.5), 3, outcome)
    return Votes.from_arrays(votes.first, votes.second, outcome, votes.weight, models=votes.models)


@st.composite
def joined_votes(draw: st.DrawFn) -> Votes:
    """Votes over 2 … 6 models: in a cycle everybody wins and loses, with any votes besides."""
    models = draw(st.integers(2, 6))
    index = st.integers(0, models - 1)
    rows = [(i, (i + 1) % models, outcome, 1) for i in range(models) for outcome in Code]
    extra = st.tuples(index, index, st.sampled_from(Code), st.integers(1, 5))
    rows += [row for row in draw(st.lists(extra, max_size=30)) if row[0] != row[1]]
    a, b, outcome, weight = np.array(rows, np.int64).T
    return Votes.from_arrays(a, b, outcome, weight, models=models)
