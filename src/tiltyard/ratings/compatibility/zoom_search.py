"""Find a step along a direction that meets the strong Wolfe conditions: bracket, then zoom.

Algorithms 3.5 and 3.6 of Nocedal & Wright 1999, "Numerical optimization", with the approximate
decrease condition of Hager & Zhang 2006. Constants and the order of trials are those of optax's
zoom line search, so that a minimiser built on it visits the same points.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tiltyard.ratings.pair_counts import Floats

MOST_TRIALS = 20
ENOUGH_DECREASE = 1e-4
FLAT_ENOUGH = 0.9
NEAR_START = 1e-6
SMALLEST_INTERVAL = 1e-5

Objective = Callable[[Floats], tuple[float, Floats]]


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A point along the line.

    Parameters
    ----------
    length
        Multiple of the direction.
    value, slope
        Of the objective there, along the line.
    gradient
        Of the objective there.
    """

    length: float
    value: float
    slope: float
    gradient: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The objective along a direction from a point."""

    objective: Objective
    point: Floats
    direction: Floats
    start: Trial

    def at(self, length: float) -> Trial:
        """Evaluate."""
        value, gradient = self.objective(self.point + length * self.direction)
        return Trial(length, value, float(gradient @ self.direction), gradient)

    def decreases(self, trial: Trial) -> bool:
        """Tell whether the value falls enough, or is level with the start on a falling slope."""
        promised = ENOUGH_DECREASE * trial.length * self.start.slope
        steep = trial.slope - (2 * ENOUGH_DECREASE - 1) * self.start.slope
        rise = trial.value - self.start.value
        return rise <= promised or max(steep, rise - NEAR_START * abs(self.start.value)) <= 0

    def is_flat(self, trial: Trial) -> bool:
        """Tell whether the slope has flattened enough."""
        return abs(trial.slope) <= FLAT_ENOUGH * abs(self.start.slope)

    def accepts(self, trial: Trial) -> bool:
        """Tell whether both conditions hold."""
        return self.decreases(trial) and self.is_flat(trial)


def zoom_search(line: Line) -> Trial:
    """Return the first trial that meets both conditions, or the best safe one of twenty."""
    safe: Trial | None = None
    before = line.start
    for number in range(MOST_TRIALS):
        trial = line.at(2 * before.length if number else 1.0)
        safe = trial if line.decreases(trial) else safe
        if line.accepts(trial):
            return trial
        if not line.decreases(trial) or (number and trial.value >= before.value):
            return _zoom(line, before, trial, safe, number + 1)
        if trial.slope >= 0:
            return _zoom(line, trial, before, safe, number + 1)
        before = trial
    return safe or before


def _zoom(line: Line, low: Trial, high: Trial, safe: Trial | None, used: int) -> Trial:
    """Narrow the interval between the best end, `low`, and the other."""
    third, middle = low, high
    for _ in range(used, MOST_TRIALS):
        narrow = abs(high.length - low.length) <= SMALLEST_INTERVAL
        middle = line.at(_inside(low, high, third))
        decreases = line.decreases(middle)
        if decreases and middle.value < (safe or line.start).value:
            safe = middle
        if decreases and line.is_flat(middle):
            return middle
        if narrow and safe is not None:
            return safe
        if not decreases or middle.value >= low.value:
            third, high = high, middle
        elif middle.slope * (high.length - low.length) >= 0:
            third, high, low = high, low, middle
        else:
            third, low = low, middle
    return safe or middle


def _inside(low: Trial, high: Trial, third: Trial) -> float:
    """Minimum of the cubic, else of the parabola, through the ends; else the midpoint."""
    left, right = sorted((low.length, high.length))
    for length, margin in ((_cubic(low, high, third), 0.2), (_parabola(low, high), 0.1)):
        if left + margin * (right - left) < length < right - margin * (right - left):
            return length
    return (low.length + high.length) / 2


def _cubic(low: Trial, high: Trial, third: Trial) -> float:
    """Minimum of the cubic with low's value and slope and the values of the others; may be NaN."""
    one, two = high.length - low.length, third.length - low.length
    rise_one = high.value - low.value - low.slope * one
    rise_two = third.value - low.value - low.slope * two
    with np.errstate(all="ignore"):
        scale = np.float64((one * two) ** 2 * (one - two))
        cube = (two**2 * rise_one - one**2 * rise_two) / scale
        square = (one**3 * rise_two - two**3 * rise_one) / scale
        root = np.sqrt(square * square - 3 * cube * low.slope)
        return float(low.length + (root - square) / (3 * cube))


def _parabola(low: Trial, high: Trial) -> float:
    """Minimum of the parabola with low's value and slope and high's value; may be NaN."""
    width = high.length - low.length
    with np.errstate(all="ignore"):
        bend = np.float64(high.value - low.value - low.slope * width) / width**2
        return float(low.length - low.slope / (2 * bend))
