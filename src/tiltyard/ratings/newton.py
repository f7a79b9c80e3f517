"""Newton's method for log-likelihoods, with a way to tell a maximum from a climb without end.

When features or ties separate the votes perfectly, the likelihood rises for ever along some
direction while its gradient fades below any tolerance (Albert & Anderson 1984, "On the existence
of maximum likelihood estimates in logistic regression models"). The Newton step does not fade: at a
maximum it vanishes, without one it keeps its length. So the step decides, not the gradient alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from tiltyard.ratings.estimable import NotEstimableError
from tiltyard.ratings.pair_counts import Floats
from tiltyard.ratings.semidefinite import filled

MOST_STEPS = 100
SHORTEST_STEP = 2.0**-40


@dataclass(frozen=True, slots=True, eq=False)
class Slope:
    """A log-likelihood at one place.

    Parameters
    ----------
    value
        The log-likelihood; minus infinity outside the parameters' domain.
    gradient
        Shape (p,).
    information
        Shape (p, p). Minus the second derivatives.
    """

    value: float
    gradient: Floats
    information: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Summit:
    """A maximum: where, how it looks there, and how many Newton steps led to it."""

    at: Floats
    slope: Slope
    steps: int


def climb(
    evaluate: Callable[[Floats], Slope],
    start: Floats,
    null_space: Floats,
    weight: Floats,
    name: Callable[[int], str],
) -> Summit:
    """Maximise by Newton steps, halved until the value rises as much as its slope promises.

    The result does not depend on the start, to the last bit but for rare rounding: see
    :data:`GRID`.

    Parameters
    ----------
    evaluate
        The log-likelihood at parameters of shape (p,).
    start
        Shape (p,). Where to begin; inside the domain.
    null_space
        Shape (p, q). Orthonormal directions that change nothing; no step goes along them.
    weight
        Shape (p,). The total weight of the votes that bear on each parameter, times the size of
        its feature: the largest its gradient could be.
    name
        What to call a parameter in an error.

    Raises
    ------
    NotEstimableError
        When there is no finite maximum.
    """
    at, slope = start, evaluate(start)
    unit = np.diag(slope.information).copy()
    size, tolerance = np.inf, GRADIENT_TOLERANCE * np.minimum(1.0, weight)
    for step in range(MOST_STEPS):
        direction, damping = _direction(slope, null_space)
        moved = float(np.max(unit * direction**2, initial=0.0))
        weakest = float(np.min(unit[unit > 0], initial=np.inf))
        settled = damping == 0 and moved <= LONGEST_LAST_STEP * weakest
        before, size = size, float(np.abs(slope.gradient).max(initial=0.0))
        within = np.abs(slope.gradient) <= np.where(size < before / 2, tolerance, ROUNDING * weight)
        if settled and (within | (np.abs(slope.gradient) <= tolerance)).all():
            if is_flat(slope.information, unit, null_space):
                break
            start = on_grid(at + direction, np.diag(slope.information))
            return _from_grid(evaluate, start, null_space, step)
        at, slope = _uphill(evaluate, at, slope, direction)
    direction, _ = _direction(slope, null_space)
    raise NotEstimableError(
        "The likelihood has no finite maximum: something separates the votes perfectly "
        f"({name(int(np.argmax(unit * direction**2)))} still moves after {step + 1} steps); "
        "leave it out, penalise it, or collect votes that contradict it."
    )


FLAT = 1e-12
"""Below this share of what the votes could tell, what they tell along a direction is rounding."""


def is_flat(information: Floats, unit: Floats, null_space: Floats) -> bool:
    """Say whether the votes tell nothing along some direction outside of the null space.

    Far out on a climb without end the slope drowns in rounding, and the step with it: what was to
    tell it from a maximum is gone. What is left there is that the information is.

    Parameters
    ----------
    information
        Shape (p, p). Where the climb has come to.
    unit
        Shape (p,). Its diagonal where the climb began.
    null_space
        As for :func:`climb`.
    """
    scale = np.where(unit > 0, unit, 1.0) ** -0.5
    matrix = filled(information, null_space) * np.outer(scale, scale)
    factor, failed = linalg.lapack.dpotrf(matrix)
    if failed:
        return True
    conditioned, _ = linalg.lapack.dpocon(factor, float(np.abs(matrix).sum(axis=0).max()))
    return bool(conditioned < FLAT)


GRADIENT_TOLERANCE = 1e-9
ROUNDING = 64 * float(np.finfo(np.float64).eps)
"""Share of the weight of a gradient's votes that is left when only rounding is."""

LONGEST_LAST_STEP = 1e-6
"""Squared length of the last step, in units where the weakest parameter at the start has one."""


GRID = 20
"""At the top, each parameter is rounded to a power of two of about 2**-20 of its standard error
alone, and one last Newton step is taken from there.

Whatever way led to the top, it ends at the same point of the grid, and so at the same bits.
"""


def on_grid(at: Floats, unit: Floats) -> Floats:
    """Round as :data:`GRID` says; `unit` is the diagonal of the information at the top."""
    exponent = np.round(-0.5 * np.log2(np.where(unit > 0, unit, 1.0))) - GRID
    rounded: Floats = np.ldexp(np.round(np.ldexp(at, -exponent.astype(int))), exponent.astype(int))
    return rounded


def _from_grid(
    evaluate: Callable[[Floats], Slope], start: Floats, null_space: Floats, steps: int
) -> Summit:
    start -= null_space @ (null_space.T @ start)
    direction, _ = _direction(evaluate(start), null_space)
    at = start + direction
    return Summit(at, evaluate(at), steps)


def _direction(slope: Slope, null_space: Floats) -> tuple[Floats, float]:
    """Newton's direction; where the information is not positive definite, damped until it is."""
    matrix = filled(slope.information, null_space)
    unit = np.abs(np.diag(matrix))
    for damping in (0.0, *DAMPINGS):
        try:
            factor = linalg.cho_factor(matrix + np.diag(damping * unit) if damping else matrix)
        except linalg.LinAlgError:
            continue
        direction: Floats = linalg.cho_solve(factor, slope.gradient)
        direction -= null_space @ (null_space.T @ direction)
        return direction, damping
    return np.asarray(slope.gradient / np.maximum(unit, 1e-300), np.float64), np.inf


DAMPINGS = tuple(10.0 ** np.arange(-12, 3))


def _uphill(
    evaluate: Callable[[Floats], Slope], at: Floats, slope: Slope, direction: Floats
) -> tuple[Floats, Slope]:
    promise = float(slope.gradient @ direction)
    rounding = 1e-13 * abs(slope.value)
    length = 1.0
    while True:
        there = evaluate(at + length * direction)
        if there.value >= slope.value + 1e-4 * length * promise - rounding:
            break
        if length < SHORTEST_STEP:
            break
        length /= 2
    return at + length * direction, there
