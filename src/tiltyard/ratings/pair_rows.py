"""Votes with features, sorted by pair, so that sums over pairs are sums over runs of rows."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from tiltyard.ratings.pair_counts import Floats, Indices, PairCounts
from tiltyard.ratings.votes import Votes


@dataclass(frozen=True, slots=True, eq=False)
class PairRows:
    """Votes turned so that the model of lower index comes first, and sorted by pair.

    Parameters
    ----------
    models
        Number of models, K.
    first, second
        Shape (P,). The models of each pair that met, `first < second`.
    starts
        Shape (P,). The row at which each pair's votes begin.
    points
        Shape (N,). What the first model won: 1, 1/2 or 0.
    weight
        Shape (N,).
    features
        Shape (d, N). Differences, first model's side less the other's.
    """

    models: int
    first: Indices
    second: Indices
    starts: Indices
    points: Floats
    weight: Floats
    features: Floats

    @classmethod
    def of(cls, votes: Votes, features: Floats) -> Self:
        """Sort votes and their features of shape (N, d), side a's less side b's."""
        swapped = votes.first > votes.second
        low = np.minimum(votes.first, votes.second)
        high = np.maximum(votes.first, votes.second)
        # NumPy sorts 16-bit integers by radix, several times faster than wider ones.
        small = np.uint16 if votes.models <= 2**16 else np.int64
        order = np.lexsort((high.astype(small), low.astype(small)))
        low, high, turned = low[order], high[order], swapped[order]
        new = (np.diff(low, prepend=-1) != 0) | (np.diff(high, prepend=-1) != 0)
        starts = np.flatnonzero(new)
        points = votes.points[order]
        columns = np.empty((features.shape[1], len(votes)))
        np.multiply(features.take(order, axis=0).T, np.where(turned, -1.0, 1.0), out=columns)
        return cls(
            votes.models,
            low[starts],
            high[starts],
            starts,
            np.where(turned, 1.0 - points, points),
            votes.weight[order],
            columns,
        )

    def to_counts(self) -> PairCounts:
        """Count the votes by pair, with ties as half a win each way."""
        won = self.by_pair(self.weight * self.points)
        lost = self.by_pair(self.weight * (1.0 - self.points))
        none = np.zeros(won.shape)
        return PairCounts(self.models, self.first, self.second, won, lost, none, none.copy())

    def logits(self, parameters: Floats) -> Floats:
        """Shape (N,). theta_first - theta_second + z'gamma at [theta, gamma], shape (K + d,)."""
        strengths, coefficients = np.split(parameters, [self.models])
        gaps = strengths[self.first] - strengths[self.second]
        lengths = np.diff(self.starts, append=self.points.size)
        logits: Floats = np.repeat(gaps, lengths) + coefficients @ self.features
        return logits

    def by_pair(self, values: Floats) -> Floats:
        """Shape (..., P). Sum the last axis over each pair's votes."""
        sums: Floats = np.add.reduceat(values, self.starts, axis=-1)
        return sums

    def total(self, values: Floats) -> Floats:
        """Shape (K + d,). Sum of `values` times x over votes, x the row of the design matrix."""
        return np.concatenate([self._per_model(self.by_pair(values)), self.features @ values])

    def products(self, weight: Floats) -> Floats:
        """Shape (K + d, K + d). Sum of `weight` times xx' over votes."""
        weighted = self.features * weight
        matrix = np.zeros((self.models + len(weighted),) * 2)
        strengths, others = slice(self.models), slice(self.models, None)
        matrix[strengths, strengths] = self._laplacian(self.by_pair(weight))
        for column, pairs in enumerate(self.by_pair(weighted), self.models):
            matrix[strengths, column] = matrix[column, strengths] = self._per_model(pairs)
        matrix[others, others] = weighted @ self.features.T
        return matrix

    def _per_model(self, pairs: Floats) -> Floats:
        forth = np.bincount(self.first, pairs, self.models)
        back = np.bincount(self.second, pairs, self.models)
        return np.subtract(forth, back, dtype=np.float64)

    def _laplacian(self, pairs: Floats) -> Floats:
        matrix = np.zeros((self.models, self.models))
        matrix[self.first, self.second] = -pairs
        matrix[self.second, self.first] = -pairs
        np.fill_diagonal(matrix, -matrix.sum(axis=1))
        return matrix
