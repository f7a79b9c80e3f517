import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiltyard.ratings.live_counts import LiveCounts
from tiltyard.ratings.pair_counts import Code, CountsError, PairCounts

VOTE = st.tuples(
    st.integers(0, 19), st.integers(1, 19), st.sampled_from(Code), st.integers(0, 3)
).map(lambda vote: (vote[0], (vote[0] + vote[1]) % 20, vote[2], vote[3]))
VOTES = st.lists(VOTE, max_size=300)


def counted(votes: list[tuple[int, int, Code, int]], power: int = 1) -> PairCounts:
    a, b, outcome, weight = np.array(votes, np.int64).reshape(-1, 4).T
    return PairCounts.from_votes(a, b, outcome, weight**power, models=20)


def same(counts: PairCounts, expected: PairCounts) -> bool:
    names = ("first", "second", "first_wins", "second_wins", "ties", "both_bad")
    return all((getattr(counts, name) == getattr(expected, name)).all() for name in names)


@settings(deadline=None, max_examples=50)
@given(VOTES, VOTES)
def test_votes_added_one_by_one_are_the_votes_counted_at_once(
    before: list[tuple[int, int, Code, int]], after: list[tuple[int, int, Code, int]]
) -> None:
    live = LiveCounts.of(counted(before), counted(before, power=2))
    for vote in after:
        live.add(*vote)
    assert same(live.counts(), counted(before + after))
    assert same(live.squares(), counted(before + after, power=2))


def test_a_table_taken_out_does_not_follow_later_votes() -> None:
    live = LiveCounts(2)
    live.add(0, 1, Code.A)
    table = live.counts()
    live.add(1, 0, Code.A)
    assert table.totals.tolist() == [1.0]
    assert live.counts().second_wins.tolist() == [1.0]


def test_a_model_can_join() -> None:
    live = LiveCounts(2)
    assert live.add_model() == 2
    live.add(2, 0, Code.A)
    assert (live.models, live.counts().models) == (3, 3)
    assert live.counts().second_wins.tolist() == [1.0]


@pytest.mark.parametrize(
    ("vote", "said"),
    [
        ((0, 0, 0, 1.0), "against itself"),
        ((0, 2, 0, 1.0), "not both within 0 … 1"),
        ((-1, 0, 0, 1.0), "not both within 0 … 1"),
        ((0, 1, 4, 1.0), "Outcome code 4"),
        ((0, 1, 0, -1.0), "negative"),
        ((0, 1, 0, float("nan")), "not a finite"),
    ],
)
def test_what_is_not_a_vote_is_refused_and_leaves_the_table_alone(
    vote: tuple[int, int, int, float], said: str
) -> None:
    live = LiveCounts(2)
    with pytest.raises(CountsError, match=said):
        live.add(*vote)
    assert live.counts().totals.size == 0
