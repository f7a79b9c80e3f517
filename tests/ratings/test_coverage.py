"""A short run of benchmarks/coverage.py, whose long one is benchmarks/results/coverage.md."""

from importlib import import_module
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"
TRIALS = 120


@pytest.mark.parametrize(
    "votes",
    [
        "plain",
        "newcomer",
        "style_controlled",
        "lightly_shrunk",
        "rao_kupper",
        "davidson",
        "four_outcomes",
    ],
)
def test_intervals_of_every_estimator_hold_the_truth_as_often_as_they_say(
    votes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """120 seeded trials: 0.95 has a standard error of 0.02 for one parameter, less for several."""
    assert 0.92 <= coverage("coverage_trials", votes, monkeypatch) <= 0.98


@pytest.mark.parametrize("clusters", ["by_voter", "by_voter_and_prompt"])
def test_clustered_intervals_hold_the_truth_when_votes_depend_on_one_another(
    clusters: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 0.92 <= coverage("coverage_clusters", clusters, monkeypatch) <= 0.98


@pytest.mark.parametrize("votes", ["counts_resampled", "voters_resampled"])
def test_bootstrap_intervals_hold_the_truth_as_often_as_they_say(
    votes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 0.91 <= coverage("coverage_resampled", votes, monkeypatch) <= 0.98


def test_plain_intervals_do_not_hold_when_voters_repeat_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert coverage("coverage_clusters", "as_if_independent", monkeypatch) < 0.85


def coverage(module: str, trial: str, monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    trials = import_module("coverage_trials")
    scenario = trials.Scenario(trial, getattr(import_module(module), trial))
    return float(trials.simulate(scenario, TRIALS).mean())
