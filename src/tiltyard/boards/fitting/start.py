"""Where a fit may begin: at an earlier board of nearly the same votes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from tiltyard.ratings.intervals import points_per_nat
from tiltyard.ratings.pair_counts import Floats


@dataclass(frozen=True, slots=True)
class Start:
    """Strengths and coefficients in nats, by name; how long a fit takes depends on them alone.

    Parameters
    ----------
    strengths
        Of models; those that are not there begin at the mean.
    coefficients
        Of controls; those that are not there begin at zero.
    """

    strengths: Mapping[str, float]
    coefficients: Mapping[str, float]

    @classmethod
    def from_board(cls, board: Mapping[str, Any]) -> Self:
        """Take the ratings of a board as its JSON has them."""
        points = points_per_nat(board["recipe"]["scale"])
        rated = {row["model"]: row["rating"] for row in board["models"]}
        known = {model: rating / points for model, rating in rated.items() if rating is not None}
        mean = sum(known.values()) / max(len(known), 1)
        return cls(
            {model: strength - mean for model, strength in known.items()},
            {one["name"]: one["estimate"] for one in board["coefficients"]},
        )

    def strengths_of(self, names: Sequence[str]) -> Floats:
        """Shape (K,). The strengths of these models."""
        return np.array([self.strengths.get(name, 0.0) for name in names])

    def coefficients_of(self, names: Sequence[str]) -> Floats:
        """Shape (d,). The coefficients of these features."""
        return np.array([self.coefficients.get(name, 0.0) for name in names])
