"""The leaderboard as a record: one arena, one slice, one recipe."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tiltyard.boards.recipe import Recipe

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
        1 + the number of models whose lower bound lies above this one's upper bound.
    rank_lower, rank_upper
        The best (lowest number) and worst rank that the intervals allow. With intervals of single
        models the best is `rank`.
    battles, wins, losses, ties
        Votes, unweighted and without self-battles; both-bad votes are among the ties.
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


@dataclass(frozen=True, slots=True)
class Coefficient:
    """The effect of something other than the models on who wins, in nats per unit."""

    name: str
    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something the reader of a board should know: a stable `kind`, a sentence, and for whom."""

    kind: str
    message: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A leaderboard and all that is needed to check it.

    Parameters
    ----------
    models
        Rated models by falling rating, then those without one by name.
    log_likelihood
        Of the votes among rated models at the estimate, in nats, ties as halves; None when no
        model could be rated.
    coefficients
        Estimated effects beside the models; empty for the plain Bradley-Terry model.
    diagnostics
        What could not be estimated, and what was left out.
    recipe
        How the board was made.
    data_sha256
        Digest of the counted votes; the order of the votes does not change it.
    version
        The version of Tiltyard that made it.
    """

    models: tuple[Standing, ...]
    log_likelihood: float | None
    coefficients: tuple[Coefficient, ...]
    diagnostics: tuple[Diagnostic, ...]
    recipe: Recipe
    data_sha256: str
    version: str

    @property
    def votes(self) -> int:
        """Votes between different models, rated or not."""
        return sum(standing.battles for standing in self.models) // 2

    @property
    def is_rated(self) -> bool:
        """Whether any model could be rated."""
        return self.log_likelihood is not None

    def to_dict(self) -> dict[str, Any]:
        """Return the board as JSON values, numbers rounded to :data:`DECIMALS` places."""
        values = asdict(self) | {"recipe": self.recipe.to_dict()}
        rounded: dict[str, Any] = _rounded(values)
        return rounded

    def to_json(self) -> str:
        """Return the board as indented JSON; the same votes and recipe give the same text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"


def _rounded(value: Any) -> Any:  # noqa: ANN401  # JSON is any of its types
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, Mapping):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_rounded(inner) for inner in value]
    return value
