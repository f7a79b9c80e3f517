import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiltyard.ratings.bradley_terry import fit_bradley_terry
from tiltyard.ratings.pair_counts import Code, PairCounts
from tiltyard.ratings.votes import Votes
from tiltyard.ratings.weights import (
    WeightError,
    balance_pairs,
    effective_votes,
    half_life,
    inverse_propensity,
    pair_balanced,
)


def test_a_busy_pair_weighs_as_much_as_a_quieter_one_but_a_rare_one_stays_light() -> None:
    first = np.array([0] * 400 + [1] * 100 + [2] * 5)
    second = np.array([1] * 200 + [2] * 200 + [0] * 100 + [3] * 5)
    weights = pair_balanced(first, second, 4)
    pair = np.minimum(first, second) * 4 + np.maximum(first, second)
    assert [weights[pair == key].sum() for key in (1, 2, 11)] == pytest.approx([1, 1, 0.1])


@settings(deadline=None)
@given(st.integers(2, 5), st.integers(0, 300), st.integers(0, 2**32), st.floats(0.5, 100))
def test_balancing_the_table_is_balancing_its_votes(
    models: int, number: int, seed: int, least: float
) -> None:
    random = np.random.default_rng(seed)
    first = random.integers(models, size=number)
    second = (first + random.integers(1, models, size=number)) % models
    weight = pair_balanced(first, second, models, least=least)
    outcome = random.integers(4, size=number)
    one_by_one = Votes.from_arrays(first, second, outcome, weight, models=models).to_counts()
    table = PairCounts.from_votes(first, second, outcome, models=models)
    again = balance_pairs(table, table.scaled(3.0), table.scaled(9.0), least=least)
    assert again[1].ties == pytest.approx(9 * one_by_one[1].ties)
    for ours, theirs in zip(balance_pairs(table, least=least), one_by_one, strict=True):
        assert ours.first.tolist() == theirs.first.tolist()
        assert ours.first_wins == pytest.approx(theirs.first_wins)
        assert ours.both_bad == pytest.approx(theirs.both_bad)


def test_inverse_propensity_undoes_a_skewed_choice_of_pairs() -> None:
    """A model that a log pairs mostly with a rival it suits, whatever their strengths say.

    The shares are not transitive, so the fit depends on who was met how often; weighted, it is the
    fit of equal numbers of votes on every pair.
    """
    chance = np.array([0.8, 0.1, 0.1])
    first, second = np.array([0, 0, 1]), np.array([1, 2, 2])
    share = np.array([0.9, 0.4, 0.5])
    none = np.zeros(3)
    fair = PairCounts(3, first, second, share, 1 - share, none, none)
    skewed = fair.scaled(1000 * chance).scaled(inverse_propensity(chance))
    expected = fit_bradley_terry(fair).strengths
    assert fit_bradley_terry(skewed).strengths == pytest.approx(expected)


def test_an_old_vote_counts_half_after_one_half_life_and_a_quarter_after_two() -> None:
    assert half_life(np.array([0.0, 30.0, 60.0]), 30.0).tolist() == [1.0, 0.5, 0.25]


@settings(deadline=None)
@given(st.lists(st.floats(0, 1e4), min_size=1), st.floats(0, 1e3), st.floats(0.5, 1e4))
def test_waiting_makes_all_votes_fade_alike(ages: list[float], wait: float, half: float) -> None:
    now, later = half_life(np.array(ages), half), half_life(np.array(ages) + wait, half)
    assert later == pytest.approx(now * 0.5 ** (wait / half), rel=1e-9, abs=1e-290)


@pytest.mark.parametrize("probability", [0.0, -0.1, 1.5, np.nan])
def test_a_pair_that_could_not_be_drawn_is_refused(probability: float) -> None:
    with pytest.raises(
        WeightError, match=r"1 of 2 votes have a pair probability .* the first is vote 2"
    ):
        inverse_propensity(np.array([0.5, probability]))


def test_ages_and_half_lives_that_make_no_sense_are_refused() -> None:
    with pytest.raises(WeightError, match=r"an age .* the first is vote 1"):
        half_life(np.array([-1.0]), 1.0)
    with pytest.raises(WeightError, match=r"an age .* the first is vote 2"):
        half_life(np.array([1.0, np.nan]), 1.0)
    with pytest.raises(WeightError, match="half-life of 0"):
        half_life(np.array([1.0]), 0.0)


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=30))
def test_uneven_weights_tell_less_than_as_many_even_ones(weights: list[float]) -> None:
    assert effective_votes(np.ones(len(weights))) == pytest.approx(len(weights))
    assert 1 - 1e-9 <= effective_votes(np.array(weights)) <= len(weights) * (1 + 1e-9)


def test_no_votes_tell_nothing() -> None:
    assert effective_votes(np.empty(0)) == 0
    assert pair_balanced(np.empty(0, np.int64), np.empty(0, np.int64), 3).size == 0


def test_a_scaled_table_has_scaled_counts() -> None:
    counts = PairCounts.from_votes([0, 0, 1], [1, 1, 2], [Code.A, Code.TIE, Code.B], models=3)
    assert counts.scaled(2.0).totals.tolist() == [4.0, 2.0]
    assert counts.scaled(np.array([1.0, 3.0])).second_wins.tolist() == [0.0, 3.0]
