"""Votes counted by pair of models and outcome: all that Bradley-Terry needs of them."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
import numpy.typing as npt

from tiltyard.errors import TiltyardError

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


class Code(IntEnum):
    """The four outcomes as array elements, in the order of the battles table."""

    A = 0
    B = 1
    TIE = 2
    BOTH_BAD = 3


class CountsError(TiltyardError):
    """Arrays that are not votes: self-battles, indices out of range, negative or NaN weights."""

    status = 422
    title = "These are not vote counts"


@dataclass(frozen=True, slots=True, eq=False)
class PairCounts:
    """One row per unordered pair of models that met, ordered by (`first`, `second`).

    The counts are floats because votes may carry weights; votes that count once stay exact up
    to 2**53. Two tables over the same models merge by `+`, so tables of parts of a log, made
    anywhere, add up to the table of the whole.

    Parameters
    ----------
    models
        Number of models, K. Models are the integers 0 … K-1; some may have no votes.
    first, second
        Shape (P,). The two models of each pair, `first < second`.
    first_wins, second_wins, ties, both_bad
        Shape (P,). Total weight of the votes with that outcome.
    """

    models: int
    first: Indices
    second: Indices
    first_wins: Floats
    second_wins: Floats
    ties: Floats
    both_bad: Floats

    def __post_init__(self) -> None:
        for array in (self.first, self.second, *self._outcomes()):
            array.setflags(write=False)

    @classmethod
    def from_votes(
        cls,
        model_a: npt.ArrayLike,
        model_b: npt.ArrayLike,
        outcome: npt.ArrayLike,
        weight: npt.ArrayLike | None = None,
        *,
        models: int,
    ) -> Self:
        """Count votes.

        Parameters
        ----------
        model_a, model_b
            Shape (N,). Indices of the models on the two sides.
        outcome
            Shape (N,). Values of :class:`Code`.
        weight
            Shape (N,), finite and not negative; 1 for every vote when left out.
        models
            Number of models, K.

        Raises
        ------
        CountsError
            When a model meets itself, an index or outcome is out of range, or a weight is
            negative or not finite.
        """
        a, b = np.asarray(model_a, np.int64), np.asarray(model_b, np.int64)
        code = np.asarray(outcome, np.int64)
        votes = np.ones(a.size) if weight is None else np.asarray(weight, np.float64)
        _check_votes(a, b, code, votes, models)
        swapped = a > b
        key = np.where(swapped, b * models + a, a * models + b)
        code = np.where(swapped & (code <= Code.B), 1 - code, code)
        pairs, row = np.unique(key, return_inverse=True)
        cells = np.bincount(row * len(Code) + code, votes, minlength=pairs.size * len(Code))
        table = cells.astype(np.float64, copy=False).reshape(pairs.size, len(Code)).T.copy()
        return cls(models, pairs // max(models, 1), pairs % max(models, 1), *table)

    @property
    def totals(self) -> Floats:
        """Shape (P,). Weight of all votes of each pair."""
        return self.first_wins + self.second_wins + self.ties + self.both_bad

    @property
    def first_points(self) -> Floats:
        """Shape (P,). Wins of the first model, with ties and both-bad as halves."""
        return self.first_wins + 0.5 * (self.ties + self.both_bad)

    @property
    def second_points(self) -> Floats:
        """Shape (P,). Wins of the second model, with ties and both-bad as halves."""
        return self.second_wins + 0.5 * (self.ties + self.both_bad)

    def per_model(self, of_first: Floats, of_second: Floats) -> Floats:
        """Shape (K,). Sum over each model's pairs of what it has as first and as second."""
        sums = np.bincount(self.first, of_first, self.models)
        sums = sums + np.bincount(self.second, of_second, self.models)
        return sums.astype(np.float64, copy=False)

    def restricted_to(self, members: Indices) -> Self:
        """Keep the pairs within `members` and renumber those models 0 … in the order given."""
        if np.array_equal(members, np.arange(self.models)):
            return self
        number = np.full(self.models, -1, np.int64)
        number[members] = np.arange(members.size)
        first, second = number[self.first], number[self.second]
        kept = np.flatnonzero((first >= 0) & (second >= 0))
        return self._counted(
            members.size, first[kept], second[kept], [column[kept] for column in self._outcomes()]
        )

    def scaled(self, factor: Floats | float) -> Self:
        """Multiply all weights of a pair by its factor, shape (P,), or by one number for all."""
        columns = (column * factor for column in self._outcomes())
        return type(self)(self.models, self.first, self.second, *columns)

    def without_ties(self) -> Self:
        """Drop ties and both-bad; pairs that had nothing else stay, with no votes."""
        none = np.zeros_like(self.ties)
        return type(self)(
            self.models, self.first, self.second, self.first_wins, self.second_wins, none, none
        )

    def __add__(self, other: "PairCounts") -> Self:
        """Merge the counts of two sets of votes on the same models."""
        if self.models != other.models:
            raise CountsError(
                f"Counts of {self.models} and of {other.models} models do not add up: "
                "number the models of both tables alike first."
            )
        columns = zip(self._outcomes(), other._outcomes(), strict=True)
        return self._counted(
            self.models,
            np.concatenate([self.first, other.first]),
            np.concatenate([self.second, other.second]),
            [np.concatenate(pair) for pair in columns],
        )

    @classmethod
    def _counted(cls, models: int, first: Indices, second: Indices, columns: list[Floats]) -> Self:
        """Bring rows that may repeat a pair, or swap its models, into the one-row-per-pair form."""
        return cls.from_votes(
            np.tile(first, len(Code)),
            np.tile(second, len(Code)),
            np.repeat(np.arange(len(Code)), first.size),
            np.concatenate(columns),
            models=models,
        )

    def _outcomes(self) -> tuple[Floats, Floats, Floats, Floats]:
        return self.first_wins, self.second_wins, self.ties, self.both_bad


def _check_votes(a: Indices, b: Indices, code: Indices, votes: Floats, models: int) -> None:
    if not a.shape == b.shape == code.shape == votes.shape or a.ndim != 1:
        raise CountsError("Models, outcomes and weights must be one-dimensional and equally long.")
    if a.size == 0:
        return
    if min(a.min(), b.min()) < 0 or max(a.max(), b.max()) >= models:
        raise CountsError(f"A model index lies outside 0 … {models - 1}.")
    if code.min() < Code.A or code.max() > Code.BOTH_BAD:
        raise CountsError("An outcome code lies outside 0 … 3.")
    if (a == b).any():
        raise CountsError(f"Vote {int((a == b).argmax())} is of a model against itself.")
    if not (np.isfinite(votes) & (votes >= 0)).all():
        raise CountsError("A weight is negative or not a finite number.")
