"""The geometry of a forest plot: where a rating and its interval lie, in per cent of the width."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

MARGIN = 0.04
"""Free space on each side, as a share of the range."""

LARGEST_TICK_COUNT = 5


@dataclass(frozen=True, slots=True)
class Tick:
    """One labelled position on the axis."""

    label: str
    x: str


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a model's interval lies in the plot, in per cent of its width."""

    lower: str
    rating: str
    upper: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear map from ratings to per cent of the plot's width."""

    low: float
    high: float

    def x(self, rating: float) -> str:
        """Place `rating`, as an SVG percentage with two decimals."""
        return f"{100 * (rating - self.low) / (self.high - self.low):.2f}%"

    def interval(self, lower: float, rating: float, upper: float) -> Interval:
        """Place a rating with its interval."""
        return Interval(self.x(lower), self.x(rating), self.x(upper))

    def ticks(self) -> tuple[Tick, ...]:
        """Mark the axis at round ratings, at most :data:`LARGEST_TICK_COUNT` of them."""
        step = tick_step(self.high - self.low)
        first = math.ceil(self.low / step)
        last = math.floor(self.high / step)
        return tuple(Tick(f"{k * step:g}", self.x(k * step)) for k in range(first, last + 1))


def tick_step(span: float, most: int = LARGEST_TICK_COUNT) -> float:
    """Find the smallest 1, 2 or 5 times a power of ten that cuts `span` into few parts."""
    power = 10.0 ** math.floor(math.log10(span / most))
    return next(m * power for m in (1, 2, 5, 10) if span / (m * power) <= most)


def scale_over(ratings: Iterable[float]) -> Scale:
    """Make the scale that shows all `ratings` with a margin; at least one is needed."""
    values = list(ratings)
    low, high = min(values), max(values)
    room = max((high - low) * MARGIN, 1.0)
    return Scale(low - room, high + room)
