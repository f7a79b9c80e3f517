import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from ratings.contests import contest, joined_votes, with_ties
from tiltyard.ratings.bradley_terry import fit_bradley_terry
from tiltyard.ratings.clustered import clustered_covariance, clustered_factored_covariance
from tiltyard.ratings.contextual import fit_contextual
from tiltyard.ratings.estimable import NotEstimableError
from tiltyard.ratings.factored import fit_factored, signed_levels
from tiltyard.ratings.intervals import normal_interval
from tiltyard.ratings.pair_counts import CountsError, Floats
from tiltyard.ratings.scaling import FeatureError
from tiltyard.ratings.votes import Votes

PLAYERS = np.array([0.7, 0.2, -0.3, -0.6])
MODELS = np.array([0.5, 0.0, -0.5])
GOALS = np.array([0.4, -0.4])


def side_by_side(*blocks: sparse.csr_array) -> sparse.csr_array:
    return sparse.csr_array(sparse.hstack(blocks, format="csr"))


def duel(votes: Votes) -> sparse.csr_array:
    return signed_levels(votes.first, votes.second, votes.models)


def red_team(games: int, random: np.random.Generator) -> tuple[sparse.csr_array, Floats]:
    """Players try to make models do what a goal says; the model and the goal resist."""
    player, model, goal = (random.integers(len(of), size=games) for of in (PLAYERS, MODELS, GOALS))
    logits = PLAYERS[player] - MODELS[model] - GOALS[goal]
    won = random.random(games) < 1 / (1 + np.exp(-logits))
    resists = [-signed_levels(code, None, len(of)) for code, of in ((model, MODELS), (goal, GOALS))]
    return side_by_side(signed_levels(player, None, len(PLAYERS)), *resists), won.astype(float)


def test_levels_are_plus_and_minus_one_and_a_negative_code_is_neither() -> None:
    assert signed_levels([0, 2, -1], [1, -1, 0], 3).toarray().tolist() == [
        [1, -1, 0],
        [0, 0, 1],
        [-1, 0, 0],
    ]
    with pytest.raises(FeatureError, match="Level 3 lies outside 0 … 2"):
        signed_levels([3], None, 3)


def test_models_alone_are_bradley_terry() -> None:
    random = np.random.default_rng(1)
    votes = with_ties(contest(PLAYERS, 500, random), 0.2, random)
    fit, plain = fit_factored(duel(votes), votes.points), fit_bradley_terry(*votes.to_counts())
    assert fit.coefficients == pytest.approx(plain.strengths, abs=1e-9)
    assert fit.covariance == pytest.approx(plain.covariance, abs=1e-9)
    assert fit.log_likelihood == pytest.approx(plain.log_likelihood)
    assert fit.gradient < 1e-9


def test_models_and_features_are_the_contextual_model_and_its_clusters() -> None:
    random = np.random.default_rng(2)
    features, voters = random.normal(size=(500, 2)), random.integers(30, size=500)
    votes = with_ties(contest(PLAYERS, 500, random, ahead=features[:, 0]), 0.2, random)
    design = side_by_side(duel(votes), sparse.csr_array(features))
    fit = fit_factored(design, votes.points, penalty=[0.0] * 4 + [3.0] * 2)
    peer = fit_contextual(votes, features, ridge=3.0)
    assert fit.coefficients == pytest.approx([*peer.strengths, *peer.coefficients], abs=1e-9)
    assert fit.covariance == pytest.approx(peer.covariance, abs=1e-9)
    clustered = clustered_factored_covariance(fit, design, votes.points, None, voters)
    assert clustered == pytest.approx(clustered_covariance(peer, votes, features, voters), abs=1e-9)


def test_estimates_and_errors_are_those_of_statsmodels_in_any_gauge() -> None:
    """The first player, the first model and the first goal are statsmodels' zero."""
    design, points = red_team(2000, np.random.default_rng(3))
    fit = fit_factored(design, points)
    assert fit.null_space.shape == (9, 2)
    columns = np.column_stack([np.ones(2000), design.toarray()[:, [1, 2, 3, 5, 6, 8]]])
    peer = sm.Logit(points, columns).fit(disp=False, method="newton", tol=1e-14, cov_type="HC0")
    contrasts = np.zeros((6, 9))
    for row, (level, zero) in enumerate([(1, 0), (2, 0), (3, 0), (5, 4), (6, 4), (8, 7)]):
        contrasts[row, [level, zero]] = 1, -1
    assert contrasts @ fit.coefficients == pytest.approx(peer.params[1:], abs=1e-8)
    ours = contrasts @ fit.covariance @ contrasts.T
    assert ours == pytest.approx(peer.cov_params()[1:, 1:], rel=1e-7)
    assert fit.contrast(contrasts[0]) == pytest.approx((peer.params[1], peer.bse[1]))
    assert fit.log_likelihood == pytest.approx(peer.llf)


def test_weights_work_as_repeated_rows_in_the_estimate_and_squared_in_its_error() -> None:
    random = np.random.default_rng(4)
    design, points = red_team(400, random)
    often = random.integers(0, 4, 400)
    weighted = fit_factored(design, points, often)
    repeated = fit_factored(
        sparse.csr_array(design[np.arange(400).repeat(often)]), points.repeat(often)
    )
    peer = sm.GLM(
        points, design.toarray()[:, [0, 1, 2, 3, 5, 6, 8]], sm.families.Binomial(),
        freq_weights=often,
    ).fit(tol=1e-13)  # fmt: skip
    contrast = np.array([1, -1, 0, 0, 0, 0, 0, 0, 0])
    assert weighted.coefficients == pytest.approx(repeated.coefficients, abs=1e-8)
    assert weighted.contrast(contrast)[0] == pytest.approx(peer.params[0] - peer.params[1])
    assert weighted.contrast(contrast)[1] > repeated.contrast(contrast)[1]


@settings(max_examples=25, deadline=None)
@given(joined_votes(), st.floats(0.01, 10), st.integers(0, 2**32 - 1))
def test_at_the_estimate_the_numerical_gradient_is_zero_whatever_the_order(
    votes: Votes, penalty: float, seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(len(votes))
    design, points, weight = duel(votes), votes.points, votes.weight
    fit = fit_factored(design, points, weight, penalty=penalty)

    def height(at: Floats) -> float:
        chance = 1 / (1 + np.exp(-(design @ at)))
        terms = points * np.log(chance) + (1 - points) * np.log(1 - chance)
        return float(weight @ terms - penalty * at @ at / 2)

    for axis in 1e-4 * np.eye(votes.models):
        rise = height(fit.coefficients + axis) - height(fit.coefficients - axis)
        assert rise / 2e-4 == pytest.approx(0, abs=1e-4)
    moved = fit_factored(
        sparse.csr_array(design[order]), points[order], weight[order], penalty=penalty
    )
    assert moved.coefficients == pytest.approx(fit.coefficients, abs=1e-9)
    assert moved.covariance == pytest.approx(fit.covariance, abs=1e-9)


def test_one_persons_board_leans_on_everybodys_where_their_own_votes_are_few() -> None:
    """Everybody prefers 0 to 1; one person, with few votes, the other way round."""
    a = np.array([0] * 100 + [0] * 10)
    won = np.array([1] * 80 + [0] * 20 + [1] * 2 + [0] * 8, float)
    own = np.array([False] * 100 + [True] * 10)
    everybody = signed_levels(a, 1 - a, 2)
    personal = signed_levels(np.where(own, a, -1), np.where(own, 1 - a, -1), 2)

    def gap_of_the_person(penalty: float) -> float:
        fit = fit_factored(side_by_side(everybody, personal), won, penalty=[0, 0, penalty, penalty])
        return fit.contrast([1, -1, 1, -1])[0]

    alone, mixed, shared = (gap_of_the_person(penalty) for penalty in (0, 2, 1e6))
    assert alone == pytest.approx(np.log(2 / 8))
    assert shared == pytest.approx(np.log(82 / 28), abs=1e-3)
    assert alone < mixed < shared


def test_intervals_cover_the_contrasts_of_every_factor_as_often_as_they_say() -> None:
    """300 seeded simulations of 500 games; 0.95 has a standard error of about 0.007."""
    random = np.random.default_rng(5)
    truth = np.concatenate([PLAYERS, MODELS, GOALS])
    contrasts = [(0, 3), (4, 6), (7, 8)]
    covered = []
    for _ in range(300):
        fit = fit_factored(*red_team(500, random))
        for one, other in contrasts:
            weights = np.zeros(truth.size)
            weights[[one, other]] = 1, -1
            estimate, error = fit.contrast(weights)
            lower, upper = normal_interval(np.array([estimate]), np.array([error]), 0.95)
            covered.append(lower[0] <= weights @ truth <= upper[0])
    assert 0.92 < np.mean(covered) < 0.98


def test_a_contrast_that_no_vote_bears_on_is_refused_and_an_empty_column_is_zero() -> None:
    design = side_by_side(
        signed_levels([0, 1, 0, 2, 3, 2], [1, 0, 1, 3, 2, 3], 4), sparse.csr_array((6, 1))
    )
    fit = fit_factored(design, [1, 1, 1, 1, 1, 1])
    assert fit.coefficients[4] == 0
    assert fit.null_space.shape == (5, 3)
    assert fit.contrast([1, -1, 0, 0, 0])[0] == pytest.approx(np.log(2))
    with pytest.raises(NotEstimableError, match="do not determine this contrast"):
        fit.contrast([1, 0, -1, 0, 0])


ROUND = signed_levels([0, 1, 2], [1, 2, 0], 3)


def test_votes_that_separate_the_columns_are_refused_unless_penalised() -> None:
    design = signed_levels([0, 1, 2, 3], [1, 2, 0, 0], 4)
    with pytest.raises(NotEstimableError, match="column 3 still moves"):
        fit_factored(design, [1, 1, 1, 1])
    assert fit_factored(design, [1, 1, 1, 1], penalty=0.1).coefficients.argmax() == 3


def test_columns_that_only_ties_hold_are_refused_instead_of_claiming_certainty() -> None:
    """3 and 4 beat one another, but only a tie links the two of them to the rest."""
    with pytest.raises(NotEstimableError, match="Nothing but ties links columns 0, 1"):
        fit_factored(signed_levels([0, 0], [1, 1], 2), [0.5, 0.5])
    linked = signed_levels([0, 1, 2, 0, 1, 3, 4, 3], [1, 2, 0, 1, 0, 4, 3, 2], 5)
    with pytest.raises(NotEstimableError, match="Nothing but ties links columns 3, 4 to"):
        fit_factored(linked, [1, 1, 1, 1, 1, 1, 1, 0.5])


@pytest.mark.parametrize(
    ("points", "weight", "said"),
    [
        ([1, 1], None, r"points of shape \(2,\)"),
        ([1, 1, 1], [1.0], r"weights of shape \(1,\)"),
        ([1, 1, 2], None, "outside 0 … 1"),
        ([1, 1, np.nan], None, "outside 0 … 1"),
        ([1, 1, 1], [1, 1, -1.0], "negative"),
        ([1, 1, 1], [1, 1, np.inf], "not a finite"),
    ],
)
def test_points_and_weights_that_are_not_votes_are_refused(
    points: list[float], weight: list[float] | None, said: str
) -> None:
    with pytest.raises(CountsError, match=said):
        fit_factored(ROUND, np.array(points), weight)


def test_no_votes_nan_in_the_design_and_too_many_columns_are_refused() -> None:
    with pytest.raises(CountsError, match="one or more votes"):
        fit_factored(sparse.csr_array((0, 3)), [])
    with pytest.raises(FeatureError, match="Features 0, 1 are NaN or infinite"):
        fit_factored(sparse.csr_array(np.array([[np.nan, np.inf, 1.0]])), [1])
    with pytest.raises(FeatureError, match="10,001 columns are too many"):
        fit_factored(sparse.csr_array((1, 10_001)), [1])


@pytest.mark.parametrize("penalty", [-1.0, np.nan, [1.0, 2.0], [1.0, -1.0, 1.0]])
def test_penalties_below_zero_or_of_another_length_are_refused(
    penalty: float | list[float],
) -> None:
    with pytest.raises(FeatureError, match="penalty"):
        fit_factored(ROUND, [1, 1, 1], penalty=penalty)


def test_a_result_carries_what_it_was_made_with() -> None:
    fit = fit_factored(ROUND, [1, 1, 1], penalty=0.5)
    assert fit.penalty.tolist() == [0.5, 0.5, 0.5]
    assert fit.null_space.shape == (3, 0)
