import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiltyard.ratings.bootstrap import (
    bootstrap,
    bootstrap_clusters,
    mostly_finite,
    percentile_interval,
)
from tiltyard.ratings.bradley_terry import fit_bradley_terry, maximise
from tiltyard.ratings.estimable import NotEstimableError
from tiltyard.ratings.pair_counts import Code, Floats, PairCounts
from tiltyard.ratings.resampling import ClusterUrn, ResamplingError, VoteUrn, multinomial
from tiltyard.ratings.votes import Votes


def simulated(models: int, number: int, seed: int, weight: Floats | None = None) -> Votes:
    """Draw votes, three in ten of them ties, between models one nat apart at most."""
    random = np.random.default_rng(seed)
    truth = np.linspace(-0.5, 0.5, models)
    a = random.integers(models, size=number)
    b = (a + random.integers(1, models, size=number)) % models
    lost = random.random(number) > 1 / (1 + np.exp(truth[b] - truth[a]))
    outcome = np.where(random.random(number) < 0.3, Code.TIE, lost)
    return Votes.from_arrays(a, b, outcome, weight, models=models)


def errors(strengths: Floats) -> Floats:
    spread: Floats = strengths.std(axis=0)
    return spread


def test_the_spread_of_the_rounds_is_the_standard_error_of_the_sandwich() -> None:
    counts, _ = simulated(8, 20_000, seed=1).to_counts()
    sandwich = np.sqrt(np.diag(fit_bradley_terry(counts).covariance))
    rounds = bootstrap(counts, rounds=1000, seed=2)
    assert errors(rounds) == pytest.approx(sandwich, rel=0.1)
    assert rounds.mean(axis=0) == pytest.approx(fit_bradley_terry(counts).strengths, abs=0.005)


def test_weighted_votes_spread_as_their_squared_weights_say() -> None:
    weight = np.random.default_rng(3).choice([0.1, 1.0, 5.0], size=20_000)
    counts, squares = simulated(6, 20_000, seed=4, weight=weight).to_counts()
    sandwich = np.sqrt(np.diag(fit_bradley_terry(counts, squares).covariance))
    assert errors(bootstrap(counts, squares, rounds=800, seed=5)) == pytest.approx(
        sandwich, rel=0.12
    )


def test_clusters_of_one_vote_spread_as_votes_do_and_of_four_equal_votes_twice_as_much() -> None:
    votes = simulated(6, 4_000, seed=6)
    single = errors(bootstrap_clusters(votes, np.arange(4_000), rounds=600, seed=7))
    assert single == pytest.approx(
        errors(bootstrap(votes.to_counts()[0], rounds=600, seed=8)), rel=0.15
    )
    fourfold = votes.rows(np.repeat(np.arange(4_000), 4))
    together = bootstrap_clusters(fourfold, np.repeat(np.arange(4_000), 4), rounds=600, seed=7)
    assert errors(together) == pytest.approx(single, rel=1e-6)
    apart = errors(bootstrap(fourfold.to_counts()[0], rounds=600, seed=8))
    assert single == pytest.approx(2 * apart, rel=0.2)


@settings(deadline=None, max_examples=25)
@given(st.integers(2, 5), st.integers(1, 60), st.integers(0, 2**32))
def test_each_round_is_the_fit_of_the_votes_it_drew(models: int, votes: int, seed: int) -> None:
    """From the loosest tables, where chords do not settle, to well-filled ones."""
    ring = np.arange(models)
    counts = simulated(models, votes, seed).to_counts()[0] + PairCounts.from_votes(
        np.tile(ring, 2),
        np.tile(np.roll(ring, -1), 2),
        np.repeat([Code.A, Code.B], models),
        models=models,
    )
    drawn = VoteUrn.of(counts, None).draw(4, np.random.default_rng(seed))
    strengths = bootstrap(counts, rounds=4, seed=seed)
    for row, won, lost in zip(strengths, drawn.first_points.T, drawn.second_points.T, strict=True):
        none = np.zeros(won.size)
        table = PairCounts(models, counts.first, counts.second, won, lost, none, none)
        members = np.flatnonzero(np.isfinite(row))
        if members.size:
            alone = maximise(table.restricted_to(members)).strengths
            assert row[members] - row[members].mean() == pytest.approx(alone, abs=1e-6)


def test_a_model_that_wins_everything_it_is_drawn_for_is_above_everybody_in_that_round() -> None:
    counts = PairCounts.from_votes(
        [0, 0, 1, 1], [1, 1, 2, 2], [0, 1, 0, 1], [9.0, 1.0, 50.0, 50.0], models=3
    )
    strengths = bootstrap(counts, rounds=200, seed=9)
    assert np.isposinf(strengths[:, 0]).any()
    others = strengths[np.isposinf(strengths[:, 0]), 1:]
    centre = fit_bradley_terry(counts).strengths[1:].mean()
    assert others.mean(axis=1) == pytest.approx(np.full(len(others), centre))
    lower, upper = percentile_interval(strengths, 0.95)
    assert np.isposinf(upper[0])
    assert np.isfinite(lower).all()


def test_a_round_without_a_model_leaves_it_unknown_both_ways() -> None:
    strengths = np.array([[0.0, 1.0], [np.nan, 2.0], [0.5, 3.0]])
    lower, upper = percentile_interval(strengths, 0.95)
    assert lower.tolist() == [-np.inf, 1.0]
    assert upper.tolist() == [np.inf, 3.0]


def test_the_same_seed_gives_the_same_rounds_and_another_seed_others() -> None:
    counts, _ = simulated(5, 20_000, seed=10).to_counts()
    once = bootstrap(counts, rounds=3, seed=11)
    assert (once == bootstrap(counts, rounds=3, seed=11)).all()
    assert (once != bootstrap(counts, rounds=3, seed=12)).all()


@pytest.mark.parametrize("number", [500, 50_000])
def test_rounds_drawn_in_parts_are_those_drawn_at_once(number: int) -> None:
    votes = simulated(5, number, seed=13)
    counts, _ = votes.to_counts()
    voters = np.random.default_rng(14).integers(number // 5, size=number)
    for urn in (VoteUrn.of(counts, None), ClusterUrn.of(votes, voters, counts)):
        random = np.random.default_rng(15)
        parts = [urn.draw(rounds, random).first_points for rounds in (3, 1, 4)]
        at_once = urn.draw(8, np.random.default_rng(15)).first_points
        np.testing.assert_array_equal(np.hstack(parts), at_once)


def test_many_clusters_take_no_more_memory_for_many_rounds() -> None:
    """Two hundred rounds of 20,000 voters are four million draws: 64 MB, were they held at once."""
    votes = simulated(10, 20_000, seed=16)
    tracemalloc.start()
    try:
        bootstrap_clusters(votes, np.arange(20_000), rounds=200, seed=17)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 32_000_000


def test_large_draws_have_the_mean_and_covariance_of_a_multinomial() -> None:
    counts = np.array([10.0, 40_000.0, 300.0, 19_690.0])
    drawn = multinomial(counts, 4_000, np.random.default_rng(13))
    assert (drawn.sum(axis=1) == counts.sum()).all()
    share = counts / counts.sum()
    expected = np.diag(counts) - np.outer(counts, share)
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert np.abs((np.cov(drawn.T) - expected) / scale).max() < 0.1
    assert np.abs((drawn.mean(axis=0) - counts) / np.sqrt(np.diag(expected))).max() < 0.1


def test_no_rounds_no_votes_wrong_labels_and_no_estimate_are_refused() -> None:
    votes = Votes.from_arrays([0, 0], [1, 1], [Code.A, Code.B], models=2)
    counts, _ = votes.to_counts()
    with pytest.raises(ResamplingError, match="0 rounds"):
        bootstrap(counts, rounds=0, seed=1)
    with pytest.raises(ResamplingError, match="no votes"):
        bootstrap(PairCounts.from_votes([], [], [], models=2), rounds=1, seed=1)
    with pytest.raises(ResamplingError, match="2 votes but 3 cluster labels"):
        bootstrap_clusters(votes, np.arange(3), rounds=1, seed=1)
    with pytest.raises(NotEstimableError):
        bootstrap(PairCounts.from_votes([0], [1], [0], models=2), rounds=1, seed=1)


def test_votes_without_a_known_cluster_are_clusters_of_their_own() -> None:
    """Drawn one by one: as the bootstrap of single votes does, and not as one great cluster."""
    votes = simulated(6, 4_000, seed=6)
    alone = np.full(len(votes), -1)
    lonely = errors(bootstrap_clusters(votes, alone, rounds=600, seed=7))
    single = errors(bootstrap(votes.to_counts()[0], rounds=600, seed=8))
    assert lonely == pytest.approx(single, rel=0.15)


def test_models_that_are_endless_in_many_rounds_leave_the_others_their_covariance() -> None:
    draws = np.random.default_rng(1).normal(size=(200, 5))
    draws[:50, 3] = np.inf
    draws[:5, 1] = -np.inf
    assert mostly_finite(draws).tolist() == [0, 1, 2, 4]


def test_many_models_that_are_endless_at_times_are_counted_together() -> None:
    draws = np.zeros((100, 20))
    draws[np.arange(100), np.arange(100) % 20] = np.inf  # 5 rounds of each model, never the same
    assert mostly_finite(draws).size == 2
