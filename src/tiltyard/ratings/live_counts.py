"""A table of counts that votes are added to one by one, in constant time."""

import math
from typing import Self, TypeVar

import numpy as np

from tiltyard.ratings.pair_counts import Code, CountsError, Floats, Indices, PairCounts


class LiveCounts:
    """Counts by pair that grow while votes come in.

    Adding a vote costs the same however many are counted; taking the table out costs one pass over
    the pairs, so together with `start` of
    :func:`~tiltyard.ratings.bradley_terry.fit_bradley_terry` a board can follow every vote. Not for
    several threads at once.

    Parameters
    ----------
    models
        How many models there are to begin with; :meth:`add_model` adds another.
    """

    __slots__ = ("_cells", "_models", "_order", "_pairs", "_row")

    def __init__(self, models: int = 0) -> None:
        self._models = models
        self._row: dict[tuple[int, int], int] = {}
        self._pairs = np.empty((ROOM, 2), np.int64)
        self._cells = np.zeros((ROOM, 2, len(Code)))
        self._order: Indices | None = None

    @classmethod
    def of(cls, counts: PairCounts, squares: PairCounts | None = None) -> Self:
        """Go on from votes already counted; `squares` as for the sandwich, `counts` if left out."""
        live = cls(counts.models)
        live._pairs = np.column_stack([counts.first, counts.second])
        tables = (counts, squares or counts)
        live._cells = np.stack(
            [np.column_stack([t.first_wins, t.second_wins, t.ties, t.both_bad]) for t in tables],
            axis=1,
        )
        pairs = zip(counts.first.tolist(), counts.second.tolist(), strict=True)
        live._row = {pair: row for row, pair in enumerate(pairs)}
        return live

    @property
    def models(self) -> int:
        """Number of models, K."""
        return self._models

    def add_model(self) -> int:
        """Make room for one more model, and return its index."""
        self._models += 1
        return self._models - 1

    def add(self, model_a: int, model_b: int, outcome: int, weight: float = 1.0) -> None:
        """Count one vote.

        Parameters
        ----------
        model_a, model_b
            Indices of the models on the two sides.
        outcome
            A value of :class:`~tiltyard.ratings.pair_counts.Code`.
        weight
            Finite, not negative.

        Raises
        ------
        CountsError
            When this is not a vote: a model against itself, an index or outcome out of range, a
            weight that is negative or not finite.
        """
        self._check(model_a, model_b, outcome, weight)
        if model_a > model_b:
            model_a, model_b = model_b, model_a
            outcome = 1 - outcome if outcome <= Code.B else outcome
        row = self._row_of((model_a, model_b))
        self._cells[row, 0, outcome] += weight
        self._cells[row, 1, outcome] += weight * weight

    def counts(self) -> PairCounts:
        """Return the table as it is now; later votes do not change it."""
        return self._table(0)

    def squares(self) -> PairCounts:
        """Return the table of squared weights as it is now, for the sandwich."""
        return self._table(1)

    def _table(self, power: int) -> PairCounts:
        if self._order is None:
            rows = len(self._row)
            self._order = np.lexsort((self._pairs[:rows, 1], self._pairs[:rows, 0]))
        first, second = self._pairs[self._order].T.copy()
        return PairCounts(self._models, first, second, *self._cells[self._order, power].T.copy())

    def _row_of(self, pair: tuple[int, int]) -> int:
        row = self._row.get(pair)
        if row is None:
            row = self._row[pair] = len(self._row)
            if row == len(self._pairs):
                self._pairs, self._cells = _doubled(self._pairs), _doubled(self._cells)
            self._pairs[row] = pair
            self._order = None
        return row

    def _check(self, model_a: int, model_b: int, outcome: int, weight: float) -> None:
        if not (0 <= model_a < self._models and 0 <= model_b < self._models):
            raise CountsError(
                f"Models {model_a} and {model_b} are not both within 0 … {self._models - 1}."
            )
        if model_a == model_b:
            raise CountsError(f"The vote is of model {model_a} against itself.")
        if not Code.A <= outcome <= Code.BOTH_BAD:
            raise CountsError(f"Outcome code {outcome} lies outside 0 … 3.")
        if not 0.0 <= weight < math.inf:
            raise CountsError(f"The weight {weight} is negative or not a finite number.")


ROOM = 64
"""Pairs there is room for at first; the room doubles when it is full."""


Rows = TypeVar("Rows", Floats, Indices)


def _doubled(rows: Rows) -> Rows:
    return np.concatenate(
        [rows, np.zeros_like(rows, shape=(max(ROOM, len(rows)), *rows.shape[1:]))]
    )
