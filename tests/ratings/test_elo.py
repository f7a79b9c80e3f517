import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiltyard.ratings.elo import online_elo, order_spread
from tiltyard.ratings.pair_counts import Code
from tiltyard.ratings.votes import Votes


@st.composite
def some_votes(draw: st.DrawFn) -> Votes:
    models = draw(st.integers(2, 6))
    index = st.integers(0, models - 1)
    vote = st.tuples(index, index, st.sampled_from(Code), st.floats(0, 10))
    rows = [row for row in draw(st.lists(vote, max_size=40)) if row[0] != row[1]]
    a, b, outcome, weight = (
        list(column) for column in (zip(*rows, strict=True) if rows else [[]] * 4)
    )
    return Votes.from_arrays(a, b, outcome, weight, models=models)


def test_unweighted_ratings_are_evalicas() -> None:
    """Evalica 0.4.2: elo(["a", "b", "c", "a", "b"], ["b", "c", "a", "c", "a"], …, k=32)."""
    outcome = [Code.A, Code.TIE, Code.B, Code.A, Code.A]
    votes = Votes.from_arrays([0, 1, 2, 0, 1], [1, 2, 0, 2, 0], outcome, models=3)
    evalica = [1026.3188151776783, 1003.4871652759631, 970.1940195463584]
    assert online_elo(votes, k=32).ratings == pytest.approx(evalica, abs=1e-9)


def test_a_win_of_weight_two_is_given_and_taken_alike() -> None:
    """Evalica gives the winner 48 points here and takes 16 from the loser."""
    votes = Votes.from_arrays([0], [1], [Code.A], [2.0], models=2)
    assert online_elo(votes, k=32).ratings.tolist() == [1032.0, 968.0]


@settings(deadline=None)
@given(some_votes())
def test_nothing_is_won_that_is_not_lost(votes: Votes) -> None:
    ratings = online_elo(votes, k=32, initial=0).ratings
    assert ratings.sum() == pytest.approx(0, abs=1e-9)


@settings(deadline=None)
@given(some_votes())
def test_swapping_the_sides_of_every_vote_changes_nothing(votes: Votes) -> None:
    mirrored = np.array([Code.B, Code.A, Code.TIE, Code.BOTH_BAD])[votes.outcome]
    swapped = Votes(votes.second, votes.first, mirrored, votes.weight, votes.models)
    assert online_elo(swapped).ratings == pytest.approx(online_elo(votes).ratings)


def test_the_order_of_the_votes_matters_and_by_how_much_is_said() -> None:
    wins, losses = Votes.from_arrays([0] * 20, [1] * 20, [0, 1] * 10, models=2), [0] * 10 + [1] * 10
    sorted_by_outcome = Votes.from_arrays([0] * 20, [1] * 20, losses, models=2)
    assert online_elo(wins, k=32).ratings[0] > online_elo(sorted_by_outcome, k=32).ratings[0] + 50
    spread = order_spread(wins, shuffles=50, seed=1, k=32)
    assert spread[0] == pytest.approx(spread[1])
    assert spread[0] > 10
    assert (spread == order_spread(wins, shuffles=50, seed=1, k=32)).all()


def test_one_order_leaves_no_spread() -> None:
    same = Votes.from_arrays([0] * 5, [1] * 5, [0] * 5, models=2)
    assert order_spread(same, shuffles=5, seed=1) == pytest.approx([0, 0], abs=1e-12)
