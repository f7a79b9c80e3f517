import numpy as np
import numpy.typing as npt
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from ratings.contests import contest, joined_votes, with_ties
from tiltyard.ratings.bradley_terry import BradleyTerryFit, fit_bradley_terry
from tiltyard.ratings.clustered import ClusterError, clustered_covariance
from tiltyard.ratings.contextual import ContextualFit, fit_contextual
from tiltyard.ratings.intervals import normal_interval
from tiltyard.ratings.pair_counts import Floats, Indices
from tiltyard.ratings.tie_models import (
    TieModelFit,
    fit_davidson,
    fit_four_outcomes,
    fit_rao_kupper,
)
from tiltyard.ratings.votes import Votes

Fit = BradleyTerryFit | ContextualFit | TieModelFit
TRUTH = np.array([0.8, 0.3, -0.4, -0.7])


def against_the_last(covariance: Floats, models: int) -> Floats:
    """Covariance with the last model at zero, as a regression without its column has it."""
    contrasts = np.delete(np.eye(len(covariance)), models - 1, axis=0)
    contrasts[: models - 1, models - 1] = -1
    clustered: Floats = contrasts @ covariance @ contrasts.T
    return clustered


def sample(seed: int, votes: int = 600) -> tuple[Votes, Floats, Indices, Indices]:
    """Votes with ties, two features, about 40 voters and about 25 prompts."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(votes, 2))
    drawn = contest(TRUTH, votes, random, ahead=features @ np.array([0.3, -0.2]))
    voters, prompts = random.integers(40, size=votes), random.integers(25, size=votes)
    return with_ties(drawn, 0.2, random), features, voters, prompts


@pytest.mark.parametrize("two_way", [False, True])
def test_clustered_errors_are_those_of_statsmodels(two_way: bool) -> None:  # noqa: FBT001 - pytest gives it by name
    votes, features, voters, prompts = sample(seed=1)
    fit = fit_contextual(votes, features)
    second = prompts if two_way else None
    covariance = clustered_covariance(fit, votes, features, voters, second)
    matrix = np.zeros((len(votes), votes.models))
    matrix[np.arange(len(votes)), votes.first] = 1
    matrix[np.arange(len(votes)), votes.second] = -1
    groups = np.column_stack([voters, prompts]) if two_way else voters
    peer = sm.Logit(votes.points, np.column_stack([matrix[:, :-1], features])).fit(
        disp=False, method="newton", tol=1e-14, cov_type="cluster", cov_kwds={"groups": groups}
    )
    ours = against_the_last(covariance, votes.models)
    assert ours == pytest.approx(peer.cov_params(), rel=1e-8, abs=1e-12)


def test_everybody_alone_is_the_plain_sandwich_times_the_small_sample_factor() -> None:
    votes, features, _, _ = sample(seed=2)
    counts, squares = votes.to_counts()
    alone, size = np.arange(len(votes)), len(votes)
    contextual = fit_contextual(votes, features, ridge=5.0)
    models = (fit_rao_kupper, fit_davidson, fit_four_outcomes)
    fits: list[Fit] = [contextual, fit_bradley_terry(counts, squares)]
    fits += [fit(counts, squares) for fit in models]
    for fit in fits:
        columns = features if fit is contextual else None
        free = len(fit.covariance) - 1
        covariance = clustered_covariance(fit, votes, columns, alone)
        assert covariance == pytest.approx(fit.covariance * size / (size - free), abs=1e-12)
        missing = clustered_covariance(fit, votes, columns, np.full(size, -1))
        assert missing == pytest.approx(covariance, abs=1e-14)


def test_every_vote_cast_twice_by_the_same_voter_tells_nothing_new() -> None:
    votes, _, _, _ = sample(seed=3)
    once, twice = fit_bradley_terry(*votes.to_counts()), votes.rows(np.arange(len(votes)).repeat(2))
    naive = fit_bradley_terry(*twice.to_counts())
    voter = np.arange(len(votes)).repeat(2)
    clustered = clustered_covariance(naive, twice, None, voter)
    assert naive.covariance == pytest.approx(once.covariance / 2)
    assert clustered == pytest.approx(once.covariance, rel=0.01)


@settings(max_examples=25, deadline=None)
@given(joined_votes(), st.integers(0, 2**32 - 1))
def test_the_order_of_votes_and_the_numbers_of_clusters_change_nothing(
    votes: Votes, seed: int
) -> None:
    random = np.random.default_rng(seed)
    fit = fit_davidson(*votes.to_counts())
    voters = np.arange(len(votes)) % 3
    covariance = clustered_covariance(fit, votes, None, voters)
    order, names = random.permutation(len(votes)), random.permutation(3) * 10**12
    again = clustered_covariance(fit, votes.rows(order), None, names[voters[order]])
    assert again == pytest.approx(covariance, abs=1e-9)


def test_votes_of_weight_zero_are_as_if_they_had_not_been_cast() -> None:
    votes, features, voters, _ = sample(seed=4)
    weight = np.where(voters == 0, 0.0, 1.0)
    weighted = Votes.from_arrays(
        votes.first, votes.second, votes.outcome, weight, models=votes.models
    )
    cast = voters > 0
    fit, left = fit_contextual(weighted, features), fit_contextual(votes.rows(cast), features[cast])
    one = clustered_covariance(fit, weighted, features, voters)
    other = clustered_covariance(left, votes.rows(cast), features[cast], voters[cast])
    assert one == pytest.approx(other, rel=1e-9)


def test_missing_voters_stand_alone_beside_voters_with_numbers_of_any_size() -> None:
    votes, features, voters, _ = sample(seed=8)
    fit = fit_contextual(votes, features)
    given = np.where(voters < 5, -1, voters)
    alone = np.where(voters < 5, 1000 + np.arange(len(votes)), voters)
    wanted = clustered_covariance(fit, votes, features, alone)
    for huge in (1, 10**12):
        found = clustered_covariance(fit, votes, features, np.where(given < 0, -1, given * huge))
        assert found == pytest.approx(wanted, abs=1e-14)


def test_a_two_way_covariance_is_never_negative() -> None:
    """Two ways of few clusters: the bare difference would have a negative eigenvalue."""
    votes, _, _, _ = sample(seed=5, votes=60)
    fit = fit_bradley_terry(*votes.to_counts())
    random = np.random.default_rng(5)
    for _ in range(20):
        ways = random.integers(4, size=(2, len(votes)))
        covariance = clustered_covariance(fit, votes, None, ways[0], ways[1])
        values = np.linalg.eigvalsh(covariance)
        assert values[0] > -1e-12 * values[-1]


def test_intervals_cover_when_each_voter_has_a_taste_and_plain_ones_do_not() -> None:
    """200 seeded simulations of 60 voters with 20 votes each and a taste of their own."""
    random = np.random.default_rng(6)
    plain: list[npt.NDArray[np.bool_]] = []
    clustered: list[npt.NDArray[np.bool_]] = []
    for _ in range(200):
        voters = np.arange(60).repeat(20)
        tastes = random.normal(scale=1.0, size=(60, TRUTH.size))
        a = random.integers(TRUTH.size, size=voters.size)
        b = (a + random.integers(1, TRUTH.size, size=voters.size)) % TRUTH.size
        gaps = tastes[voters, a] - tastes[voters, b]
        lost = random.random(voters.size) > 1 / (1 + np.exp(-gaps))
        votes = Votes.from_arrays(a, b, lost, models=TRUTH.size)
        fit = fit_bradley_terry(*votes.to_counts())
        robust = clustered_covariance(fit, votes, None, voters)
        for covered, covariance in ((plain, fit.covariance), (clustered, robust)):
            lower, upper = normal_interval(fit.strengths, np.sqrt(np.diag(covariance)), 0.95)
            covered.append((lower <= 0) & (upper >= 0))
    assert 0.91 < np.mean(clustered) < 0.98
    assert np.mean(plain) < 0.85


VOTES = Votes.from_arrays([0, 1, 0, 1], [1, 0, 1, 0], [0, 0, 1, 1], models=2)


@pytest.mark.parametrize(
    ("clusters", "said"),
    [
        ([7, 7, 7, 7], "4 votes in 1 clusters"),
        ([0, 1], r"shape \(2,\)"),
        ([0.5, 1.5, 2.5, 3.5], "float64"),
        ([[0, 1, 2, 3]], r"shape \(1, 4\)"),
    ],
)
def test_clusters_that_say_nothing_are_refused(clusters: list[float], said: str) -> None:
    fit = fit_bradley_terry(*VOTES.to_counts())
    with pytest.raises(ClusterError, match=said):
        clustered_covariance(fit, VOTES, None, np.array(clusters))


def test_votes_and_features_of_another_fit_are_refused() -> None:
    votes, features, voters, _ = sample(seed=7)
    fit = fit_contextual(votes, features)
    with pytest.raises(ClusterError, match="fit of 4 models and 2 features"):
        clustered_covariance(fit, votes, None, voters)
    with pytest.raises(ClusterError, match="do not belong"):
        clustered_covariance(fit, VOTES, np.ones((4, 2)), np.arange(4))
