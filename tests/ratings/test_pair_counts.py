import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiltyard.ratings.pair_counts import Code, CountsError, PairCounts

MODELS = 5
VOTE = st.tuples(
    st.integers(0, MODELS - 1),
    st.integers(1, MODELS - 1),
    st.sampled_from(Code),
    st.integers(0, 3),
).map(lambda vote: (vote[0], (vote[0] + vote[1]) % MODELS, vote[2], vote[3]))
VOTES = st.lists(VOTE, max_size=30)


def counted(votes: list[tuple[int, int, Code, int]]) -> PairCounts:
    a, b, outcome, weight = np.array(votes, np.int64).reshape(-1, 4).T
    return PairCounts.from_votes(a, b, outcome, weight, models=MODELS)


def rows(counts: PairCounts) -> list[list[float]]:
    columns = (counts.first_wins, counts.second_wins, counts.ties, counts.both_bad)
    table: list[list[float]] = np.column_stack([counts.first, counts.second, *columns]).tolist()
    return table


def test_wins_count_for_the_winner_whichever_side_it_was_on() -> None:
    counts = PairCounts.from_votes(
        [0, 2, 2, 0], [2, 0, 0, 2], [Code.A, Code.A, Code.TIE, Code.BOTH_BAD], models=3
    )
    assert rows(counts) == [[0, 2, 1, 1, 1, 1]]


def test_ties_and_both_bad_are_half_a_point_each() -> None:
    counts = PairCounts.from_votes([0] * 4, [1] * 4, list(Code), models=2)
    assert counts.first_points.tolist() == counts.second_points.tolist() == [2.0]
    assert counts.totals.tolist() == [4.0]


@settings(deadline=None)
@given(VOTES, st.integers(0, 30))
def test_tables_of_parts_add_up_to_the_table_of_the_whole(
    votes: list[tuple[int, int, Code, int]], cut: int
) -> None:
    assert rows(counted(votes[:cut]) + counted(votes[cut:])) == rows(counted(votes))


@settings(deadline=None)
@given(VOTES, st.randoms())
def test_the_order_of_votes_does_not_matter(
    votes: list[tuple[int, int, Code, int]], random: "np.random.Generator"
) -> None:
    shuffled = list(votes)
    random.shuffle(shuffled)
    assert rows(counted(shuffled)) == rows(counted(votes))


def test_a_restricted_table_keeps_only_pairs_within_the_members_and_renumbers_them() -> None:
    counts = PairCounts.from_votes([0, 1, 3], [1, 3, 2], [Code.A] * 3, models=4)
    assert rows(counts.restricted_to(np.array([3, 1]))) == [[0, 1, 0, 1, 0, 0]]


def test_no_votes_are_an_empty_table() -> None:
    counts = PairCounts.from_votes([], [], [], models=0)
    assert rows(counts) == []


@pytest.mark.parametrize(
    ("model_a", "model_b", "outcome", "weight", "said"),
    [
        ([0], [0], [0], [1.0], "against itself"),
        ([0], [2], [0], [1.0], "outside 0 … 1"),
        ([-1], [0], [0], [1.0], "outside 0 … 1"),
        ([0], [1], [4], [1.0], "outcome code"),
        ([0], [1], [0], [-1.0], "negative"),
        ([0], [1], [0], [np.nan], "not a finite"),
        ([0, 1], [1], [0], [1.0], "equally long"),
    ],
)
def test_arrays_that_are_not_votes_are_refused(
    model_a: list[int], model_b: list[int], outcome: list[int], weight: list[float], said: str
) -> None:
    with pytest.raises(CountsError, match=said):
        PairCounts.from_votes(model_a, model_b, outcome, weight, models=2)


def test_tables_of_different_models_do_not_add_up() -> None:
    two, three = (PairCounts.from_votes([0], [1], [0], models=models) for models in (2, 3))
    with pytest.raises(CountsError, match="2 and of 3 models"):
        two + three


def test_counts_cannot_be_changed_after_counting() -> None:
    counts = PairCounts.from_votes([0], [1], [0], models=2)
    with pytest.raises(ValueError, match="read-only"):
        counts.ties[0] = 5
