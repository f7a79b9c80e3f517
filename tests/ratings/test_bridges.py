import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csgraph, csr_array

from tiltyard.ratings.bridges import thin_bridges
from tiltyard.ratings.pair_counts import Code, Indices, PairCounts

PAIRS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(1, 100)), max_size=16
).map(lambda pairs: [pair for pair in pairs if pair[0] != pair[1]])


def table(pairs: list[tuple[int, int, int]], models: int) -> PairCounts:
    a, b, votes = np.array(pairs, np.int64).reshape(-1, 3).T
    return PairCounts.from_votes(a, b, np.full(a.size, Code.TIE), votes, models=models)


def parts(counts: PairCounts, without: int | None = None) -> Indices:
    """The component that each model is in when a row of the counts is left out."""
    kept = np.arange(counts.first.size) != (-1 if without is None else without)
    ends = counts.first[kept], counts.second[kept]
    graph: csr_array = csr_array((np.ones(int(kept.sum())), ends), shape=(counts.models,) * 2)
    return np.asarray(csgraph.connected_components(graph, directed=False)[1], np.int64)


TWO_TRIANGLES = [(0, 1, 500), (1, 2, 500), (0, 2, 500), (3, 4, 500), (4, 5, 500), (3, 5, 500)]


def test_two_groups_held_by_one_pair_of_few_votes() -> None:
    counts = table([*TWO_TRIANGLES, (2, 3, 7)], models=6)
    (bridge,) = thin_bridges(counts)
    assert bridge.group.tolist() in ([0, 1, 2], [3, 4, 5])
    assert bridge.votes == 7
    assert (counts.first[bridge.pairs].tolist(), counts.second[bridge.pairs].tolist()) == ([2], [3])


def test_two_groups_held_by_a_few_votes_on_several_pairs() -> None:
    counts = table([*TWO_TRIANGLES, (2, 3, 7), (0, 5, 9), (0, 6, 500), (1, 6, 500)], models=7)
    (bridge,) = thin_bridges(counts)
    assert bridge.group.tolist() == [3, 4, 5]
    assert bridge.votes == 16
    assert bridge.pairs.size == 2


def test_a_bridge_of_many_votes_is_fine() -> None:
    assert thin_bridges(table([*TWO_TRIANGLES, (2, 3, 51)], models=6)) == ()
    assert len(thin_bridges(table([*TWO_TRIANGLES, (2, 3, 51)], models=6), most=51)) == 1


def test_a_newcomer_is_reported_only_where_one_rival_is_all_it_met() -> None:
    (bridge,) = thin_bridges(table([*TWO_TRIANGLES[:3], (0, 3, 9)], models=4))
    assert bridge.group.tolist() == [3]
    assert thin_bridges(table([*TWO_TRIANGLES[:3], (0, 3, 9), (1, 3, 9)], models=4)) == ()


def test_islands_and_models_without_votes_are_not_bridges() -> None:
    assert thin_bridges(table(TWO_TRIANGLES, models=8)) == ()
    assert thin_bridges(table([], models=3)) == ()


@settings(deadline=None)
@given(PAIRS, st.integers(1, 120))
def test_every_pair_that_alone_holds_two_groups_is_found(
    pairs: list[tuple[int, int, int]], most: int
) -> None:
    counts = table(pairs, models=8)
    found = [bridge.pairs.tolist() for bridge in thin_bridges(counts, most=most)]
    for row in np.flatnonzero(counts.totals <= most):
        splits = parts(counts, without=int(row)).max() > parts(counts).max()
        assert ([row] in found) == splits


@settings(deadline=None)
@given(PAIRS)
def test_what_is_found_is_the_whole_of_what_ties_the_group(
    pairs: list[tuple[int, int, int]],
) -> None:
    counts = table(pairs, models=8)
    whole = parts(counts)
    for bridge in thin_bridges(counts, most=1000):
        inside = np.isin(np.arange(8), bridge.group)
        across = np.flatnonzero(inside[counts.first] != inside[counts.second])
        assert bridge.pairs.tolist() == across.tolist()
        assert bridge.votes == pytest.approx(counts.totals[across].sum())
        (component,) = set(whole[inside].tolist())
        assert 2 * bridge.group.size <= (whole == component).sum()
