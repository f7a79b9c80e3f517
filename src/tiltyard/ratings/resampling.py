"""Drawing votes with replacement from a table of counts, or whole clusters from a list of votes."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import sparse

from tiltyard.errors import TiltyardError
from tiltyard.ratings.pair_counts import Code, Floats, Indices, PairCounts
from tiltyard.ratings.votes import Votes

WON, LOST, TIED = range(3)
"""The three kinds of cells a pair has here: ties and both-bad are the same half point."""

FEW = 10_000
"""Votes up to which one call of the generator's multinomial is fast enough."""


class ResamplingError(TiltyardError):
    """The request for draws makes no sense: no rounds, no votes, clusters of another length."""

    status = 422
    title = "These votes cannot be drawn anew"


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """The points of every pair in some rounds of a bootstrap.

    Parameters
    ----------
    first_points, second_points
        Shape (P, rounds). As in :class:`~tiltyard.ratings.pair_counts.PairCounts`.
    """

    first_points: Floats
    second_points: Floats

    @classmethod
    def of_cells(cls, cells: Floats) -> Self:
        """Take weights of shape (rounds, 3, P), the middle axis being won, lost, tied."""
        half = 0.5 * cells[:, TIED]
        first, second = cells[:, WON] + half, cells[:, LOST] + half
        return cls(np.ascontiguousarray(first.T), np.ascontiguousarray(second.T))


@dataclass(frozen=True, slots=True, eq=False)
class VoteUrn:
    """An urn of single votes.

    Where votes carry weights, a cell of the table holding weight W and squared weight S is an urn
    of W²/S votes of weight S/W each (Kish 1965): its draws have the mean W and the variance S that
    drawing the very votes gives. Where the weights within a cell are equal it is those votes.

    Parameters
    ----------
    votes
        Shape (3, P). Number of votes by kind and pair.
    weight
        Shape (3, P). The weight of each vote there.
    """

    votes: Floats
    weight: Floats

    @classmethod
    def of(cls, counts: PairCounts, squares: PairCounts | None) -> Self:
        """Fill an urn with the votes that were counted."""
        weights = _cells(counts)
        seconds = weights if squares is None else _cells(squares)
        some = weights > 0
        votes = np.divide(weights**2, seconds, out=np.zeros_like(weights), where=some)
        if not votes.any():
            raise ResamplingError("There are no votes to draw from.")
        weight = np.divide(seconds, weights, out=np.zeros_like(weights), where=some)
        return cls(votes, weight)

    @property
    def size(self) -> int:
        """How many numbers a round draws: one a cell."""
        return self.votes.size

    def draw(self, rounds: int, random: np.random.Generator) -> Draws:
        """Draw as many votes as the urn holds, with replacement, `rounds` times over."""
        filled = np.flatnonzero(self.votes)
        drawn = multinomial(self.votes.ravel()[filled], rounds, random)
        cells = np.zeros((rounds, self.votes.size))
        cells[:, filled] = drawn * self.weight.ravel()[filled]
        return Draws.of_cells(cells.reshape(rounds, *self.votes.shape))


@dataclass(frozen=True, slots=True, eq=False)
class ClusterUrn:
    """An urn of clusters, such as all votes of one voter.

    Parameters
    ----------
    holdings
        Shape (3 P, G). The weight that each of the G clusters has in each cell of the table, all
        that were won first.
    """

    holdings: sparse.csr_array

    @classmethod
    def of(cls, votes: Votes, clusters: Indices, table: PairCounts) -> Self:
        """Fill an urn with clusters of votes on the pairs of `table`.

        Parameters
        ----------
        votes
            N votes.
        clusters
            Shape (N,). Labels: equal means the same cluster, negative a cluster of its own.
        table
            The votes counted.
        """
        if clusters.shape != votes.first.shape:
            raise ResamplingError(
                f"There are {votes.first.size:,} votes but {clusters.size:,} cluster labels."
            )
        if len(votes) == 0:
            raise ResamplingError("There are no votes to draw from.")
        cluster = _numbered(clusters)
        low, high = np.minimum(votes.first, votes.second), np.maximum(votes.first, votes.second)
        keys = table.first * table.models + table.second
        row = np.searchsorted(keys, low * table.models + high)
        won = (votes.outcome == Code.A) == (votes.first == low)
        kind = np.where(votes.outcome >= Code.TIE, TIED, np.where(won, WON, LOST))
        shape = (3 * keys.size, int(cluster.max()) + 1)
        cell = kind * keys.size + row
        return cls(sparse.csr_array((votes.weight, (cell, cluster)), shape=shape))

    @property
    def size(self) -> int:
        """How many numbers a round draws: one a cluster."""
        return int(self.holdings.shape[1])

    def draw(self, rounds: int, random: np.random.Generator) -> Draws:
        """Draw as many clusters as there are, with replacement, `rounds` times over."""
        even = np.full(self.size, 1.0 / self.size)
        times = random.multinomial(self.size, even, size=rounds)
        cells: Floats = self.holdings @ times.T.astype(np.float64)
        return Draws.of_cells(cells.T.reshape(rounds, 3, -1))


def multinomial(counts: Floats, rounds: int, random: np.random.Generator) -> Floats:
    """Draw multinomial counts with as many trials as `counts` holds, in proportion to them.

    Independent Poisson counts, given their sum M, are a multinomial draw of M; adding the votes
    missing to N makes it one of N. With a mean three standard deviations below N, more than N
    come out once in 700 rounds, which are drawn again. Exact, and twice as fast as numpy's
    chain of binomials.

    Parameters
    ----------
    counts
        Shape (C,), positive; their sum is rounded to N trials.
    rounds
        How many draws.
    random
        The generator.

    Returns
    -------
    Floats
        Shape (rounds, C), whole numbers.
    """
    total = float(counts.sum())
    trials = max(1, round(total))
    share = counts / total
    if trials <= FEW:
        return random.multinomial(trials, share, size=rounds).astype(np.float64)
    below = share * (trials - 3.0 * np.sqrt(trials))
    edges = np.cumsum(share)[:-1]
    drawn = np.empty((rounds, counts.size))
    for row in range(rounds):
        missing = -1
        while missing < 0:
            drawn[row] = random.poisson(below)
            missing = trials - int(drawn[row].sum())
        # Sorted, the look-ups stay in the processor's caches.
        extra = np.searchsorted(edges, np.sort(random.random(missing)), side="right")
        drawn[row] += np.bincount(extra, minlength=counts.size)
    return drawn


def _numbered(clusters: Indices) -> Indices:
    """Shape (N,). Clusters as 0, 1, …, with a fresh number for every negative label."""
    named, cluster = np.unique(clusters, return_inverse=True)
    alone = np.flatnonzero(clusters < 0)
    cluster[alone] = named.size + np.arange(alone.size)
    return np.unique(cluster, return_inverse=True)[1]


def _cells(counts: PairCounts) -> Floats:
    ties = counts.ties + counts.both_bad
    return np.stack([counts.first_wins, counts.second_wins, ties])
