"""The logistic likelihood of points in 0 … 1, vote by vote, without cancellation or overflow."""

from dataclasses import dataclass

import numpy as np

from tiltyard.ratings.pair_counts import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Logistic:
    """What votes contribute at given logits; all of shape (N,).

    Parameters
    ----------
    losses
        Minus the log-likelihood, -(y ln p + (1 - y) ln(1 - p)).
    residuals
        y - p, to full relative precision where it is small.
    variances
        p (1 - p), likewise.
    """

    losses: Floats
    residuals: Floats
    variances: Floats


def logistic(points: Floats, logits: Floats) -> Logistic:
    """Evaluate points y, 1 for a win of the side the logits favour, at p = 1 / (1 + exp(-logits)).

    Everything is made of exp(-abs(logit)), which never overflows; the likelier side's probability
    is one minus the other's, so that the small one keeps its digits.
    """
    small = np.exp(-np.abs(logits))
    lesser = small / (1.0 + small)
    losses = np.log1p(small) + np.maximum(logits, 0.0) - points * logits
    return Logistic(losses, _residuals(points, logits, lesser), lesser * (1.0 - lesser))


def residuals(points: Floats, logits: Floats) -> Floats:
    """Shape (N,). y - p alone."""
    small = np.exp(-np.abs(logits))
    return _residuals(points, logits, small / (1.0 + small))


def _residuals(points: Floats, logits: Floats, lesser: Floats) -> Floats:
    ahead = ~np.signbit(logits)
    return (points - ahead) + np.copysign(lesser, logits)
