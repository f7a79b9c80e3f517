"""A short run of benchmarks/coverage.py, whose long one is benchmarks/results/coverage.md."""

from importlib import import_module
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"
TRIALS = 120


@pytest.mark.parametrize(
    "votes",
    ["plain", "newcomer", "style_controlled", "rao_kupper", "davidson", "four_outcomes"],
)
def test_intervals_of_every_estimator_hold_the_truth_as_often_as_they_say(
    votes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """120 seeded trials: 0.95 has a standard error of 0.02 for one parameter, less for several."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    trials = import_module("coverage_trials")
    hits = trials.simulate(trials.Scenario(votes, getattr(trials, votes)), TRIALS)
    assert 0.92 <= hits.mean() <= 0.98
