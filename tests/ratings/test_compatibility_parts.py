"""The minimiser and the random streams under the compatibility modes."""

import numpy as np
import pytest
from scipy import stats

from tiltyard.ratings.compatibility.draws import binomial, multinomial
from tiltyard.ratings.compatibility.quasi_newton import minimise
from tiltyard.ratings.compatibility.threefry import Key
from tiltyard.ratings.pair_counts import Floats


def rosenbrock(point: Floats) -> tuple[float, Floats]:
    x, y = point
    slope = np.array([-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)])
    return float(100 * (y - x * x) ** 2 + (1 - x) ** 2), slope


def test_the_minimiser_finds_its_way_along_a_curved_valley() -> None:
    assert minimise(rosenbrock, np.array([-1.2, 1.0])) == pytest.approx([1, 1], abs=1e-4)


def test_the_minimiser_stays_at_a_minimum() -> None:
    def bowl(point: Floats) -> tuple[float, Floats]:
        return float(point @ point), 2 * point + 1e-12

    assert minimise(bowl, np.zeros(2)) == pytest.approx([0, 0], abs=1e-9)


def test_threefry_gives_the_words_its_authors_published() -> None:
    """Known answers of the Random123 distribution, for a zero key and counter 0."""
    assert int(Key.from_seed(0).bits(1)[0]) == 0x6B200159_99BA4EFE


def test_uniform_numbers_are_uniform_and_integers_stay_below_their_limit() -> None:
    key = Key.from_seed(42)
    assert stats.kstest(key.uniform(20_000), "uniform").pvalue > 0.001
    drawn = key.below(7, 20_000)
    assert set(drawn) == set(range(7))
    assert stats.chisquare(np.bincount(drawn)).pvalue > 0.001


def test_keys_split_into_different_streams() -> None:
    first, second = Key.from_seed(42).split(2)
    assert not set(first.bits(1000)) & set(second.bits(1000))


@pytest.mark.parametrize("probability", [0.0, 0.002, 0.3, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("trials", [0, 5, 1000])
def test_binomials_have_their_mean_and_variance(probability: float, trials: int) -> None:
    drawn = binomial(Key.from_seed(1), np.full(20_000, float(trials)), probability)
    assert drawn.min() >= 0
    assert drawn.max() <= trials
    variance = trials * probability * (1 - probability)
    assert drawn.mean() == pytest.approx(trials * probability, abs=5 * np.sqrt(variance / 20_000))
    assert drawn.var() == pytest.approx(variance, rel=0.1)


def test_multinomial_counts_add_up_to_the_trials() -> None:
    share = np.array([0.5, 0.3, 0.0, 0.15, 0.05])
    drawn = multinomial(Key.from_seed(3), 1000, share, rounds=500)
    assert (drawn.sum(axis=1) == 1000).all()
    assert drawn.mean(axis=0) == pytest.approx(1000 * share, abs=3)
