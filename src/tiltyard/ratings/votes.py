"""Votes one by one, for what their counts by pair cannot say: features, clusters, sides."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from tiltyard.ratings.pair_counts import Code, CountsError, Floats, Indices, PairCounts


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """One row per vote, with the sides as the voter saw them.

    A row that stands for several equal votes is repeated (``np.repeat``), not given their number as
    its weight: five votes tell more than one vote of weight five.

    Parameters
    ----------
    first, second
        Shape (N,). Indices of the models on side a and on side b, 0 … K-1.
    outcome
        Shape (N,). Values of :class:`~tiltyard.ratings.pair_counts.Code`.
    weight
        Shape (N,). What each vote's log-likelihood is multiplied by; finite, not negative.
    models
        Number of models, K.

    Raises
    ------
    CountsError
        When a model meets itself, an index or outcome is out of range, or a weight is negative or
        not finite; the message gives the row.
    """

    first: Indices
    second: Indices
    outcome: Indices
    weight: Floats
    models: int

    def __post_init__(self) -> None:
        columns = (self.first, self.second, self.outcome, self.weight)
        if any(column.ndim != 1 or column.size != self.first.size for column in columns):
            raise CountsError("Models, outcomes and weights must be one-dimensional, equally long.")
        _refuse(_outside(self.first, self.models), f"has a side a outside 0 … {self.models - 1}")
        _refuse(_outside(self.second, self.models), f"has a side b outside 0 … {self.models - 1}")
        _refuse(_outside(self.outcome, len(Code)), "has an outcome code outside 0 … 3")
        _refuse(self.first == self.second, "is of a model against itself")
        _refuse(~(self.weight >= 0) | np.isinf(self.weight), "has a weight below 0 or not finite")

    @classmethod
    def from_arrays(
        cls,
        model_a: npt.ArrayLike,
        model_b: npt.ArrayLike,
        outcome: npt.ArrayLike,
        weight: npt.ArrayLike | None = None,
        *,
        models: int,
    ) -> Self:
        """Take columns of any integer and float types; votes weigh 1 when `weight` is left out."""
        first = np.asarray(model_a, np.int64)
        return cls(
            first,
            np.asarray(model_b, np.int64),
            np.asarray(outcome, np.int64),
            np.ones(first.shape) if weight is None else np.asarray(weight, np.float64),
            models,
        )

    def __len__(self) -> int:
        """Return the number of votes, N."""
        return self.first.size

    @property
    def points(self) -> Floats:
        """Shape (N,). What side a won: 1, 0, or 1/2 for a tie or both-bad."""
        points: Floats = POINTS[self.outcome]
        return points

    def to_counts(self) -> tuple[PairCounts, PairCounts]:
        """Count the votes by pair: their weights for the likelihood, and the weights squared."""
        weights, squares = (
            PairCounts.from_votes(
                self.first, self.second, self.outcome, self.weight**power, models=self.models
            )
            for power in (1, 2)
        )
        return weights, squares

    def rows(self, chosen: Indices | npt.NDArray[np.bool_]) -> Self:
        """Return the votes at these rows: indices, which may repeat, or a mask of shape (N,)."""
        return type(self)(
            self.first[chosen],
            self.second[chosen],
            self.outcome[chosen],
            self.weight[chosen],
            self.models,
        )

    def restricted_to(self, members: Indices) -> tuple[Self, Indices]:
        """Keep the votes within `members`, renumbered 0 … in the order given, and say which rows.

        Returns
        -------
        tuple[Votes, Indices]
            The votes left, and the rows they had, to pick their features and clusters by.
        """
        number = np.full(self.models, -1, np.int64)
        number[members] = np.arange(members.size)
        first, second = number[self.first], number[self.second]
        kept = np.flatnonzero((first >= 0) & (second >= 0))
        votes = type(self)(
            first[kept], second[kept], self.outcome[kept], self.weight[kept], members.size
        )
        return votes, kept


POINTS = np.array([1.0, 0.0, 0.5, 0.5])
"""Points of side a by outcome code."""


def _outside(column: Indices, size: int) -> npt.NDArray[np.bool_]:
    return (column < 0) | (column >= size)


def _refuse(wrong: npt.NDArray[np.bool_], said: str) -> None:
    if wrong.any():
        raise CountsError(f"Vote {int(wrong.argmax())} (the first is 0) {said}.")
