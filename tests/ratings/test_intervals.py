import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiltyard.ratings.intervals import normal_interval, points_per_nat, rank_by_overlap


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
