import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiltyard.ratings.bradley_terry import fit_bradley_terry
from tiltyard.ratings.estimable import NotEstimableError
from tiltyard.ratings.pair_counts import Code, Indices, PairCounts
from tiltyard.ratings.sparse import fit_sparse


def ring_and_chords(
    models: int, chords: int, seed: int, weight: float = 1.0
) -> tuple[PairCounts, PairCounts]:
    """Everybody met both neighbours, with wins both ways, and a few met anybody."""
    random = np.random.default_rng(seed)
    ring = np.arange(models)
    a = np.concatenate([ring, ring, random.integers(models, size=chords)])
    step = random.integers(1, models, size=chords)
    b = (a + np.concatenate([np.ones(2 * models, np.int64), step])) % models
    outcome = np.concatenate([np.repeat([Code.A, Code.B], models), random.integers(4, size=chords)])
    size = np.full(a.size, 1.0)
    size[: 2 * models] = random.uniform(1, 1 + weight, size=2 * models)
    first, second = (
        PairCounts.from_votes(a, b, outcome, size**power, models=models) for power in (1, 2)
    )
    return first, second


@settings(deadline=None, max_examples=30)
@given(st.integers(3, 60), st.integers(0, 300), st.integers(0, 2**32), st.floats(0, 100))
def test_the_fit_and_its_errors_are_those_of_the_dense_fit(
    models: int, chords: int, seed: int, weight: float
) -> None:
    counts, squares = ring_and_chords(models, chords, seed, weight)
    dense = fit_bradley_terry(counts, squares)
    requested = np.random.default_rng(seed).permutation(models)[: 1 + models // 2]
    fit = fit_sparse(counts, squares, requested=requested)
    assert fit.strengths == pytest.approx(dense.strengths, abs=1e-8)
    expected = dense.covariance[np.ix_(requested, requested)]
    assert fit.covariance == pytest.approx(expected, rel=1e-7, abs=1e-9 * expected.max())
    assert fit.log_likelihood == pytest.approx(dense.log_likelihood)
    assert fit.gradient < 1e-9


@pytest.mark.parametrize("wins", [1, 1000])
def test_a_long_chain_of_pairs_where_conjugate_gradients_have_it_hardest(wins: int) -> None:
    models = 400
    a, b = np.arange(models - 1), np.arange(1, models)
    won = np.full(models - 1, float(wins))
    counts = PairCounts(models, a, b, won, np.ones(models - 1), 0 * won, 0 * won)
    ends = np.array([0, models - 1])
    fit = fit_sparse(counts, requested=ends)
    assert -np.diff(fit.strengths) == pytest.approx(np.full(models - 1, np.log(wins)), abs=1e-6)
    variance = fit.covariance[0, 0] + fit.covariance[1, 1] - 2 * fit.covariance[0, 1]
    assert variance == pytest.approx((models - 1) * (1 + 1 / wins), rel=1e-6)


def test_more_models_than_dense_matrices_hold() -> None:
    counts, _ = ring_and_chords(12_000, 60_000, seed=1)
    asked = np.array([0, 7, 11_999])
    fit = fit_sparse(counts, requested=asked)
    assert fit.gradient < 1e-9
    errors = np.sqrt(np.diag(fit.covariance))
    votes = counts.per_model(counts.totals, counts.totals)[asked]
    assert (errors * np.sqrt(votes) > 1).all()
    assert (errors * np.sqrt(votes) < 3).all()
    with pytest.raises(NotEstimableError, match="12,000 models are too many"):
        fit_bradley_terry(counts)


def test_a_refit_starts_from_the_last_solution() -> None:
    counts, _ = ring_and_chords(50, 500, seed=2)
    nobody: Indices = np.empty(0, np.int64)
    last = fit_sparse(counts, requested=nobody)
    again = fit_sparse(counts, requested=nobody, start=last.strengths)
    assert again.steps == 0
    assert again.covariance.shape == (0, 0)


def test_what_has_no_estimate_is_refused_by_name() -> None:
    counts = PairCounts.from_votes([0, 1, 2], [1, 0, 0], [Code.A] * 3, models=3)
    with pytest.raises(NotEstimableError, match="undefeated: 2"):
        fit_sparse(counts, requested=np.array([0]))
