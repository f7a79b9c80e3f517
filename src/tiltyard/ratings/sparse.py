"""Bradley-Terry for tens of thousands of models, without any K x K matrix.

The information is the Laplacian of the graph of pairs, so Newton's equations and the columns of
covariance that somebody asks for are solved by conjugate gradients, preconditioned by the diagonal
(Hestenes & Stiefel 1952; Shewchuk 1994). Memory grows with the pairs that met, plus K numbers for
each model whose interval is asked for.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from tiltyard.ratings.bradley_terry import (
    information_by_pair,
    maximise,
    squared_scores_by_pair,
)
from tiltyard.ratings.estimable import NotEstimableError
from tiltyard.ratings.pair_counts import Floats, Indices, PairCounts

DIRECTION_ACCURACY = 1e-4
"""Relative residual of a Newton step; the steps after it mend the rest, so the maximum is exact."""

COVARIANCE_ACCURACY = 1e-10
"""Relative residual of a column of the inverse."""

AT_ONCE = 32
"""Columns solved together, so that each pass over the pairs serves them all."""


@dataclass(frozen=True, slots=True, eq=False)
class SparseFit:
    """A Bradley-Terry fit with intervals for some models.

    Parameters
    ----------
    strengths
        Shape (K,). theta in nats; they sum to zero.
    requested
        Shape (R,). The models whose covariance was asked for.
    covariance
        Shape (R, R). The rows and columns of those models from the K x K sandwich covariance, in
        the sum-zero gauge of all K.
    log_likelihood, gradient, steps
        As in :class:`~tiltyard.ratings.bradley_terry.BradleyTerryFit`.
    """

    strengths: Floats
    requested: Indices
    covariance: Floats
    log_likelihood: float
    gradient: float
    steps: int


def fit_sparse(
    counts: PairCounts,
    squares: PairCounts | None = None,
    *,
    requested: Indices,
    start: Floats | None = None,
) -> SparseFit:
    """Fit as :func:`~tiltyard.ratings.bradley_terry.fit_bradley_terry` does, to the same maximum.

    Parameters
    ----------
    counts, squares, start
        As there; K has no limit.
    requested
        Shape (R,). Which models need an interval; each costs about as much as a Newton step.

    Raises
    ------
    NotEstimableError
        When the estimate does not exist, or the equations are too ill-conditioned to solve.
    """
    top = maximise(counts, start, _direction)
    laplacian = Laplacian.of(counts, information_by_pair(counts, top.strengths))
    covariance = _covariance(laplacian, squares or counts, top.strengths, requested)
    return SparseFit(
        top.strengths, requested, covariance, top.log_likelihood, top.gradient, top.steps
    )


@dataclass(frozen=True, slots=True, eq=False)
class Laplacian:
    """A weighted graph Laplacian, as its diagonal and the weights off it.

    Parameters
    ----------
    degree
        Shape (K,). Sum of the weights at each model; to :meth:`solve`, all must be positive.
    weights
        Shape (K, K), symmetric.
    """

    degree: Floats
    weights: sparse.csr_array

    @classmethod
    def of(cls, counts: PairCounts, weight: Floats) -> "Laplacian":
        """Weigh the pairs of `counts` by `weight`, shape (P,)."""
        ends = np.concatenate([counts.first, counts.second])
        others = np.concatenate([counts.second, counts.first])
        shape = (counts.models, counts.models)
        weights = sparse.csr_array((np.tile(weight, 2), (ends, others)), shape=shape)
        return cls(counts.per_model(weight, weight), weights)

    def __matmul__(self, columns: Floats) -> Floats:
        product: Floats = self.degree[:, None] * columns - self.weights @ columns
        return product

    def solve(self, right: Floats, accuracy: float) -> Floats:
        """Solve for columns summing to zero, each to the given relative residual.

        Parameters
        ----------
        right
            Shape (K, R). Columns that sum to zero.
        accuracy
            The residual's norm over that of `right`, in the norm of the preconditioner.

        Raises
        ------
        NotEstimableError
            When rounding keeps a column from getting there.
        """
        inverse = (1.0 / self.degree)[:, None]
        solution, residual = np.zeros_like(right), right.copy()
        steered = inverse * residual
        length = np.einsum("kr,kr->r", residual, steered)
        enough, along = accuracy**2 * length, steered
        for _ in range(MOST_ITERATIONS):
            if (length <= enough).all():
                solution -= solution.mean(axis=0)
                return solution
            ahead = self @ along
            pace = _ratio(length, np.einsum("kr,kr->r", along, ahead))
            solution += pace * along
            residual -= pace * ahead
            steered = inverse * residual
            before, length = length, np.einsum("kr,kr->r", residual, steered)
            along = steered + _ratio(length, before) * along
        raise NotEstimableError(
            f"Conjugate gradients did not settle in {MOST_ITERATIONS:,} iterations: parts of the "
            "graph hang together by too few votes; leave those models out or collect votes there."
        )


MOST_ITERATIONS = 20_000


def _direction(counts: PairCounts, strengths: Floats, gradient: Floats) -> Floats:
    laplacian = Laplacian.of(counts, information_by_pair(counts, strengths))
    pull = (gradient - gradient.mean())[:, None]
    direction: Floats = laplacian.solve(pull, DIRECTION_ACCURACY)[:, 0]
    return direction


def _covariance(
    laplacian: Laplacian, squares: PairCounts, strengths: Floats, requested: Indices
) -> Floats:
    """X'BX, X being the requested columns of the pseudo-inverse of the information."""
    models = strengths.size
    columns = np.full((models, requested.size), -1.0 / models)
    columns[requested, np.arange(requested.size)] += 1.0
    for begin in range(0, requested.size, AT_ONCE):
        part = np.s_[:, begin : begin + AT_ONCE]
        columns[part] = laplacian.solve(columns[part], COVARIANCE_ACCURACY)
    middle = Laplacian.of(squares, squared_scores_by_pair(squares, strengths))
    covariance: Floats = columns.T @ (middle @ columns)
    return 0.5 * (covariance + covariance.T)


def _ratio(above: Floats, below: Floats) -> Floats:
    """Divide; 0 where a column is solved to the last bit and nothing is left to divide."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
