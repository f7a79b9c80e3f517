"""What a board is made of: standings, coefficients, diagnostics, and how it is written."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from scipy.special import ndtri

DECIMALS = 8
"""Places of the numbers in a board's JSON: finer than any use, coarser than rounding noise."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One model on a board.

    Parameters
    ----------
    model
        Its name in the votes.
    rating, lower, upper, standard_error
        On the recipe's scale; None when the votes do not determine them.
    rank
        The same as `rank_lower`.
    rank_lower, rank_upper
        The best (lowest number) and worst rank. By overlap, as leaderboards have them: 1 + the
        number of models whose lower bound lies above this one's upper bound, and likewise from
        below. Simultaneous: ranks that hold for all models at once.
    battles, wins, losses, ties
        Votes, unweighted and without self-battles; both-bad votes are among the ties.
    probability_best
        With simultaneous ranks: how likely it is that no rated model is stronger.
    tie_groups
        With simultaneous ranks: models that share a number cannot be told apart. Groups overlap,
        like the letters behind means in a table.
    """

    model: str
    rating: float | None
    lower: float | None
    upper: float | None
    standard_error: float | None
    rank: int | None
    rank_lower: int | None
    rank_upper: int | None
    battles: int
    wins: int
    losses: int
    ties: int
    probability_best: float | None = None
    tie_groups: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Coefficient:
    """The effect of something other than the models on who wins.

    Parameters
    ----------
    name
        The feature of a control (nats per unit of its scale), or the parameter of a tie model.
    estimate, lower, upper, standard_error
        With the recipe's confidence.
    p_value
        Two-sided, of no effect at all; None for parameters that are not effects.
    """

    name: str
    estimate: float
    lower: float
    upper: float
    standard_error: float | None = None
    p_value: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A filter that was applied: how many votes it dropped and kept, and why."""

    name: str
    dropped: int
    kept: int
    why: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval."""

    estimate: float
    lower: float
    upper: float
    standard_error: float

    @classmethod
    def normal(cls, estimate: float, standard_error: float, confidence: float) -> Self:
        """Give the interval that holds a normal estimate's truth with this confidence."""
        reach = float(ndtri(0.5 + 0.5 * confidence)) * standard_error
        return cls(estimate, estimate - reach, estimate + reach, standard_error)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something the reader of a board should know: a stable `kind`, a sentence, and for whom."""

    kind: str
    message: str
    models: tuple[str, ...]


def rounded(value: Any) -> Any:  # noqa: ANN401  # JSON is any of its types
    """Round every number within a JSON value to :data:`DECIMALS` places; no number is null."""
    if isinstance(value, float):
        return round(value, DECIMALS) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [rounded(inner) for inner in value]
    return value
