import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiltyard.ratings.bradley_terry import fit_bradley_terry
from tiltyard.ratings.connectivity import connectivity, joined_both_ways
from tiltyard.ratings.estimable import NotEstimableError
from tiltyard.ratings.pair_counts import Code, PairCounts
from tiltyard.ratings.rateable import fit_rateable


def beaten(
    *wins: tuple[int, int], ties: tuple[tuple[int, int], ...] = (), models: int
) -> PairCounts:
    """Count one vote per (winner, loser), and per tied pair."""
    pairs = [*wins, *ties]
    outcomes = [Code.A] * len(wins) + [Code.TIE] * len(ties)
    winners, losers = zip(*pairs, strict=True)
    return PairCounts.from_votes(winners, losers, outcomes, models=models)


CYCLE = ((0, 1), (1, 2), (2, 0))


def test_a_cycle_of_wins_rates_everybody() -> None:
    assert connectivity(beaten(*CYCLE, models=3)).rated.tolist() == [0, 1, 2]


def test_a_tie_is_a_way_back() -> None:
    found = connectivity(beaten((0, 1), ties=((0, 1),), models=2))
    assert found.rated.tolist() == [0, 1]


def test_a_model_that_never_lost_is_undefeated_and_one_that_never_won_winless() -> None:
    found = connectivity(beaten(*CYCLE, (3, 0), (1, 4), models=5))
    assert found.rated.tolist() == [0, 1, 2]
    assert found.undefeated.tolist() == [3]
    assert found.winless.tolist() == [4]


def test_a_group_that_only_ever_beat_the_rest_is_undefeated_as_a_group() -> None:
    found = connectivity(beaten(*CYCLE, (3, 4), (4, 3), (3, 0), models=5))
    assert found.undefeated.tolist() == [3, 4]


def test_models_on_an_island_and_models_without_votes_are_disconnected() -> None:
    found = connectivity(beaten(*CYCLE, (3, 4), (4, 3), models=6))
    assert found.rated.tolist() == [0, 1, 2]
    assert found.disconnected.tolist() == [3, 4, 5]


def test_a_model_that_lost_only_to_an_undefeated_one_cannot_be_compared_with_the_rest() -> None:
    found = connectivity(beaten(*CYCLE, (3, 0), (3, 4), models=5))
    assert found.undefeated.tolist() == [3]
    assert found.disconnected.tolist() == [4]


def test_between_islands_of_equal_size_the_one_with_more_votes_is_rated() -> None:
    found = connectivity(beaten((0, 1), (1, 0), (2, 3), (3, 2), (3, 2), models=4))
    assert found.rated.tolist() == [2, 3]


def test_a_ladder_of_wins_rates_nobody_and_describes_each_model_alone() -> None:
    found = connectivity(beaten((0, 1), (1, 2), models=3))
    assert found.rated.size == 0
    assert found.undefeated.tolist() == [0]
    assert found.disconnected.tolist() == [1]
    assert found.winless.tolist() == [2]


@settings(deadline=None)
@given(st.integers(1, 6), st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=14))
def test_models_joined_both_ways_can_reach_each_other_by_wins(
    models: int, wins: list[tuple[int, int]]
) -> None:
    wins = [(a % models, b % models) for a, b in wins if a % models != b % models]
    a, b = ([pair[side] for pair in wins] for side in (0, 1))
    counts = PairCounts.from_votes(a, b, [Code.A] * len(wins), models=models)
    back = {(a, b) for a, b in wins if (b, a) in wins}
    groups = [{model} for model in range(models)]
    for pair in back:
        joined = set().union(*(group for group in groups if group & set(pair)))
        groups = [group for group in groups if not group & set(pair)] + [joined]
    assert joined_both_ways(counts) == (len(groups) == 1 < models)
    if joined_both_ways(counts):
        assert connectivity(counts).rated.tolist() == list(range(models))


def test_the_refusal_names_the_models() -> None:
    with pytest.raises(NotEstimableError, match=r"undefeated: 3; winless: 4; disconnected: 5"):
        fit_bradley_terry(beaten(*CYCLE, (3, 0), (1, 4), models=6))


def test_no_models_and_too_many_models_are_refused() -> None:
    with pytest.raises(NotEstimableError, match="no models"):
        fit_bradley_terry(PairCounts.from_votes([], [], [], models=0))
    ring = list(range(10_001))
    counts = PairCounts.from_votes(ring, [*ring[1:], 0], [Code.TIE] * 10_001, models=10_001)
    with pytest.raises(NotEstimableError, match="10,001 models are too many"):
        fit_bradley_terry(counts)


def test_votes_that_are_all_ties_rate_nobody_instead_of_claiming_certainty() -> None:
    result = fit_rateable(beaten(ties=((0, 1), (1, 2)), models=3))
    assert result.fit is None
    assert result.left_out["only_ties"].tolist() == [0, 1, 2]


def test_a_model_linked_by_ties_alone_is_left_out_and_changes_nothing_for_the_others() -> None:
    linked = fit_rateable(beaten(*CYCLE, (0, 1), ties=((2, 3),), models=4))
    alone = fit_bradley_terry(beaten(*CYCLE, (0, 1), models=3))
    assert linked.fit is not None
    assert linked.members.tolist() == [0, 1, 2]
    assert linked.left_out["only_ties"].tolist() == [3]
    assert linked.fit.strengths == pytest.approx(alone.strengths, abs=1e-9)
    assert linked.fit.covariance == pytest.approx(alone.covariance, abs=1e-9)


def test_a_model_that_only_tied_but_with_unequal_rivals_has_an_interval() -> None:
    lopsided = [(0, 1)] * 5 + [(1, 0)]
    result = fit_rateable(beaten(*lopsided, ties=((0, 2), (1, 2)), models=3))
    assert result.fit is not None
    assert result.members.tolist() == [0, 1, 2]
    assert result.fit.covariance[2, 2] > 0


def test_a_refit_starts_from_values_for_all_models_rated_or_not() -> None:
    counts = beaten(*CYCLE, (0, 1), (3, 0), models=4)
    first = fit_rateable(counts)
    assert first.fit is not None
    start = np.full(4, np.nan)
    start[first.members] = first.fit.strengths
    again = fit_rateable(counts, start=start)
    assert again.fit is not None
    assert again.fit.steps == 0 < first.fit.steps
    assert again.fit.strengths == pytest.approx(first.fit.strengths)
