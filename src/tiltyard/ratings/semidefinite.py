"""Positive semidefinite matrices whose null space is known: solve and invert outside of it.

Strengths that are fixed only up to a common shift leave such an information matrix H. With Z an
orthonormal basis of its null space, H + c ZZ' is the same on everything orthogonal to Z and is
invertible, and (H + c ZZ')⁻¹ - ZZ'/c is exactly the pseudo-inverse H⁺.
"""

import numpy as np
from scipy import linalg

from tiltyard.ratings.pair_counts import Floats


def common_shift(strengths: int, others: int = 0) -> Floats:
    """Shape (strengths + others, 1). The direction that adds the same to every strength."""
    direction = np.zeros((strengths + others, 1))
    direction[:strengths] = 1.0 / np.sqrt(strengths)
    return direction


def filled(matrix: Floats, null_space: Floats) -> Floats:
    """Shape (p, p). H + c ZZ' with c the mean diagonal of H.

    Parameters
    ----------
    matrix
        Shape (p, p). H.
    null_space
        Shape (p, q). Z, orthonormal.
    """
    filled: Floats = matrix + _level(matrix) * (null_space @ null_space.T)
    return filled


def pseudo_inverse(matrix: Floats, null_space: Floats) -> Floats:
    """Shape (p, p). H⁺, for H of which the columns of `null_space` span the null space.

    Raises
    ------
    scipy.linalg.LinAlgError
        When the null space is larger than that.
    """
    identity = np.eye(len(matrix))
    inverse: Floats = linalg.cho_solve(linalg.cho_factor(filled(matrix, null_space)), identity)
    inverse -= null_space @ null_space.T / _level(matrix)
    return 0.5 * (inverse + inverse.T)


def null_space_of(matrix: Floats) -> Floats:
    """Find an orthonormal basis of the null space, by Cholesky with pivoting (Higham 1990).

    Parameters
    ----------
    matrix
        Shape (p, p), positive semidefinite.

    Returns
    -------
    Floats
        Shape (p, q). q directions along which the matrix, scaled to a unit diagonal, is below
        `ROUNDED` of it.
    """
    size = np.diag(matrix)
    scale = np.where(size > 0, size, 1.0) ** -0.5
    unit = matrix * np.outer(scale, scale)
    factor, pivot, rank, _ = linalg.lapack.dpstrf(unit, tol=ROUNDED)
    order = np.asarray(pivot, np.int64) - 1
    null = np.zeros((len(matrix), len(matrix) - rank))
    null[order[:rank]] = -linalg.solve_triangular(factor[:rank, :rank], factor[:rank, rank:])
    null[order[rank:]] = np.eye(len(matrix) - rank)
    basis, _ = linalg.qr(null * scale[:, None], mode="economic")
    return np.asarray(basis, np.float64)


ROUNDED = 1e-10
"""Below this share of a unit diagonal, what is left of a pivot is rounding."""


def between(bread: Floats, meat: Floats) -> Floats:
    """Shape (p, p). The sandwich H⁺ B H⁺, exactly symmetric."""
    product: Floats = bread @ meat @ bread
    return 0.5 * (product + product.T)


def _level(matrix: Floats) -> float:
    return float(np.trace(matrix)) / len(matrix) or 1.0
