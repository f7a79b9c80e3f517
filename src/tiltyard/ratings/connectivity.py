"""Which models the votes can place on one scale, and why the others cannot be.

The Bradley-Terry likelihood has a finite, unique maximum exactly when the graph of wins is
strongly connected (Ford 1957, "Solution of a ranking problem from binary comparisons"): from every
model a chain of wins leads to every other. A tie is half a win each way, so it gives both edges.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from tiltyard.ratings.pair_counts import Floats, Indices, PairCounts


@dataclass(frozen=True, slots=True, eq=False)
class Connectivity:
    """The models that can be rated together, and three kinds of models that cannot.

    All are sorted arrays of model indices, and together they hold every model once. When no two
    models can be rated together, `rated` is empty and the other three describe each model alone.

    Parameters
    ----------
    rated
        The largest set of at least two models in which a chain of wins or ties leads from each to
        each (most models, then most votes, then lowest index).
    undefeated
        A chain of wins leads from the model to the rated ones, and none back: its likelihood rises
        for ever with its rating.
    winless
        A chain of wins leads from the rated models to it, and none back.
    disconnected
        No chain of wins leads either way.
    """

    rated: Indices
    undefeated: Indices
    winless: Indices
    disconnected: Indices


def connectivity(counts: PairCounts) -> Connectivity:
    """Find the largest set of models that can be rated together, and classify the rest."""
    nobody = np.empty(0, np.int64)
    if joined_both_ways(counts):
        return Connectivity(np.arange(counts.models), nobody, nobody, nobody)
    wins = _win_graph(counts)
    _, component = csgraph.connected_components(wins, directed=True, connection="strong")
    rated = largest_component(component.astype(np.int64), counts)
    if rated.size == 0:
        return _each_alone(counts)
    below = np.zeros(counts.models, np.bool_)
    above = np.zeros(counts.models, np.bool_)
    below[csgraph.breadth_first_order(wins, rated[0], return_predecessors=False)] = True
    above[csgraph.breadth_first_order(wins.T.tocsr(), rated[0], return_predecessors=False)] = True
    return Connectivity(
        rated,
        undefeated=np.flatnonzero(above & ~below),
        winless=np.flatnonzero(below & ~above),
        disconnected=np.flatnonzero(~above & ~below),
    )


def joined_both_ways(counts: PairCounts) -> bool:
    """Whether pairs in which both models scored join all of two or more models.

    Enough for everybody to be rated, not necessary, and several times cheaper than looking for
    chains of wins; almost every real table passes.
    """
    both = np.flatnonzero((counts.first_points > 0) & (counts.second_points > 0))
    if counts.models <= 1 or both.size < counts.models - 1:
        return False
    # The rows are sorted by first model: they are compressed sparse rows already.
    starts = np.searchsorted(counts.first[both], np.arange(counts.models + 1))
    graph: sparse.csr_array = sparse.csr_array(
        (np.ones(both.size), counts.second[both], starts), shape=(counts.models, counts.models)
    )
    components, _ = csgraph.connected_components(graph, directed=False)
    return int(components) == 1


def largest_component(component: Indices, counts: PairCounts) -> Indices:
    """Return the members of the component with the most models, then votes, then lowest index.

    Empty when no component holds two models.
    """
    if component.size == 0:
        return np.empty(0, np.int64)
    size = np.bincount(component)
    votes = np.bincount(component, counts.per_model(counts.totals, counts.totals))
    _, lowest = np.unique(component, return_index=True)
    best = np.lexsort((lowest, -votes, -size))[0]
    return np.flatnonzero(component == best) if size[best] > 1 else np.empty(0, np.int64)


def _win_graph(counts: PairCounts) -> sparse.csr_array:
    """Shape (K, K). An entry at (winner, loser) wherever there is a win or a tie."""
    forth = np.flatnonzero(counts.first_points > 0)
    back = np.flatnonzero(counts.second_points > 0)
    winner = np.concatenate([counts.first[forth], counts.second[back]])
    loser = np.concatenate([counts.second[forth], counts.first[back]])
    shape = (counts.models, counts.models)
    return sparse.csr_array((np.ones(winner.size), (winner, loser)), shape=shape)


def _each_alone(counts: PairCounts) -> Connectivity:
    points = counts.per_model(counts.first_points, counts.second_points)
    conceded = counts.per_model(counts.second_points, counts.first_points)
    undefeated = (points > 0) & (conceded == 0)
    winless = (conceded > 0) & (points == 0)
    return Connectivity(
        rated=np.empty(0, np.int64),
        undefeated=np.flatnonzero(undefeated),
        winless=np.flatnonzero(winless),
        disconnected=np.flatnonzero(~undefeated & ~winless),
    )


def held_by_ties(counts: PairCounts, strengths: Floats) -> Indices:
    """Find the models whose distance to the rest rests on nothing but ties.

    A pair with ties only, fitted as equals, leaves no residual: the sandwich then reads certainty
    where there is none. Where every path from a model to the rest passes through such pairs, its
    rating has no honest interval. The other models keep theirs, since those pairs add nothing to
    their score equations.

    Parameters
    ----------
    counts
        Counts over K models whose fit exists.
    strengths
        Shape (K,). The fitted strengths, in nats.

    Returns
    -------
    Indices
        The models outside the largest set joined by pairs that do leave a residual; all of them
        when every vote is a tie.
    """
    gap = np.abs(strengths[counts.first] - strengths[counts.second])
    silent = (counts.first_wins == 0) & (counts.second_wins == 0) & (gap < NO_GAP)
    first, second = counts.first[~silent], counts.second[~silent]
    shape = (counts.models, counts.models)
    graph = sparse.csr_array((np.ones(first.size), (first, second)), shape=shape)
    _, component = csgraph.connected_components(graph, directed=False)
    return np.setdiff1d(
        np.arange(counts.models), largest_component(component.astype(np.int64), counts)
    )


NO_GAP = 1e-6
"""Nats below which two models tied throughout count as fitted equal; far above rounding."""
