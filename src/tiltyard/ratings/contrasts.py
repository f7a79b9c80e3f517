"""How far strengths lie from what something else about the models would predict.

A straight line is laid through the models' strengths by least squares, each model counting once.
What is left over, r = (I - X(X'X)⁻¹X') theta, is a set of contrasts of the strengths, so the
covariance of the strengths gives the covariance of the residuals exactly: they are the residuals
of these models' true strengths from the line through these models' true strengths. Nothing is
assumed about other models, or about how residuals are spread.
"""

from dataclasses import dataclass

import numpy as np

from tiltyard.ratings.pair_counts import Floats
from tiltyard.ratings.scaling import FeatureError, refuse_unless_finite

LEVEL = 1e-9
"""Spread of a feature, as a share of its size, below which it is the same for all models."""


@dataclass(frozen=True, slots=True, eq=False)
class Residuals:
    """A least-squares line through strengths, and what is left over.

    Parameters
    ----------
    expected, residuals, errors
        Shape (K,). The line's values, the strengths less these, and the standard errors of the
        latter.
    slopes, slope_errors
        Shape (d,). Strength per unit of each feature.
    """

    expected: Floats
    residuals: Floats
    errors: Floats
    slopes: Floats
    slope_errors: Floats


def residuals_from_line(strengths: Floats, covariance: Floats, features: Floats) -> Residuals:
    """Lay a line through strengths and measure each model's distance from it.

    Parameters
    ----------
    strengths
        Shape (K,), in any unit and gauge.
    covariance
        Shape (K, K), in the square of that unit, in any gauge.
    features
        Shape (K, d). What is to predict them; an intercept is added.

    Raises
    ------
    FeatureError
        When there are not at least two models more than features, or a feature is not finite, the
        same for all models, or made of the others.
    """
    models, width = features.shape
    if models < width + 3:
        raise FeatureError(
            f"{models} models are too few for a line and something to measure from it: "
            f"{width + 3} are needed."
        )
    refuse_unless_finite(features)
    flat = np.ptp(features, axis=0) <= LEVEL * np.abs(features).max(axis=0)
    if flat.any():
        raise FeatureError("the same for all models.", np.flatnonzero(flat).tolist())
    centred = features - features.mean(axis=0)
    design = np.column_stack([np.ones(models), centred / centred.std(axis=0)])
    if np.linalg.matrix_rank(design) <= width:
        raise FeatureError("made of each other.", range(width))
    solve = np.linalg.pinv(design)
    hat = design @ solve
    left = np.eye(models) - hat
    slopes = solve[1:] / centred.std(axis=0)[:, None]
    return Residuals(
        hat @ strengths,
        left @ strengths,
        _errors(left, covariance),
        slopes @ strengths,
        _errors(slopes, covariance),
    )


def _errors(weights: Floats, covariance: Floats) -> Floats:
    variances = np.einsum("ij,jk,ik->i", weights, covariance, weights)
    errors: Floats = np.sqrt(np.maximum(variances, 0.0))
    return errors
