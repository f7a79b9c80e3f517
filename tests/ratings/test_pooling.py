import numpy as np
import pytest
from scipy.optimize import minimize

from tiltyard.ratings.bradley_terry import fit_bradley_terry, information, log_likelihood
from tiltyard.ratings.contextual import ContextualFit, fit_contextual
from tiltyard.ratings.pair_counts import Floats, PairCounts
from tiltyard.ratings.pooling import SPREADS, PooledFit, fit_pooled, fit_pooled_contextual
from tiltyard.ratings.votes import Votes

MODELS = 10
SLOPES = np.array([0.3, -0.2])


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


def styled(strengths: Floats, slopes: Floats, count: int, seed: int) -> tuple[Votes, Floats]:
    random = np.random.default_rng(seed)
    a = random.integers(0, MODELS, count)
    b = (a + random.integers(1, MODELS, count)) % MODELS
    features = random.normal(size=(count, len(slopes)))
    gap = strengths[a] - strengths[b] + features @ slopes
    won = random.random(count) < 1 / (1 + np.exp(-gap))
    return Votes.from_arrays(a, b, np.where(won, 0, 1), models=MODELS), features


def styled_parent() -> ContextualFit:
    return fit_contextual(*styled(np.linspace(1, -1, MODELS), SLOPES, 20_000, 1))


def pooled_with(parent: ContextualFit, votes: Votes, features: Floats) -> PooledFit:
    centre = np.concatenate([parent.strengths, parent.coefficients])
    return fit_pooled_contextual(votes, features, centre, parent.covariance)


def test_without_votes_strengths_and_slopes_are_the_parents() -> None:
    parent = styled_parent()
    pooled = pooled_with(parent, *styled(parent.strengths, SLOPES, 0, 2))
    assert pooled.strengths == pytest.approx(parent.strengths, abs=1e-12)
    assert pooled.coefficients == pytest.approx(parent.coefficients, abs=1e-12)
    assert (np.diag(pooled.covariance) >= np.diag(parent.covariance) - 1e-12).all()


def test_with_many_votes_strengths_and_slopes_are_the_slices_own() -> None:
    votes, features = styled(np.linspace(-1, 1, MODELS), -2 * SLOPES, 200_000, 2)
    pooled, own = pooled_with(styled_parent(), votes, features), fit_contextual(votes, features)
    assert pooled.strengths == pytest.approx(own.strengths, abs=2e-3)
    assert pooled.coefficients == pytest.approx(own.coefficients, abs=2e-3)
    errors = np.sqrt(np.diag(pooled.covariance))
    assert errors == pytest.approx(np.sqrt(np.diag(own.covariance)), rel=0.1)


def test_where_all_answers_look_alike_it_is_pooling_without_control() -> None:
    parent = styled_parent()
    votes, features = styled(parent.strengths, SLOPES, 500, 3)
    covariance = np.zeros_like(parent.covariance)
    covariance[:MODELS, :MODELS] = parent.covariance[:MODELS, :MODELS]
    centre = np.concatenate([parent.strengths, np.zeros(2)])
    held = fit_pooled_contextual(votes, 0 * features, centre, covariance)
    counts, _ = votes.to_counts()
    plain = fit_pooled(counts, parent.strengths, covariance[:MODELS, :MODELS])
    assert held.strengths == pytest.approx(plain.strengths, abs=1e-6)
    assert held.covariance[:MODELS, :MODELS] == pytest.approx(plain.covariance, abs=1e-6)


def test_a_candidate_that_does_not_matter_is_not_looked_for() -> None:
    """The mixture is that over all candidates: its strengths maximise what the docstring says."""
    centre, covariance = parent()
    random = np.random.default_rng(5)
    counts = votes(centre + random.normal(0, 0.3, MODELS), 3_000, 6)
    pooled = fit_pooled(counts, centre, covariance)
    assert pooled.strengths == pytest.approx(mixed_by_hand(counts, centre), abs=1e-6)


def mixed_by_hand(counts: PairCounts, centre: Floats) -> Floats:
    """Every candidate's mode by a general optimiser, weighed by Laplace's formula."""
    modes, weights = [], []
    for spread in SPREADS:

        def lost(at: Floats, spread: float = spread) -> float:
            away = float((at - centre) @ (at - centre)) / (2 * spread**2)
            return away - log_likelihood(counts, at)

        found = minimize(lost, centre, method="BFGS", options={"gtol": 1e-7}).x
        matrix = np.eye(MODELS) + spread**2 * information(counts, found)
        modes.append(found - found.mean())
        known = np.log(spread) - (spread / 0.5) ** 2 / 2  # the prior, and even steps of log tau
        weights.append(known - lost(found) - np.linalg.slogdet(matrix)[1] / 2)
    share = np.exp(np.array(weights) - max(weights))
    return np.asarray(share @ np.array(modes) / share.sum(), np.float64)


@pytest.mark.parametrize("slopes_apart", [0.0, 0.3])
def test_intervals_under_control_hold_the_truth(slopes_apart: float) -> None:
    """Also where slopes do not depart: they must not tell how far strengths do."""
    parent = styled_parent()
    held = []
    for seed in range(40):
        random = np.random.default_rng(seed)
        truth = np.linspace(1, -1, MODELS) + random.normal(0, 0.3, MODELS)
        truth -= truth.mean()
        slopes = SLOPES + random.normal(0, slopes_apart, 2)
        pooled = pooled_with(parent, *styled(truth, slopes, 300, 100 + seed))
        error = np.sqrt(np.diag(pooled.covariance))[:MODELS]
        held.append(np.abs(pooled.strengths - truth) < 1.96 * error)
    assert 0.88 < np.mean(held) < 0.99
