import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiltyard.ratings.pair_counts import Code, PairCounts
from tiltyard.ratings.win_fractions import win_fractions

VOTE = st.tuples(st.integers(0, 4), st.integers(1, 4), st.sampled_from(Code))


def test_both_sides_of_the_screen_count_together() -> None:
    """One orientation only, as pivot tables of peers leave NaN for."""
    counts = PairCounts.from_votes([0, 0, 2], [1, 1, 1], [Code.A, Code.B, Code.A], models=3)
    found = win_fractions(counts)
    expected = np.array([[np.nan, 0.5, np.nan], [0.5, np.nan, 0.0], [np.nan, 1.0, np.nan]])
    assert found.fractions == pytest.approx(expected, nan_ok=True)
    assert found.average == pytest.approx([0.5, 0.25, 1.0])
    assert found.overall == pytest.approx([0.5, 1 / 3, 1.0])


def test_ties_are_halves_or_dropped() -> None:
    counts = PairCounts.from_votes([0] * 4, [1] * 4, [Code.A, Code.A, *list(Code)[2:]], models=2)
    assert win_fractions(counts).overall.tolist() == [0.75, 0.25]
    dropped = win_fractions(counts, ties="drop")
    assert dropped.overall.tolist() == [1.0, 0.0]
    assert dropped.votes.tolist() == [[0, 2], [2, 0]]


def test_a_model_without_votes_has_no_share() -> None:
    found = win_fractions(PairCounts.from_votes([0], [1], [Code.A], models=3))
    assert np.isnan([found.average[2], found.overall[2]]).all()


@settings(deadline=None)
@given(st.lists(VOTE, max_size=40), st.sampled_from(["half", "drop"]))
def test_what_one_wins_the_other_loses(votes: list[tuple[int, int, Code]], ties: str) -> None:
    a = [first for first, _, _ in votes]
    b = [(first + step) % 5 for first, step, _ in votes]
    counts = PairCounts.from_votes(a, b, [outcome for _, _, outcome in votes], models=5)
    found = win_fractions(counts, ties="half" if ties == "half" else "drop")
    both = found.fractions + found.fractions.T
    assert both[found.votes > 0] == pytest.approx(np.ones(int((found.votes > 0).sum())))
    assert np.isnan(both[found.votes == 0]).all()
    assert (found.votes == found.votes.T).all()
