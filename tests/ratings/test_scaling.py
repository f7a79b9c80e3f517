import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiltyard.ratings.scaling import FeatureError, normalised_difference, standardise

COUNTS = st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 9999)), min_size=1, max_size=20)


def test_the_published_formula() -> None:
    assert normalised_difference([300, 0, 0, 50], [100, 0, 7, 50]).tolist() == [0.5, 0, -1, 0]


@given(COUNTS)
def test_normalised_differences_lie_between_minus_one_and_one_and_turn_with_the_sides(
    counts: list[tuple[int, int]],
) -> None:
    a, b = np.array(counts).T
    difference = normalised_difference(a, b)
    assert (np.abs(difference) <= 1).all()
    assert normalised_difference(b, a).tolist() == (-difference).tolist()


def test_scaled_columns_have_mean_zero_and_deviation_one() -> None:
    scaled = standardise([[1, 100], [2, 300], [3, 800]])
    assert scaled.mean(axis=0) == pytest.approx([0, 0])
    assert scaled.std(axis=0) == pytest.approx([1, 1])


def test_without_centring_zero_stays_zero() -> None:
    assert standardise([0.0, 1.0, 2.0], centred=False)[0] == 0
    assert standardise([0.0, 1.0, 2.0], centred=False).std() == pytest.approx(1)


def test_no_votes_have_nothing_to_scale() -> None:
    assert standardise(np.empty((0, 3))).shape == (0, 3)


def test_constant_columns_are_named() -> None:
    with pytest.raises(FeatureError, match="Features 0, 2 are the same for every vote"):
        standardise([[0.1, 1, 5], [0.1, 2, 5], [0.1, 3, 5]])
    with pytest.raises(FeatureError, match="Feature 0 is the same"):
        standardise([7, 7, 7])


def test_nan_is_named_with_its_column_and_first_vote() -> None:
    with pytest.raises(FeatureError, match=r"Feature 1 is NaN or infinite \(first in vote 2\)"):
        standardise(np.array([[1, 1], [2, 2], [3, np.nan]]))


@pytest.mark.parametrize(("a", "b"), [([-1], [1]), ([np.nan], [1]), ([1], [np.inf])])
def test_values_that_are_not_counts_have_no_normalised_difference(
    a: list[float], b: list[float]
) -> None:
    with pytest.raises(FeatureError, match="negative, NaN or infinite"):
        normalised_difference(a, b)


def test_sides_of_different_length_do_not_compare() -> None:
    with pytest.raises(FeatureError, match="do not compare"):
        normalised_difference([1, 2], [1])
