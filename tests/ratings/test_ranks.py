import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import studentized_range

from tiltyard.ratings.bradley_terry import fit_bradley_terry
from tiltyard.ratings.intervals import change_gauge
from tiltyard.ratings.pair_counts import Floats, PairCounts
from tiltyard.ratings.ranks import (
    bonferroni_level,
    probability_best,
    sidak_level,
    simultaneous_rank_sets,
    tie_groups,
)

SEEDS = st.integers(0, 2**32)
MODELS = st.integers(2, 9)


def some_estimate(models: int, seed: int) -> tuple[Floats, Floats]:
    """Strengths and a covariance with every sort of correlation, in the sum-zero gauge."""
    random = np.random.default_rng(seed)
    root = random.normal(size=(models, models))
    return change_gauge(2 * random.normal(size=models), root @ root.T, np.ones(models))


def test_independent_equal_errors_give_tukeys_critical_value() -> None:
    ranks = simultaneous_rank_sets(np.zeros(5), np.eye(5), 0.95, draws=40_000, seed=1)
    tukey = studentized_range.ppf(0.95, 5, np.inf) / np.sqrt(2)
    assert ranks.critical == pytest.approx(tukey, rel=0.01)


def test_distant_models_have_one_rank_each_and_close_ones_share() -> None:
    ranks = simultaneous_rank_sets(np.array([9.0, 0.1, 0.0, -9.0]), np.eye(4), 0.95, seed=2)
    assert ranks.best.tolist() == [1, 2, 2, 4]
    assert ranks.worst.tolist() == [1, 3, 3, 4]


def test_one_false_claim_in_a_family_is_as_rare_as_said() -> None:
    """Six equal models, 1,000 logs of votes: any claimed difference at all is a false one."""
    random = np.random.default_rng(20_261_124)
    a, b = np.triu_indices(6, 1)
    wrong = 0
    for trial in range(1000):
        won = random.binomial(40, 0.5, size=a.size).astype(np.float64)
        none = np.zeros(a.size)
        fit = fit_bradley_terry(PairCounts(6, a, b, won, 40 - won, none, none))
        ranks = simultaneous_rank_sets(fit.strengths, fit.covariance, 0.95, draws=1_000, seed=trial)
        wrong += bool(ranks.above.any())
    assert 0.03 < wrong / 1000 < 0.07


@settings(deadline=None)
@given(MODELS, SEEDS)
def test_rank_sets_hold_the_estimated_rank_and_follow_from_the_certain_pairs(
    models: int, seed: int
) -> None:
    strengths, covariance = some_estimate(models, seed)
    ranks = simultaneous_rank_sets(strengths, covariance, 0.8, draws=500, seed=seed)
    estimated = 1 + (strengths[:, None] < strengths).sum(axis=1)
    assert (ranks.best <= estimated).all()
    assert (estimated <= ranks.worst).all()
    assert ranks.best.tolist() == [1 + int(ranks.above[:, m].sum()) for m in range(models)]
    assert ranks.worst.tolist() == [models - int(ranks.above[m].sum()) for m in range(models)]


@settings(deadline=None)
@given(MODELS, SEEDS)
def test_no_gauge_changes_the_critical_value_or_the_claims(models: int, seed: int) -> None:
    strengths, covariance = some_estimate(models, seed)
    anchored = change_gauge(strengths, covariance, np.eye(models)[0])
    here = simultaneous_rank_sets(strengths, covariance, draws=4_000, seed=seed)
    there = simultaneous_rank_sets(*anchored, draws=4_000, seed=seed)
    assert there.critical == pytest.approx(here.critical, rel=0.1)


def test_more_confidence_never_narrows_a_rank_set() -> None:
    strengths, covariance = some_estimate(8, 3)
    levels = [simultaneous_rank_sets(strengths, covariance, c, seed=4) for c in (0.5, 0.9, 0.99)]
    for loose, tight in zip(levels[1:], levels, strict=False):
        assert (loose.best <= tight.best).all()
        assert (loose.worst >= tight.worst).all()


def test_a_single_model_is_first() -> None:
    ranks = simultaneous_rank_sets(np.zeros(1), np.zeros((1, 1)))
    assert (ranks.best.tolist(), ranks.worst.tolist()) == ([1], [1])
    assert probability_best(np.zeros(1), np.zeros((1, 1))).tolist() == [1.0]


def test_no_models_have_no_ranks() -> None:
    nobody = np.zeros(0), np.zeros((0, 0))
    assert simultaneous_rank_sets(*nobody).best.size == 0
    assert probability_best(*nobody).size == 0


def test_a_model_of_unknown_error_could_be_anywhere_and_the_others_keep_their_sets() -> None:
    covariance = np.diag([1.0, np.nan, 1.0])
    covariance[1] = covariance[:, 1] = np.nan
    strengths = np.array([9.0, 0.0, -9.0])
    ranks = simultaneous_rank_sets(strengths, covariance)
    assert (ranks.best.tolist(), ranks.worst.tolist()) == ([1, 1, 2], [2, 3, 3])
    assert np.isnan(probability_best(strengths, covariance)).all()


def test_of_two_models_the_better_is_best_as_often_as_the_normal_law_says() -> None:
    """A difference of one, with a standard error of one: 84 %."""
    best = probability_best(np.array([1.0, 0.0]), 0.5 * np.eye(2), draws=40_000, seed=5)
    assert best == pytest.approx([0.8413, 0.1587], abs=0.01)


@settings(deadline=None)
@given(MODELS, SEEDS)
def test_somebody_is_best(models: int, seed: int) -> None:
    best = probability_best(*some_estimate(models, seed), draws=100, seed=seed)
    assert best.sum() == pytest.approx(1)
    assert (best >= 0).all()


def test_tie_groups_overlap_where_the_middle_cannot_be_told_from_either_end() -> None:
    above = np.zeros((4, 4), np.bool_)
    above[2, 0] = above[2, 1] = above[3, 1] = True
    groups = tie_groups(np.array([1.0, 0.0, 3.0, 2.0]), above)
    assert [group.tolist() for group in groups] == [[2, 3], [3, 0], [0, 1]]


@settings(deadline=None)
@given(MODELS, SEEDS)
def test_tie_groups_hold_everybody_and_no_certain_pair(models: int, seed: int) -> None:
    strengths, covariance = some_estimate(models, seed)
    above = simultaneous_rank_sets(strengths, 0.1 * covariance, 0.8, draws=200, seed=seed).above
    groups = tie_groups(strengths, above)
    assert set(np.concatenate(groups)) == set(range(models))
    for group in groups:
        assert not above[np.ix_(group, group)].any()
        assert not any(set(group) < set(other) for other in groups)


def test_the_level_for_several_variants() -> None:
    assert sidak_level(0.95, 1) == bonferroni_level(0.95, 1) == pytest.approx(0.95)
    assert sidak_level(0.95, 27) == pytest.approx(0.998102, abs=1e-6)
    assert bonferroni_level(0.95, 27) == pytest.approx(0.998148, abs=1e-6)


@settings(deadline=None)
@given(st.floats(0.5, 0.999), st.integers(1, 100))
def test_sidaks_level_multiplies_back_and_bonferronis_adds_back(level: float, many: int) -> None:
    assert sidak_level(level, many) ** many == pytest.approx(level)
    assert (1 - bonferroni_level(level, many)) * many == pytest.approx(1 - level)
