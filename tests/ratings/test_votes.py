import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiltyard.ratings.pair_counts import Code, CountsError, PairCounts
from tiltyard.ratings.votes import Votes

MODELS = 4
VOTE = st.tuples(
    st.integers(0, MODELS - 1),
    st.integers(1, MODELS - 1),
    st.sampled_from(Code),
    st.integers(0, 3),
).map(lambda vote: (vote[0], (vote[0] + vote[1]) % MODELS, vote[2], vote[3]))


def cast(rows: list[tuple[int, int, Code, int]]) -> Votes:
    a, b, outcome, weight = np.array(rows, np.int64).reshape(-1, 4).T
    return Votes.from_arrays(a, b, outcome, weight, models=MODELS)


def table(counts: PairCounts) -> list[list[float]]:
    columns = (counts.first_wins, counts.second_wins, counts.ties, counts.both_bad)
    rows: list[list[float]] = np.column_stack([counts.first, counts.second, *columns]).tolist()
    return rows


def test_the_sides_stay_as_they_were() -> None:
    votes = Votes.from_arrays([2, 0], [0, 2], [Code.A, Code.BOTH_BAD], models=3)
    assert votes.first.tolist() == [2, 0]
    assert votes.points.tolist() == [1.0, 0.5]
    assert votes.weight.tolist() == [1.0, 1.0]
    assert len(votes) == 2


def test_counts_hold_the_weights_and_their_squares() -> None:
    votes = Votes.from_arrays([0, 1, 0], [1, 0, 1], [Code.A, Code.A, Code.TIE], [3, 2, 1], models=2)
    weights, squares = votes.to_counts()
    assert table(weights) == [[0, 1, 3, 2, 1, 0]]
    assert table(squares) == [[0, 1, 9, 4, 1, 0]]


@settings(deadline=None)
@given(st.lists(VOTE, max_size=30), st.permutations(range(MODELS)), st.integers(0, MODELS))
def test_votes_within_some_models_are_counted_as_the_counts_within_them(
    rows: list[tuple[int, int, Code, int]], order: list[int], size: int
) -> None:
    votes, members = cast(rows), np.array(order[:size], np.int64)
    within, kept = votes.restricted_to(members)
    assert table(within.to_counts()[0]) == table(votes.to_counts()[0].restricted_to(members))
    assert members[within.first].tolist() == votes.first[kept].tolist()
    assert within.weight.tolist() == votes.rows(kept).weight.tolist()


def test_rows_are_picked_by_number_again_and_again_or_by_mask() -> None:
    votes = Votes.from_arrays([0, 1, 2], [1, 2, 0], [0, 1, 2], models=3)
    assert votes.rows(np.array([2, 2, 0])).first.tolist() == [2, 2, 0]
    assert votes.rows(np.array([False, True, False])).outcome.tolist() == [1]


@pytest.mark.parametrize(
    ("model_a", "model_b", "outcome", "weight", "said"),
    [
        ([0, 1], [1, 1], [0, 0], [1.0, 1.0], "Vote 1 .* against itself"),
        ([0, 0], [1, 2], [0, 0], [1.0, 1.0], r"Vote 1 .* side b outside 0 … 1"),
        ([-1], [0], [0], [1.0], r"side a outside 0 … 1"),
        ([0], [1], [4], [1.0], r"outcome code outside 0 … 3"),
        ([0], [1], [0], [-1.0], "weight below 0"),
        ([0], [1], [0], [np.nan], "not finite"),
        ([0], [1], [0], [np.inf], "not finite"),
        ([0, 1], [1], [0], [1.0], "equally long"),
    ],
)
def test_columns_that_are_not_votes_are_refused(
    model_a: list[int], model_b: list[int], outcome: list[int], weight: list[float], said: str
) -> None:
    with pytest.raises(CountsError, match=said):
        Votes.from_arrays(model_a, model_b, outcome, weight, models=2)
