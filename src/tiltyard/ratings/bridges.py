"""Where the graph of votes is thin: groups of models that few votes connect to the rest."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from tiltyard.ratings.pair_counts import Floats, Indices, PairCounts

FEW_VOTES = 50.0
"""Fewer votes than this say little: their standard error is above 0.28 nats, 49 points."""


@dataclass(frozen=True, slots=True, eq=False)
class Bridge:
    """What ties a group of models to the rest.

    Parameters
    ----------
    group
        Shape (G,). The smaller side, sorted.
    pairs
        Rows of the counts: the pairs between the group and the others.
    votes
        Weight of the votes on them. No comparison across is better than these votes make it,
        however many votes its two models have.
    """

    group: Indices
    pairs: Indices
    votes: float


def thin_bridges(counts: PairCounts, *, most: float = FEW_VOTES) -> tuple[Bridge, ...]:
    """Find groups that at most `most` votes connect to the other models of their component.

    Looked at are the cuts that the maximum spanning tree of votes defines, one for each of its
    edges. Every pair without which the graph falls apart is such a cut, and so is a group that
    keeps to itself. A model alone is left out unless a single rival holds it: few votes in all are
    what its own interval shows.

    Parameters
    ----------
    counts
        Weighted counts over K models.
    most
        Weight of votes up to which a bridge is thin.

    Returns
    -------
    tuple[Bridge, ...]
        Fewest votes first.
    """
    met = np.flatnonzero(counts.totals > 0)
    first, second, votes = counts.first[met], counts.second[met], counts.totals[met]
    tree = _Tree.spanning(counts.models, first, second, votes)
    whole = np.bincount(tree.root, minlength=counts.models)[tree.root]
    smaller = np.minimum(tree.size, whole - tree.size)
    single = tree.crossing(first, second, np.ones(met.size)) < ONE_PAIR
    thin = tree.crossing(first, second, votes) <= most * (1 + ROUNDING)
    bridges = []
    for model in np.flatnonzero(thin & (single | (smaller > 1)) & (smaller > 0)):
        below = tree.below(int(model))
        rows = met[below[first] != below[second]]
        rest = ~below & (tree.root == tree.root[model])
        group = below if tree.size[model] == smaller[model] else rest
        bridges.append(Bridge(np.flatnonzero(group), rows, float(counts.totals[rows].sum())))
    return tuple(sorted(bridges, key=lambda bridge: (bridge.votes, bridge.group.tolist())))


ONE_PAIR = 1.5
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class _Tree:
    """A forest over all models.

    Parameters
    ----------
    order
        Shape (K,). The models so that each is followed by all models below it.
    parent, root, depth
        Shape (K,). By model; a root is its own parent.
    place
        Shape (K,). Where each model stands in the order.
    size
        Shape (K,). How many models are below each, itself included.
    """

    order: Indices
    parent: Indices
    root: Indices
    depth: Indices
    place: Indices
    size: Indices

    @classmethod
    def spanning(cls, models: int, first: Indices, second: Indices, votes: Floats) -> "_Tree":
        """Keep the pairs with the most votes that connect what can be connected."""
        shape = (models, models)
        graph: sparse.csr_array = sparse.csr_array((-votes, (first, second)), shape=shape)
        tree = csgraph.minimum_spanning_tree(graph)
        parent, root = np.arange(models), np.full(models, -1, np.int64)
        parts = [np.empty(0, np.int64)]
        for model in range(models):
            if root[model] < 0:
                reached, before = csgraph.depth_first_order(tree, model, directed=False)
                root[reached] = model
                parent[reached[1:]] = before[reached[1:]]
                parts.append(reached.astype(np.int64))
        order = np.concatenate(parts)
        depth, size = np.zeros(models, np.int64), np.ones(models, np.int64)
        for model in order[parent[order] != order]:
            depth[model] = depth[parent[model]] + 1
        for model in order[parent[order] != order][::-1]:
            size[parent[model]] += size[model]
        return cls(order, parent, root, depth, np.argsort(order), size)

    def crossing(self, first: Indices, second: Indices, votes: Floats) -> Floats:
        """Shape (K,). Weight between the models below each model, itself included, and the others.

        All weight at the models below, less twice that of pairs with both ends there, which are
        those whose paths to the root meet there.
        """
        models = self.order.size
        ends = np.bincount(first, votes, models) + np.bincount(second, votes, models)
        sums = ends - 2.0 * np.bincount(self._meeting(first, second), votes, models)
        upto = np.concatenate([[0.0], np.cumsum(sums[self.order])])
        crossing: Floats = upto[self.place + self.size] - upto[self.place]
        return crossing

    def below(self, model: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Shape (K,). Whether each model is this one or below it."""
        inside = np.zeros(self.order.size, np.bool_)
        inside[self.order[self.place[model] :][: self.size[model]]] = True
        return inside

    def _meeting(self, one: Indices, other: Indices) -> Indices:
        """Lowest common ancestors of the models of two lists."""
        one, other = one.copy(), other.copy()
        apart = np.flatnonzero(one != other)
        while apart.size:
            lower = self.depth[one[apart]] >= self.depth[other[apart]]
            climb, wait = apart[lower], apart[~lower]
            one[climb] = self.parent[one[climb]]
            other[wait] = self.parent[other[wait]]
            apart = apart[one[apart] != other[apart]]
        return one
