"""Counts by pair that take one more vote at a time."""

from typing import Self

import numpy as np
import numpy.typing as npt

from tiltyard.battles.outcome import Outcome
from tiltyard.battles.pair_table import PairTable
from tiltyard.ratings.pair_counts import CountsError, PairCounts

CODES = {outcome: code for code, outcome in enumerate(Outcome)}
TURNED = {Outcome.A: Outcome.B, Outcome.B: Outcome.A}
FIRST_CAPACITY = 1024

Sums = npt.NDArray[np.float64]


class LiveTable:
    """A count table under a running arena: adding a vote always takes the same time.

    >>> live = LiveTable()
    >>> live.add("x", "y", Outcome.A)
    >>> live.table().names
    ('x', 'y')
    """

    def __init__(self) -> None:
        self._models: dict[str, int] = {}
        self._rows: dict[tuple[int, int], int] = {}
        self._ends: npt.NDArray[np.int64] = np.zeros((FIRST_CAPACITY, 2), np.int64)
        self._sums: Sums = np.zeros((FIRST_CAPACITY, 3, len(Outcome)))
        self._self_battles: dict[str, int] = {}

    @classmethod
    def of(cls, table: PairTable) -> Self:
        """Start from votes that are counted already."""
        live = cls()
        live._models = {name: number for number, name in enumerate(table.names)}  # its own class
        live._self_battles = dict(table.self_battles)  # its own class
        counts = table.votes
        for first, second in zip(counts.first.tolist(), counts.second.tolist(), strict=True):
            live._row(first, second)  # its own class
        for kind, part in enumerate((table.votes, table.weights, table.squares)):
            columns = (part.first_wins, part.second_wins, part.ties, part.both_bad)
            live._sums[: part.first.size, kind] = np.column_stack(columns)  # its own class
        return live

    def add(self, model_a: str, model_b: str, outcome: Outcome, weight: float = 1.0) -> None:
        """Count one vote.

        Raises
        ------
        CountsError
            When the weight is negative or not finite.
        """
        if not 0 <= weight < np.inf:
            raise CountsError(f"The weight {weight} is negative or not a finite number.")
        a = self._models.setdefault(model_a, len(self._models))
        b = self._models.setdefault(model_b, len(self._models))
        if a == b:
            self._self_battles[model_a] = self._self_battles.get(model_a, 0) + 1
            return
        if a > b:
            a, b, outcome = b, a, TURNED.get(outcome, outcome)
        row = self._row(a, b)
        self._sums[row, :, CODES[outcome]] += (1.0, weight, weight * weight)

    def table(self) -> PairTable:
        """Return the counts as they are now; later votes do not change them."""
        names = sorted(self._models)
        place = np.zeros(len(names), np.int64)
        place[[self._models[name] for name in names]] = np.arange(len(names))
        rows = len(self._rows)
        ends = place[self._ends[:rows]]
        turned = ends[:, 0] > ends[:, 1]
        ends[turned] = ends[turned, ::-1]
        order = np.lexsort((ends[:, 1], ends[:, 0]))
        sums = self._sums[:rows]
        sums = np.where(turned[:, None, None], sums[..., [1, 0, 2, 3]], sums)[order]
        first, second = ends[order].T.copy()
        votes, weights, squares = (
            PairCounts(len(names), first, second, *sums[:, kind].T.copy()) for kind in range(3)
        )
        return PairTable(tuple(names), votes, weights, squares, dict(self._self_battles))

    def _row(self, first: int, second: int) -> int:
        row = self._rows.setdefault((first, second), len(self._rows))
        if row == len(self._ends):
            self._ends = np.concatenate([self._ends, np.zeros_like(self._ends)])
            self._sums = np.concatenate([self._sums, np.zeros_like(self._sums)])
        self._ends[row] = first, second
        return row
