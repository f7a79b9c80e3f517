import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiltyard.ratings.intervals import (
    change_gauge,
    errors_of_differences,
    normal_interval,
    points_per_nat,
    rank_by_overlap,
    win_probabilities,
)


def test_four_hundred_points_are_odds_of_ten_to_one() -> None:
    assert points_per_nat() * np.log(10) == pytest.approx(400)


def test_ninety_five_percent_reach_1_96_standard_errors() -> None:
    lower, upper = normal_interval(np.array([10.0]), np.array([2.0]), 0.95)
    assert (upper - 10) / 2 == pytest.approx(1.959964, abs=1e-6)
    assert (lower + upper) / 2 == pytest.approx(10)


def test_overlapping_models_share_the_ranks_they_could_swap() -> None:
    ranks = rank_by_overlap(np.array([90.0, 80.0, 10.0]), np.array([100.0, 95.0, 20.0]))
    assert ranks.best.tolist() == [1, 1, 3]
    assert ranks.worst.tolist() == [2, 2, 3]


def test_touching_bounds_overlap() -> None:
    ranks = rank_by_overlap(np.array([2.0, 1.0]), np.array([3.0, 2.0]))
    assert ranks.best.tolist() == [1, 1]
    assert ranks.worst.tolist() == [2, 2]


BOUNDS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9)), min_size=1, max_size=12)


@settings(deadline=None)
@given(BOUNDS)
def test_ranks_count_the_models_certainly_above_and_below(bounds: list[tuple[int, int]]) -> None:
    lower = np.array([low for low, _ in bounds], np.float64)
    upper = np.array([low + width for low, width in bounds], np.float64)
    ranks = rank_by_overlap(lower, upper)
    for model in range(len(bounds)):
        assert ranks.best[model] == 1 + np.sum(lower > upper[model])
        assert ranks.worst[model] == len(bounds) - np.sum(upper < lower[model])
        assert ranks.best[model] <= ranks.worst[model]


def test_the_error_of_a_difference_counts_what_two_models_share() -> None:
    covariance = np.array([[4.0, 1.0], [1.0, 9.0]])
    assert errors_of_differences(covariance) == pytest.approx(np.sqrt([[0, 11], [11, 0]]))


def test_odds_of_ten_to_one_win_ten_times_in_eleven() -> None:
    chance = win_probabilities(np.array([np.log(10), 0.0]), 0.01 * np.eye(2), 0.95)
    assert chance.estimate == pytest.approx(np.array([[0.5, 10 / 11], [1 / 11, 0.5]]))
    assert chance.lower[0, 1] == pytest.approx(1 / (1 + np.exp(1.959964 * 0.02**0.5) / 10))


@settings(deadline=None)
@given(st.integers(1, 8), st.integers(0, 2**32))
def test_win_probabilities_of_both_directions_add_to_one(models: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    root = random.normal(size=(models, models))
    chance = win_probabilities(random.normal(size=models), root @ root.T, 0.9)
    assert chance.estimate + chance.estimate.T == pytest.approx(np.ones((models, models)))
    assert chance.lower + chance.upper.T == pytest.approx(np.ones((models, models)))
    assert (chance.lower <= chance.estimate + 1e-12).all()


@settings(deadline=None)
@given(st.integers(1, 8), st.integers(0, 2**32))
def test_a_gauge_moves_strengths_and_their_errors_but_no_difference(models: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    root, reference = random.normal(size=(models, models)), random.random(models) + 0.01
    strengths, covariance = random.normal(size=models), root @ root.T
    moved, spread = change_gauge(strengths, covariance, reference)
    assert reference @ moved == pytest.approx(0, abs=1e-9)
    assert reference @ spread @ reference == pytest.approx(0, abs=1e-9)
    assert moved - moved[0] == pytest.approx(strengths - strengths[0])
    assert errors_of_differences(spread) == pytest.approx(
        errors_of_differences(covariance), abs=1e-6
    )


def test_an_anchored_model_has_no_error_of_its_own() -> None:
    strengths, covariance = change_gauge(
        np.array([3.0, 5.0]), np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([0.0, 1.0])
    )
    assert strengths.tolist() == [-2.0, 0.0]
    assert covariance == pytest.approx(np.array([[2.0, 0.0], [0.0, 0.0]]))
