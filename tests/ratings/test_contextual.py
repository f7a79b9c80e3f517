import numpy as np
import numpy.typing as npt
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from ratings.contests import contest, joined_votes, with_ties
from tiltyard.ratings.bradley_terry import fit_bradley_terry
from tiltyard.ratings.contextual import ContextualFit, fit_contextual
from tiltyard.ratings.estimable import NotEstimableError
from tiltyard.ratings.intervals import normal_interval
from tiltyard.ratings.pair_counts import Code, Floats
from tiltyard.ratings.scaling import FeatureError
from tiltyard.ratings.votes import Votes

TRUTH = np.array([0.8, 0.3, 0.0, -0.4, -0.7])


def styled(votes: int, effect: Floats, seed: int) -> tuple[Votes, Floats]:
    """Votes of which `effect` per unit of each feature is true, a fifth of them ties."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(votes, effect.size))
    drawn = contest(TRUTH, votes, random, ahead=features @ effect)
    return with_ties(drawn, 0.2, random), features


def design(votes: Votes, features: Floats) -> Floats:
    """Shape (N, K - 1 + d). Columns of every model but the last, then the features."""
    matrix = np.zeros((len(votes), votes.models))
    matrix[np.arange(len(votes)), votes.first] = 1
    matrix[np.arange(len(votes)), votes.second] = -1
    return np.column_stack([matrix[:, :-1], features])


def against_the_last(fit: ContextualFit) -> tuple[Floats, Floats]:
    """Estimates and covariance with the last model at zero, as a regression without it has them."""
    models, size = len(fit.strengths), len(fit.covariance)
    contrasts = np.delete(np.eye(size), models - 1, axis=0)
    contrasts[: models - 1, models - 1] = -1
    estimates = np.concatenate([fit.strengths, fit.coefficients])
    return contrasts @ estimates, contrasts @ fit.covariance @ contrasts.T


def objective(votes: Votes, features: Floats, parameters: Floats) -> float:
    strengths, coefficients = np.split(parameters, [votes.models])
    logits = strengths[votes.first] - strengths[votes.second] + features @ coefficients
    chance = 1 / (1 + np.exp(-logits))
    terms = votes.points * np.log(chance) + (1 - votes.points) * np.log(1 - chance)
    return float(votes.weight @ terms)


def test_estimates_and_errors_are_those_of_statsmodels() -> None:
    votes, features = styled(3000, np.array([0.3, -0.2]), seed=1)
    fit = fit_contextual(votes, features)
    peer = sm.Logit(votes.points, design(votes, features)).fit(
        disp=False, method="newton", tol=1e-14, cov_type="HC0"
    )
    estimates, covariance = against_the_last(fit)
    assert estimates == pytest.approx(peer.params, abs=1e-9)
    assert covariance == pytest.approx(peer.cov_params(), rel=1e-8, abs=1e-12)
    assert fit.coefficient_errors == pytest.approx(peer.bse[-2:], rel=1e-8)
    assert fit.p_values == pytest.approx(peer.pvalues[-2:], rel=1e-5)
    assert fit.gradient < 1e-9


def test_weighted_votes_have_the_errors_of_weighted_scores() -> None:
    """statsmodels has no weights here, so the sandwich is written out, one row per vote."""
    votes, features = styled(500, np.array([0.3]), seed=2)
    weight = np.random.default_rng(2).uniform(0.2, 3.0, len(votes))
    votes = Votes.from_arrays(votes.first, votes.second, votes.outcome, weight, models=votes.models)
    estimates, covariance = against_the_last(fit_contextual(votes, features))
    columns = design(votes, features)
    chance = 1 / (1 + np.exp(-columns @ estimates))
    bread = np.linalg.inv((columns.T * (weight * chance * (1 - chance))) @ columns)
    scores = columns * (weight * (votes.points - chance))[:, None]
    assert np.abs(scores.sum(axis=0)).max() < 1e-9
    assert covariance == pytest.approx(bread @ scores.T @ scores @ bread, rel=1e-9)
    peer = sm.GLM(votes.points, columns, sm.families.Binomial(), freq_weights=weight).fit(tol=1e-13)
    assert estimates == pytest.approx(peer.params, abs=1e-8)


def test_without_features_it_is_bradley_terry() -> None:
    votes, features = styled(400, np.empty(0), seed=3)
    fit, plain = fit_contextual(votes, features), fit_bradley_terry(*votes.to_counts())
    assert fit.strengths == pytest.approx(plain.strengths, abs=1e-9)
    assert fit.covariance == pytest.approx(plain.covariance, abs=1e-10)
    assert fit.coefficients.size == fit.p_values.size == 0


@settings(max_examples=40, deadline=None)
@given(joined_votes(), st.integers(0, 2**32 - 1), st.floats(0.01, 10))
def test_at_the_estimate_the_numerical_gradient_is_zero(
    votes: Votes, seed: int, ridge: float
) -> None:
    features = np.random.default_rng(seed).normal(size=(len(votes), 2))
    fit = fit_contextual(votes, features, ridge=ridge)
    at = np.concatenate([fit.strengths, fit.coefficients])
    assert fit.log_likelihood == pytest.approx(objective(votes, features, at))
    for axis in np.eye(at.size):
        rise = [objective(votes, features, at + side * 1e-4 * axis) for side in (1, -1)]
        pull = ridge * fit.coefficients @ axis[votes.models :]
        assert (rise[0] - rise[1]) / 2e-4 == pytest.approx(pull, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(joined_votes(), st.integers(0, 2**32 - 1))
def test_order_names_and_sides_change_nothing(votes: Votes, seed: int) -> None:
    random = np.random.default_rng(seed)
    features = random.normal(size=(len(votes), 2))
    fit = fit_contextual(votes, features, ridge=0.1)
    order, names = random.permutation(len(votes)), random.permutation(votes.models)
    turned = random.random(len(votes)) < 0.5
    a, b = (names[side[order]] for side in (votes.first, votes.second))
    a, b = np.where(turned, b, a), np.where(turned, a, b)
    outcome = votes.outcome[order]
    outcome = np.where(turned & (outcome <= Code.B), 1 - outcome, outcome)
    moved = Votes.from_arrays(a, b, outcome, votes.weight[order], models=votes.models)
    again = fit_contextual(moved, features[order] * np.where(turned, -1, 1)[:, None], ridge=0.1)
    assert again.strengths[names] == pytest.approx(fit.strengths, abs=1e-7)
    assert again.coefficients == pytest.approx(fit.coefficients, abs=1e-7)
    place = np.concatenate([names, votes.models + np.arange(2)])
    assert again.covariance[np.ix_(place, place)] == pytest.approx(fit.covariance, abs=1e-6)


def test_the_scale_of_a_feature_scales_its_coefficient_and_nothing_else() -> None:
    votes, features = styled(2000, np.array([0.3, -0.2]), seed=4)
    fit, scaled = (fit_contextual(votes, features * unit) for unit in (1.0, np.array([1e-6, 1e6])))
    assert scaled.strengths == pytest.approx(fit.strengths, abs=1e-8)
    assert scaled.coefficients * [1e-6, 1e6] == pytest.approx(fit.coefficients, rel=1e-6)
    assert scaled.p_values == pytest.approx(fit.p_values, rel=1e-4)


def test_a_planted_style_effect_is_found_and_taken_out_of_the_strengths() -> None:
    """The strongest model is made to look long-winded: plain Bradley-Terry overrates it."""
    random = np.random.default_rng(5)
    drawn = contest(TRUTH, 40_000, random)
    wordy = (drawn.first == 0).astype(float) - (drawn.second == 0)
    length = random.normal(size=len(drawn)) + wordy
    voted = random.random(len(drawn)) > 1 / (
        1 + np.exp(TRUTH[drawn.second] - TRUTH[drawn.first] - 0.5 * length)
    )
    votes = Votes.from_arrays(drawn.first, drawn.second, voted, models=len(TRUTH))
    fit, plain = fit_contextual(votes, length[:, None]), fit_bradley_terry(*votes.to_counts())
    assert fit.coefficients[0] == pytest.approx(0.5, abs=5 * fit.coefficient_errors[0])
    assert fit.strengths == pytest.approx(TRUTH - TRUTH.mean(), abs=0.06)
    assert plain.strengths[0] > fit.strengths[0] + 0.3


def test_a_column_of_ones_is_the_advantage_of_side_a() -> None:
    random = np.random.default_rng(6)
    votes = contest(TRUTH, 20_000, random, ahead=0.2)
    fit = fit_contextual(votes, np.ones((len(votes), 1)))
    assert fit.coefficients[0] == pytest.approx(0.2, abs=0.07)
    assert fit.p_values[0] < 1e-6


def test_a_ridge_shrinks_coefficients_and_their_errors_alike() -> None:
    votes, features = styled(2000, np.array([0.5]), seed=7)
    free, shrunk = (fit_contextual(votes, features, ridge=ridge) for ridge in (0.0, 500.0))
    assert 0 < shrunk.coefficients[0] < 0.8 * free.coefficients[0]
    assert shrunk.coefficient_errors[0] < 0.8 * free.coefficient_errors[0]
    assert shrunk.log_likelihood < free.log_likelihood
    assert shrunk.ridge == 500.0


def test_the_interval_with_a_ridge_is_the_spread_of_the_estimates_with_that_ridge() -> None:
    fits = [
        fit_contextual(*styled(400, np.array([0.5]), seed=100 + trial), ridge=60.0)
        for trial in range(300)
    ]
    spread = np.std([fit.coefficients[0] for fit in fits])
    claimed = np.mean([fit.coefficient_errors[0] for fit in fits])
    assert claimed == pytest.approx(spread, rel=0.15)


def test_intervals_cover_strengths_and_coefficients_as_often_as_they_say() -> None:
    """300 seeded simulations; 0.95 has a standard error of about 0.006 over the 2,100 intervals."""
    random = np.random.default_rng(8)
    effect = np.array([0.4, -0.3])
    truth = np.concatenate([TRUTH - TRUTH.mean(), effect])
    covered = []
    for _ in range(300):
        features = random.normal(size=(600, 2))
        fit = fit_contextual(contest(TRUTH, 600, random, ahead=features @ effect), features)
        estimates = np.concatenate([fit.strengths, fit.coefficients])
        lower, upper = normal_interval(estimates, np.sqrt(np.diag(fit.covariance)), 0.95)
        covered.append((lower <= truth) & (truth <= upper))
    assert 0.92 < np.mean(covered) < 0.98


VOTES = Votes.from_arrays([0, 1, 2, 0, 1, 2], [1, 2, 0, 1, 2, 0], [0, 0, 0, 1, 1, 1], models=3)


@pytest.mark.parametrize(
    ("features", "said"),
    [
        ([[1, np.nan]] * 6, r"Feature 1 is NaN or infinite \(first in vote 0\)"),
        ([[np.inf, np.nan]] * 6, "Features 0, 1 are NaN or infinite"),
        ([[0], [0], [0], [0], [0], [0]], "Feature 0 is zero in every vote"),
        ([[1, 5, 2], [2, 1, 4], [3, 1, 6], [4, 2, 8], [5, 0, 10], [7, 1, 14]], "Features 0, 2 are"),
        ([[3], [2], [-5], [3], [2], [-5]], "Feature 0 is told by the models alone"),
        ([1, 2, 3, 4, 5, 6], r"shape \(6,\) do not fit 6 votes"),
        ([[1], [2]], r"shape \(2, 1\) do not fit 6 votes"),
    ],
)
def test_features_that_no_regression_can_use_are_named(features: npt.ArrayLike, said: str) -> None:
    with pytest.raises(FeatureError, match=said):
        fit_contextual(VOTES, np.asarray(features, np.float64))


def test_a_ridge_is_an_answer_to_collinear_features() -> None:
    copied = np.array([[1.0, 1], [2, 2], [-1, -1], [0, 0], [1, 1], [3, 3]])
    fit = fit_contextual(VOTES, copied, ridge=1.0)
    assert fit.coefficients[0] == pytest.approx(fit.coefficients[1])


def test_a_ridge_is_no_answer_to_a_feature_that_is_always_zero() -> None:
    with pytest.raises(FeatureError, match="Feature 1 is zero in every vote that counts"):
        fit_contextual(VOTES, np.array([[1.0, 0]] * 6), ridge=1.0)


@pytest.mark.parametrize("ridge", [-1.0, np.nan, np.inf])
def test_a_ridge_below_zero_or_not_finite_is_refused(ridge: float) -> None:
    with pytest.raises(FeatureError, match="ridge"):
        fit_contextual(VOTES, np.ones((6, 1)), ridge=ridge)


@pytest.mark.parametrize("seed", [473, 489, 583, 585])
def test_a_climb_whose_slope_has_drowned_in_rounding_is_no_estimate(seed: int) -> None:
    """Model 0 heads every answer and model 1 some: the few votes that tell the two apart agree."""
    random = np.random.default_rng(seed)
    count = int(random.integers(25, 60))
    a = random.integers(0, 6, count)
    b = (a + random.integers(1, 6, count)) % 6

    def headed(model: npt.NDArray[np.int64]) -> Floats:
        some = (random.random(count) < 0.3) * 1.0
        return np.asarray(np.where(model == 0, 1.0, np.where(model == 1, some, 0.0)), np.float64)

    def listed() -> Floats:
        return np.asarray(random.random(count) < 0.1, np.float64)

    features = np.stack([headed(a) - headed(b), listed() - listed()], axis=1)
    gap = 0.4 * (b - a)
    outcome = np.where(random.random(count) < 1 / (1 + np.exp(-gap)), Code.A, Code.B)
    votes = Votes.from_arrays(a, b, outcome, models=6)
    with pytest.raises(NotEstimableError, match="no finite maximum"):
        fit_contextual(votes, features / features.std(axis=0))


def test_a_feature_that_predicts_every_vote_has_no_estimate() -> None:
    random = np.random.default_rng(9)
    votes = contest(TRUTH, 200, random)
    telling = np.column_stack([random.normal(size=200), votes.points - 0.5])
    with pytest.raises(NotEstimableError, match="feature 1 still moves"):
        fit_contextual(votes, telling)


@pytest.mark.parametrize(
    ("votes", "said"),
    [
        (Votes.from_arrays([], [], [], models=2), "all 2 models"),
        (Votes.from_arrays([], [], [], models=1), "all 1 models"),
        (Votes.from_arrays([], [], [], models=0), "no models"),
        (Votes.from_arrays([0, 1], [1, 0], [0, 1], models=2), "undefeated: 0"),
        (Votes.from_arrays([0, 0], [1, 1], [0, 1], [1.0, 0.0], models=2), "undefeated: 0"),
        (Votes.from_arrays([0, 1], [1, 2], [2, 3], models=3), "Nothing but ties"),
    ],
)
def test_votes_that_cannot_rate_everybody_are_refused(votes: Votes, said: str) -> None:
    with pytest.raises(NotEstimableError, match=said):
        fit_contextual(votes, np.empty((len(votes), 0)))


@pytest.mark.parametrize("seed", range(3))
def test_the_start_changes_not_one_bit(seed: int) -> None:
    votes, features = styled(5000, np.array([0.3, -0.2]), seed=seed)
    cold = fit_contextual(votes, features)
    random = np.random.default_rng(seed)
    there = np.concatenate([cold.strengths, cold.coefficients])
    for start in (random.normal(size=there.size), there, there + 1e-4):
        warm = fit_contextual(votes, features, start=start)
        assert warm.strengths.tobytes() == cold.strengths.tobytes()
        assert warm.coefficients.tobytes() == cold.coefficients.tobytes()
        assert warm.covariance.tobytes() == cold.covariance.tobytes()


def test_a_start_that_is_no_number_is_passed_over() -> None:
    votes, features = styled(2000, np.array([0.3, -0.2]), seed=4)
    cold = fit_contextual(votes, features)
    start = np.full(cold.strengths.size + 2, np.nan)
    assert fit_contextual(votes, features, start=start).coefficients == pytest.approx(
        cold.coefficients, abs=0
    )
