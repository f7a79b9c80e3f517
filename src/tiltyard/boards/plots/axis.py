"""Axes: where a value lies between two edges, and at which round values to put marks."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Axis:
    """A map from values to pixels.

    Parameters
    ----------
    low, high
        The values at the edges; of their logarithms when `logarithmic`.
    start, end
        The pixels of the edges.
    logarithmic
        Whether equal distances are equal ratios.
    """

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    @classmethod
    def over(
        cls, values: Iterable[float], start: float, end: float, *, logarithmic: bool = False
    ) -> Self:
        """Make an axis that shows all values with a little room; at least one is needed."""
        scaled = [math.log10(value) if logarithmic else value for value in values]
        low, high = min(scaled), max(scaled)
        room = max(0.04 * (high - low), 0.05 if logarithmic else 1.0)
        return cls(low - room, high + room, start, end, logarithmic)

    def at(self, value: float) -> float:
        """Place a value."""
        scaled = math.log10(value) if self.logarithmic else value
        return self.start + (self.end - self.start) * (scaled - self.low) / (self.high - self.low)

    def marks(self, most: int = 7) -> list[float]:
        """Choose round values within the axis, about `most` or fewer."""
        if self.logarithmic:
            return _ratios(self.low, self.high, most)
        step = _step(self.high - self.low, most)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        return [number * step for number in range(first, last + 1)]


def _step(span: float, most: int) -> float:
    power = 10.0 ** math.floor(math.log10(span / most))
    return next(round_ * power for round_ in (1, 2, 5, 10) if span / (round_ * power) <= most)


def _ratios(low: float, high: float, most: int) -> list[float]:
    """Choose 1, 2, 5 times powers of ten, or powers alone where that is too many."""
    powers = range(math.floor(low), math.ceil(high) + 1)
    marks: list[float] = []
    for digits in ((1, 2, 5), (1, 3), (1,)):
        every = [digit * 10.0**power for power in powers for digit in digits]
        marks = [mark for mark in every if low <= math.log10(mark) <= high]
        if len(marks) <= most:
            break
    return marks
