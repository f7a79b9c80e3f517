import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiltyard.ratings.bradley_terry import BradleyTerryFit, fit_bradley_terry, score
from tiltyard.ratings.intervals import normal_interval
from tiltyard.ratings.pair_counts import Code, Floats, PairCounts


def simulated(strengths: Floats, votes: int, random: np.random.Generator) -> PairCounts:
    """Draw votes on uniformly drawn pairs."""
    a = random.integers(len(strengths), size=votes)
    b = (a + random.integers(1, len(strengths), size=votes)) % len(strengths)
    lost = random.random(votes) > 1 / (1 + np.exp(strengths[b] - strengths[a]))
    return PairCounts.from_votes(a, b, lost.astype(np.int64), models=len(strengths))


@st.composite
def connected_counts(draw: st.DrawFn) -> PairCounts:
    """A cycle that everybody is on, and any votes besides."""
    models = draw(st.integers(2, 8))
    index = st.integers(0, models - 1)
    votes = [(place, (place + 1) % models, Code.A, 1) for place in range(models)]
    extra = st.tuples(index, index, st.sampled_from(Code), st.integers(1, 1000))
    votes += [vote for vote in draw(st.lists(extra, max_size=20)) if vote[0] != vote[1]]
    a, b, outcome, weight = (list(column) for column in zip(*votes, strict=True))
    return PairCounts.from_votes(a, b, outcome, weight, models=models)


def error_of_difference(fit: BradleyTerryFit, first: int, second: int) -> float:
    cov = fit.covariance
    return float(np.sqrt(cov[first, first] + cov[second, second] - 2 * cov[first, second]))


def test_two_models_have_the_textbook_estimate_and_error() -> None:
    counts = PairCounts.from_votes([0, 0], [1, 1], [Code.A, Code.B], [30.0, 10.0], models=2)
    fit = fit_bradley_terry(counts)
    assert fit.strengths[0] - fit.strengths[1] == pytest.approx(np.log(3))
    assert error_of_difference(fit, 0, 1) == pytest.approx(np.sqrt(1 / 30 + 1 / 10))


@settings(deadline=None)
@given(connected_counts())
def test_at_the_estimate_the_gradient_is_zero_and_the_gauge_is_sum_zero(counts: PairCounts) -> None:
    fit = fit_bradley_terry(counts)
    assert np.abs(score(counts, fit.strengths)).max() < 1e-9
    assert abs(fit.strengths.sum()) < 1e-9
    assert np.abs(fit.covariance.sum(axis=1)).max() < 1e-9 * max(1.0, fit.covariance.max())


@settings(deadline=None)
@given(connected_counts(), st.randoms(use_true_random=False))
def test_renaming_the_models_renames_the_result(counts: PairCounts, random: object) -> None:
    order = np.random.default_rng(random.getrandbits(32)).permutation(counts.models)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    fit, renamed = fit_bradley_terry(counts), fit_bradley_terry(counts.restricted_to(order))
    assert renamed.strengths == pytest.approx(fit.strengths[order], abs=1e-8)
    close = pytest.approx(fit.covariance[np.ix_(order, order)], rel=1e-6, abs=1e-8)
    assert renamed.covariance == close
    assert renamed.log_likelihood == pytest.approx(fit.log_likelihood)


@settings(deadline=None)
@given(connected_counts(), st.floats(1e-3, 1e3))
def test_scaling_all_weights_changes_neither_estimate_nor_error(
    counts: PairCounts, factor: float
) -> None:
    def weighted(power: int) -> PairCounts:
        columns = (counts.first_wins, counts.second_wins, counts.ties, counts.both_bad)
        scaled = (column * factor**power for column in columns)
        return PairCounts(counts.models, counts.first, counts.second, *scaled)

    fit, scaled = fit_bradley_terry(counts), fit_bradley_terry(weighted(1), weighted(2))
    assert scaled.strengths == pytest.approx(fit.strengths, abs=1e-6)
    assert scaled.covariance == pytest.approx(fit.covariance, rel=1e-5, abs=1e-8)


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 40), st.integers(1, 9))
def test_a_long_chain_of_lopsided_pairs_is_exact(models: int, wins: int) -> None:
    """On a tree each pair is its own two-model problem, however far apart the ends are."""
    a, b = list(range(models - 1)), list(range(1, models))
    counts = PairCounts.from_votes(
        a * 2,
        b * 2,
        [Code.A] * (models - 1) + [Code.B] * (models - 1),
        [10.0**wins] * (models - 1) + [1.0] * (models - 1),
        models=models,
    )
    gaps = -np.diff(fit_bradley_terry(counts).strengths)
    assert gaps == pytest.approx(np.full(models - 1, wins * np.log(10)), rel=1e-6)


@settings(deadline=None)
@given(connected_counts(), st.lists(st.floats(-1e4, 1e4), min_size=8, max_size=8))
def test_the_start_does_not_change_the_result(counts: PairCounts, start: list[float]) -> None:
    cold = fit_bradley_terry(counts)
    warm = fit_bradley_terry(counts, start=np.array(start[: counts.models]))
    assert warm.strengths == pytest.approx(cold.strengths, abs=1e-7)
    assert warm.log_likelihood == pytest.approx(cold.log_likelihood)


def test_a_start_at_the_last_fit_saves_steps() -> None:
    random = np.random.default_rng(2)
    before = simulated(np.linspace(-2, 2, 30), 100_000, random)
    last = fit_bradley_terry(before)
    after = before + PairCounts.from_votes([3], [4], [Code.A], models=30)
    warm = fit_bradley_terry(after, start=last.strengths)
    assert warm.steps < fit_bradley_terry(after).steps
    assert warm.strengths[3] > last.strengths[3]


def test_a_start_that_is_not_finite_is_ignored() -> None:
    counts = PairCounts.from_votes([0, 0], [1, 1], [Code.A, Code.B], models=2)
    start = np.array([np.nan, 0.0])
    assert fit_bradley_terry(counts, start=start).strengths.tolist() == [0.0, 0.0]


def test_thousands_of_models_fit() -> None:
    random = np.random.default_rng(1)
    models = 1500
    a = np.tile(np.arange(models), 8)
    b = (a + np.repeat([1, 2, 3, 5, 8, 13, 21, 34], models)) % models
    counts = PairCounts.from_votes(
        np.concatenate([a, a]),
        np.concatenate([b, b]),
        random.integers(0, 3, a.size * 2),
        models=models,
    )
    fit = fit_bradley_terry(counts)
    assert fit.gradient < 1e-9


def test_fifty_votes_in_a_million_leave_a_wide_interval() -> None:
    """The newcomer's own 50 votes decide its error; a ridge in proportion to the log would not."""
    models, newcomer = 20, 20
    a, b = np.triu_indices(models, 1)
    pairs = len(a)
    counts = PairCounts.from_votes(
        [*a, *a, newcomer, newcomer],
        [*b, *b, 0, 0],
        [Code.A] * pairs + [Code.B] * pairs + [Code.A, Code.B],
        [1e6 / (2 * pairs)] * (2 * pairs) + [25.0, 25.0],
        models=models + 1,
    )
    fit = fit_bradley_terry(counts)
    assert error_of_difference(fit, newcomer, 0) == pytest.approx(np.sqrt(4 / 50), rel=1e-3)
    assert error_of_difference(fit, 0, 1) < 0.01


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    """400 seeded simulations; 0.95 has a standard error of 0.005 over the 2,400 intervals."""
    random = np.random.default_rng(20_261_123)
    truth = np.linspace(-1, 1, 6)
    covered = []
    for _ in range(400):
        fit = fit_bradley_terry(simulated(truth, 600, random))
        error = np.sqrt(np.diag(fit.covariance))
        lower, upper = normal_interval(fit.strengths, error, 0.95)
        covered.append((lower <= truth) & (truth <= upper))
    assert 0.93 < np.mean(covered) < 0.97


@pytest.mark.parametrize("seed", range(5))
def test_the_start_changes_not_one_bit(seed: int) -> None:
    random = np.random.default_rng(seed)
    a = random.integers(0, 12, 20_000)
    b = (a + random.integers(1, 12, 20_000)) % 12
    counts = PairCounts.from_votes(a, b, random.integers(0, 4, 20_000), models=12)
    cold = fit_bradley_terry(counts)
    for start in (random.normal(size=12), cold.strengths, cold.strengths + 1e-5):
        warm = fit_bradley_terry(counts, start=start)
        assert warm.strengths.tobytes() == cold.strengths.tobytes()
        assert warm.covariance.tobytes() == cold.covariance.tobytes()
        assert warm.log_likelihood == cold.log_likelihood
