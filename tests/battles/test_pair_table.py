"""Counts by pair: merging, one vote at a time, and in any order."""

from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiltyard.battles.live_table import LiveTable
from tiltyard.battles.outcome import Outcome
from tiltyard.battles.pair_table import PairTable
from tiltyard.battles.table import Battles
from tiltyard.ratings.pair_counts import CountsError

Vote = tuple[str, str, Outcome, float]

NAMES = st.sampled_from(["b", "a", "é", "Z", "model 10", "model 9"])
VOTES = st.lists(
    st.tuples(NAMES, NAMES, st.sampled_from(Outcome), st.sampled_from([1.0, 0.1, 3.0])), max_size=40
)


def table(votes: list[Vote]) -> PairTable:
    columns = ("model_a", "model_b", "outcome", "weight")
    frame = pl.DataFrame(votes, schema=columns, orient="row") if votes else nothing(columns)
    return Battles.from_frame(frame).pairs


def nothing(columns: tuple[str, ...]) -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(columns[:3], pl.String) | {"weight": pl.Float64})


def content(pairs: PairTable) -> list[object]:
    """All of a table in plain values."""
    counts = (pairs.votes, pairs.weights, pairs.squares)
    columns = ("first", "second", "first_wins", "second_wins", "ties", "both_bad")
    arrays = [getattr(part, name).tolist() for part in counts for name in columns]
    return [pairs.names, pairs.self_battles, *arrays]


def assert_alike(left: PairTable, right: PairTable) -> None:
    assert left.names == right.names
    assert left.self_battles == right.self_battles
    for one, other in (
        (left.votes, right.votes),
        (left.weights, right.weights),
        (left.squares, right.squares),
    ):
        assert one.first.tolist() == other.first.tolist()
        assert one.second.tolist() == other.second.tolist()
        np.testing.assert_allclose(one.first_wins, other.first_wins, rtol=1e-12)
        np.testing.assert_allclose(one.second_wins, other.second_wins, rtol=1e-12)
        np.testing.assert_allclose(one.ties, other.ties, rtol=1e-12)
        np.testing.assert_allclose(one.both_bad, other.both_bad, rtol=1e-12)


@given(VOTES, st.integers(0, 40))
def test_tables_of_two_parts_add_up_to_the_table_of_the_whole(votes: list[Vote], cut: int) -> None:
    assert_alike(table(votes[:cut]) + table(votes[cut:]), table(votes))


@given(VOTES, st.randoms())
def test_the_order_of_the_votes_changes_no_bit(votes: list[Vote], random: Random) -> None:
    shuffled = votes.copy()
    random.shuffle(shuffled)
    assert content(table(shuffled)) == content(table(votes))


@given(VOTES)
def test_votes_added_one_by_one_make_the_same_table(votes: list[Vote]) -> None:
    live = LiveTable()
    for vote in votes:
        live.add(*vote)
    assert_alike(live.table(), table(votes))


@given(VOTES, VOTES)
def test_a_live_table_goes_on_from_counted_votes(before: list[Vote], after: list[Vote]) -> None:
    live = LiveTable.of(table(before))
    for vote in after:
        live.add(*vote)
    assert_alike(live.table(), table(before + after))


def test_a_table_that_was_taken_stays_as_it_was() -> None:
    live = LiveTable()
    live.add("x", "y", Outcome.A)
    taken = live.table()
    live.add("x", "y", Outcome.A)
    assert taken.votes.first_wins.tolist() == [1]
    assert live.table().votes.first_wins.tolist() == [2]


def test_a_live_table_grows_past_its_first_room() -> None:
    live = LiveTable()
    for number in range(1100):
        live.add(f"model {number:04}", f"model {number + 1:04}", Outcome.TIE)
    assert live.table().votes.ties.tolist() == [1] * 1100


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_a_live_vote_of_no_sensible_weight_is_refused(weight: float) -> None:
    with pytest.raises(CountsError, match="negative or not a finite number"):
        LiveTable().add("x", "y", Outcome.A, weight)


def test_more_models_than_fit_a_dense_array_are_counted_all_the_same() -> None:
    few = [("m0", f"m{number}", Outcome.A, 1.0) for number in range(1, 900)]
    many = [(f"m{number}", f"m{number + 1}", Outcome.B, 1.0) for number in range(899, 3000)]
    whole = table(few + many + few)
    assert whole.votes.totals.sum() == 2 * 899 + 2101
    assert_alike(whole, table(few) + table(many) + table(few))


def test_a_million_distinct_names_are_counted() -> None:
    names = [f"model {number}" for number in range(1_000_000)]
    frame = pl.DataFrame({"model_a": names[::2], "model_b": names[1::2]})
    pairs = Battles.from_frame(frame.with_columns(winner=pl.lit("model_a"))).pairs
    assert len(pairs.names) == 1_000_000
    assert pairs.votes.first_wins.sum() + pairs.votes.second_wins.sum() == 500_000
