"""Minimise with limited-memory BFGS, stopping early as arena-rank does.

Algorithm 7.4 of Nocedal & Wright 1999, "Numerical optimization", with a memory of ten steps.
"""

from collections import deque

import numpy as np

from tiltyard.ratings.compatibility.zoom_search import Line, Objective, Trial, zoom_search
from tiltyard.ratings.pair_counts import Floats

MEMORY = 10
MOST_STEPS = 1000
TOLERANCE = 1e-9

Step = tuple[Floats, Floats, float]
"""Change of the point, change of the gradient, and one over their product."""


def minimise(objective: Objective, start: Floats) -> Floats:
    """Minimise from `start`.

    It stops when no element of the gradient exceeds 1e-9, or when the last *two* steps together
    have changed the value by less than 1e-9 (of it, where it is above one).

    Parameters
    ----------
    objective
        Value and gradient at a point, shape (p,).
    start
        Shape (p,).

    Returns
    -------
    Floats
        Shape (p,). Short of the minimum by as much as that rule allows.
    """
    steps: deque[Step] = deque(maxlen=MEMORY)
    point = start
    value, gradient = objective(point)
    two_ago = np.inf
    for _ in range(MOST_STEPS):
        direction = -_times_inverse_hessian(gradient, steps)
        here = Trial(0.0, value, float(direction @ gradient), gradient)
        there = zoom_search(Line(objective, point, direction, here))
        moved = there.length * direction
        bend = there.gradient - gradient
        product = float(bend @ moved)
        steps.append((moved, bend, 1 / product if product else 0.0))
        point = point + moved
        change = abs(there.value - two_ago) / max(abs(there.value), abs(two_ago), 1.0)
        done = np.abs(there.gradient).max() < TOLERANCE or change < TOLERANCE
        two_ago, value, gradient = value, there.value, there.gradient
        if done:
            break
    return point


def _times_inverse_hessian(gradient: Floats, steps: deque[Step]) -> Floats:
    """Apply the approximate inverse Hessian that the remembered steps imply."""
    vector, shares = gradient, []
    for moved, bend, weight in reversed(steps):
        share = weight * float(moved @ vector)
        vector = vector - share * bend
        shares.append(share)
    vector = _first_guess(gradient, steps) * vector
    for (moved, bend, weight), share in zip(steps, reversed(shares), strict=True):
        vector = vector + (share - weight * float(bend @ vector)) * moved
    return vector


def _first_guess(gradient: Floats, steps: deque[Step]) -> float:
    """Curvature along the last step; before any step, at most one unit of length."""
    if not steps:
        return 1.0 / max(1.0, float(np.linalg.norm(gradient)))
    moved, bend, _ = steps[-1]
    size = float(bend @ bend)
    return float(bend @ moved) / size if size > 0 else 1.0
