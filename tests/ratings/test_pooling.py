import numpy as np
import pytest

from tiltyard.ratings.bradley_terry import fit_bradley_terry
from tiltyard.ratings.pair_counts import Floats, PairCounts
from tiltyard.ratings.pooling import fit_pooled

MODELS = 10


def votes(strengths: Floats, count: int, seed: int) -> PairCounts:
    random = np.random.default_rng(seed)
    a = random.integers(0, MODELS, count)
    b = (a + random.integers(1, MODELS, count)) % MODELS
    won = random.random(count) < 1 / (1 + np.exp(strengths[b] - strengths[a]))
    return PairCounts.from_votes(a, b, np.where(won, 0, 1), models=MODELS)


def parent(seed: int = 1) -> tuple[Floats, Floats]:
    fit = fit_bradley_terry(votes(np.linspace(1, -1, MODELS), 20_000, seed))
    return fit.strengths, fit.covariance


def test_without_votes_the_pooled_ratings_are_the_parents() -> None:
    centre, covariance = parent()
    pooled = fit_pooled(votes(centre, 0, 1), centre, covariance)
    assert pooled.strengths == pytest.approx(centre, abs=1e-12)
    assert (np.diag(pooled.covariance) >= np.diag(covariance) - 1e-12).all()


def test_with_many_votes_they_are_the_slices_own() -> None:
    centre, covariance = parent()
    apart = centre[::-1].copy()
    counts = votes(apart, 200_000, 2)
    pooled, own = fit_pooled(counts, centre, covariance), fit_bradley_terry(counts)
    assert pooled.strengths == pytest.approx(own.strengths, abs=2e-3)
    errors = np.sqrt(np.diag(pooled.covariance))
    assert errors == pytest.approx(np.sqrt(np.diag(own.covariance)), rel=0.1)


def test_of_the_same_taste_the_spread_is_small_and_of_another_it_is_found() -> None:
    centre, covariance = parent()
    same = fit_pooled(votes(centre, 2_000, 3), centre, covariance)
    random = np.random.default_rng(4)
    shifted = centre + random.normal(0, 0.5, MODELS)
    other = fit_pooled(votes(shifted, 5_000, 5), centre, covariance)
    assert same.spread < 0.15
    assert 0.3 < other.spread < 1.0


def test_pooled_ratings_lie_nearer_the_truth_than_either_and_their_intervals_hold_it() -> None:
    truth, covariance = parent()
    gaps: dict[str, list[float]] = {"pooled": [], "parent": [], "own": []}
    held = []
    for seed in range(60):
        slice_truth = truth + np.random.default_rng(seed).normal(0, 0.3, MODELS)
        slice_truth -= slice_truth.mean()
        counts = votes(slice_truth, 400, 100 + seed)
        pooled = fit_pooled(counts, truth, covariance)
        error = np.sqrt(np.diag(pooled.covariance))
        held.append(np.abs(pooled.strengths - slice_truth) < 1.96 * error)
        for name, strengths in (
            ("pooled", pooled.strengths),
            ("parent", truth),
            ("own", fit_bradley_terry(counts).strengths),
        ):
            gaps[name].append(float(((strengths - slice_truth) ** 2).mean()))
    mean = {name: np.mean(values) for name, values in gaps.items()}
    assert mean["pooled"] < min(mean["parent"], mean["own"])
    assert 0.88 < np.mean(held) < 0.99


def test_a_model_that_only_wins_has_a_pooled_rating() -> None:
    centre, covariance = parent()
    counts = PairCounts.from_votes([9, 9, 9], [0, 1, 2], [0, 0, 0], models=MODELS)
    pooled = fit_pooled(counts, centre, covariance)
    assert np.isfinite(pooled.strengths).all()
    assert pooled.strengths[9] > centre[9]
