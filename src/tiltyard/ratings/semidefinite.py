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


def between(bread: Floats, meat: Floats) -> Floats:
    """Shape (p, p). The sandwich H⁺ B H⁺, exactly symmetric."""
    product: Floats = bread @ meat @ bread
    return 0.5 * (product + product.T)


def _level(matrix: Floats) -> float:
    return float(np.trace(matrix)) / len(matrix) or 1.0
