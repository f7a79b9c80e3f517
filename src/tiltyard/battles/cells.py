"""Count votes by side a, side b and label, batch after batch, in integers only."""

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.integer]
Counts = npt.NDArray[np.int64]

LABELS = 8
DENSE_MODELS = 1024
"""Up to this many models the cells are a dense array (64 MB); beyond it, sorted keys."""

STEP = 64
"""The dense array grows by this many models at a time: every batch costs its size."""

PENDING = 4_000_000
"""This many keys are gathered before equal ones are added up."""


class Cells:
    """Numbers of votes by (code of side a, code of side b, label 0 … 7).

    Adding is exact and its order does not matter. Memory grows with the number of different cells,
    not with the number of votes.
    """

    def __init__(self) -> None:
        self._dense: Counts = np.zeros(0, np.int64)
        self._side = 0
        self._keys: list[Counts] = []
        self._votes: list[Counts] = []
        self._pending = 0

    def add(self, a: Codes, b: Codes, label: Codes, votes: Codes | None = None) -> None:
        """Count rows, each as one vote or as `votes` says.

        Parameters
        ----------
        a, b, label
            Shape (N,). Codes of the two sides, below 2**29, and of the label, below 8.
        votes
            Shape (N,). How many equal votes each row stands for; one when left out.
        """
        if a.size == 0:
            return
        models = 1 + int(max(a.max(), b.max()))
        if models <= DENSE_MODELS:
            self._add_dense(a, b, label, votes, models)
        else:
            self._add_sparse(_keys(a, b, label), votes)

    def groups(self) -> tuple[Counts, Counts, Counts, Counts]:
        """Return the cells that have votes: side a, side b, label and number, ordered by them."""
        self._flush_dense()
        self._merge()
        keys = self._keys[0] if self._keys else np.zeros(0, np.int64)
        votes = self._votes[0] if self._votes else np.zeros(0, np.int64)
        pair, label = np.divmod(keys, LABELS)
        return pair >> SHIFT, pair & MASK, label, votes

    def _add_dense(
        self, a: Codes, b: Codes, label: Codes, votes: Codes | None, models: int
    ) -> None:
        if models > self._side:
            self._flush_dense()
            self._side = -(-models // STEP) * STEP
            self._dense = np.zeros(self._side**2 * LABELS, np.int64)
        keys = (a.astype(np.int64) * self._side + b) * LABELS + label
        if votes is None:
            self._dense += np.bincount(keys, minlength=self._dense.size)
        else:
            np.add.at(self._dense, keys, votes)

    def _flush_dense(self) -> None:
        """Move what the dense array holds to the keys."""
        filled = np.flatnonzero(self._dense)
        if filled.size:
            pair, label = np.divmod(filled, LABELS)
            a, b = np.divmod(pair, self._side)
            self._add_sparse(_keys(a, b, label), self._dense[filled])
            self._dense[filled] = 0

    def _add_sparse(self, keys: Counts, votes: Codes | None) -> None:
        distinct, place = np.unique(keys, return_inverse=True)
        sums = np.zeros(distinct.size, np.int64)
        np.add.at(sums, place, 1 if votes is None else votes)
        self._keys.append(distinct)
        self._votes.append(sums)
        self._pending += distinct.size
        if self._pending > PENDING:
            self._merge()

    def _merge(self) -> None:
        if len(self._keys) < 2:  # noqa: PLR2004  # one list of keys has nothing to merge with
            return
        distinct, place = np.unique(np.concatenate(self._keys), return_inverse=True)
        sums = np.zeros(distinct.size, np.int64)
        np.add.at(sums, place, np.concatenate(self._votes))
        self._keys, self._votes, self._pending = [distinct], [sums], 0


SHIFT = 29
MASK = (1 << SHIFT) - 1


def _keys(a: Codes, b: Codes, label: Codes) -> Counts:
    pair = (a.astype(np.int64) << SHIFT) | b
    return pair * LABELS + label
