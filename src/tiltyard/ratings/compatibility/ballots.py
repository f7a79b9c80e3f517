"""Votes as both tools see them: ordered sides, and 1, 1/2 or 0 points for the first."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from tiltyard.ratings.pair_counts import Code, CountsError, Floats, Indices

POINTS = np.array([1.0, 0.0, 0.5, 0.5])
"""Of side a, by outcome code: both-bad is a tie."""


@dataclass(frozen=True, slots=True, eq=False)
class Ballots:
    """Votes, or distinct votes with how often each occurred.

    Parameters
    ----------
    members
        Shape (M,). The models that have votes; the others do not exist for these tools.
    first, second
        Shape (N,). Positions in `members` of side a and side b.
    points
        Shape (N,). 1, 1/2 or 0 for side a.
    count
        Shape (N,). How often.
    """

    members: Indices
    first: Indices
    second: Indices
    points: Floats
    count: Floats

    @classmethod
    def of(
        cls,
        model_a: npt.ArrayLike,
        model_b: npt.ArrayLike,
        outcome: npt.ArrayLike,
        *,
        models: int,
        by_appearance: bool,
    ) -> Self:
        """Take votes, and number the models that have some.

        Parameters
        ----------
        model_a, model_b
            Shape (N,). Indices of the models on the two sides.
        outcome
            Shape (N,). Values of :class:`~tiltyard.ratings.pair_counts.Code`.
        models
            Number of models, K.
        by_appearance
            Number them as they first appear, down side a and then side b; else by their index.
        """
        a, b = np.asarray(model_a, np.int64), np.asarray(model_b, np.int64)
        code = np.asarray(outcome, np.int64)
        _check(a, b, code, models)
        both = np.concatenate([a, b])
        place = np.full(models, both.size)
        place[both[::-1]] = np.arange(both.size)[::-1]
        members = np.flatnonzero(place < both.size)
        if by_appearance:
            members = members[np.argsort(place[members])]
        number = np.full(models, -1)
        number[members] = np.arange(members.size)
        return cls(members, number[a], number[b], POINTS[code], np.ones(a.size))

    def distinct(self) -> Self:
        """Group equal votes, ordered by side a, side b and points."""
        models = self.members.size
        key = (self.first * models + self.second) * 3 + (2 * self.points).astype(np.int64)
        kept, count = np.unique(key, return_counts=True)
        pair = kept // 3
        points = (kept % 3) / 2.0
        often = count.astype(np.float64)
        return type(self)(self.members, pair // models, pair % models, points, often)

    def pair_balance(self, least: int = 50) -> Floats:
        """Shape (N,). 1 / max(votes on the pair, `least`) for each row, whoever was on the left."""
        low, high = np.minimum(self.first, self.second), np.maximum(self.first, self.second)
        _, row = np.unique(low * self.members.size + high, return_inverse=True)
        balance: Floats = 1.0 / np.maximum(np.bincount(row, self.count), least)[row]
        return balance

    def per_model(self, forward: Floats) -> Floats:
        """Shape (M,). Sum of `forward` over the votes of each model as side a, less as side b."""
        models = self.members.size
        sums = np.bincount(self.first, forward, models) - np.bincount(self.second, forward, models)
        return sums.astype(np.float64, copy=False)

    def laplacian(self, weight: Floats) -> Floats:
        """Shape (M, M). Sum over the votes of `weight` (e_a - e_b)(e_a - e_b)'."""
        models = self.members.size
        cells = np.bincount(self.first * models + self.second, weight, models * models)
        met = cells.astype(np.float64, copy=False).reshape(models, models)
        met = met + met.T
        matrix: Floats = np.diag(met.sum(axis=1)) - met
        return matrix


def _check(a: Indices, b: Indices, code: Indices, models: int) -> None:
    if not a.shape == b.shape == code.shape or a.ndim != 1 or a.size == 0:
        raise CountsError("Models and outcomes must be one-dimensional, equally long, not empty.")
    if min(a.min(), b.min()) < 0 or max(a.max(), b.max()) >= models:
        raise CountsError(f"A model index lies outside 0 … {models - 1}.")
    if code.min() < Code.A or code.max() > Code.BOTH_BAD:
        raise CountsError("An outcome code lies outside 0 … 3.")
    if (a == b).any():
        raise CountsError(f"Vote {int((a == b).argmax())} is of a model against itself.")
