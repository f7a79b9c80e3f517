"""The leaderboard as a record: one arena, one slice, one recipe."""

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from scipy.special import ndtri

from tiltyard.boards.errors import RecipeError
from tiltyard.boards.fitting.counted import Counted
from tiltyard.boards.preference import preference
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.records import (
    Coefficient,
    Diagnostic,
    Estimate,
    Standing,
    Step,
    rounded,
)
from tiltyard.boards.saved.saving import write_board
from tiltyard.ratings.pair_counts import Floats


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
    filters
        The steps that votes went through, in order.
    covered
        The rated models that have a covariance: all, but for very many models. Not in the JSON.
    covariance
        Shape (C, C), in points squared, of the models in `covered`. Not in the JSON: a saved board
        has it in a file of its own.
    counted
        The votes as the recipe saw them. Not in the JSON either.
    """

    models: tuple[Standing, ...]
    log_likelihood: float | None
    coefficients: tuple[Coefficient, ...]
    diagnostics: tuple[Diagnostic, ...]
    recipe: Recipe
    data_sha256: str
    version: str
    filters: tuple[Step, ...] = ()
    covered: tuple[str, ...] = field(default=(), repr=False, compare=False)
    covariance: Floats | None = field(default=None, repr=False, compare=False)
    counted: Counted | None = field(default=None, repr=False, compare=False)

    @property
    def rated(self) -> tuple[Standing, ...]:
        """The models that have a rating."""
        return tuple(standing for standing in self.models if standing.rating is not None)

    @property
    def votes(self) -> int:
        """Votes between different models, rated or not."""
        return sum(standing.battles for standing in self.models) // 2

    @property
    def is_rated(self) -> bool:
        """Whether any model could be rated."""
        return self.log_likelihood is not None

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a board from the directory it was saved in, or from its JSON alone.

        Raises
        ------
        SavedBoardError
            When there is no board, or what is there cannot be read.
        """
        # Here, since what it needs takes longer to load than most boards to be made.
        from tiltyard.boards.saved.reading import read_board  # noqa: PLC0415

        return cls(**read_board(path))

    def save(self, directory: str | Path) -> None:
        """Write the board, its votes and a manifest; the same board gives the same bytes.

        Parameters
        ----------
        directory
            Made if it is not there. A board saved there before is overwritten.

        Raises
        ------
        SavedBoardError
            When the board was read from JSON alone, or nothing can be written there.
        """
        write_board(self, directory)

    def difference(self, model: str, other: str) -> Estimate:
        """How many points `model` is above `other`, with the interval of that difference.

        It is narrower than the two models' own intervals suggest, and the same in every gauge.

        Raises
        ------
        RecipeError
            When one of them has no rating, or the board has no covariance.
        """
        covariance = self.covariance
        if covariance is None:
            raise RecipeError("This board was read without its covariance: rank the votes again.")
        first, second = (self._place_of(name) for name in (model, other))
        ratings = {standing.model: standing.rating or 0.0 for standing in self.rated}
        apart = ratings[model] - ratings[other]
        variance = covariance[first, first] + covariance[second, second]
        error = math.sqrt(max(float(variance) - 2.0 * float(covariance[first, second]), 0.0))
        return Estimate.normal(apart, error, self.recipe.confidence)

    def win_probability(self, model: str, other: str) -> Estimate:
        """How likely `model` is to be preferred to `other`, with its interval.

        With ties as halves it is the expected share of the points; in a model of ties the chance
        of winning where there is a winner. The interval is that of :meth:`difference`, carried
        over, other parameters held at their estimates; the standard error is its half-width over z.

        Raises
        ------
        RecipeError
            As :meth:`difference` does.
        """
        apart = self.difference(model, other)
        per_point = math.log(10.0) / self.recipe.scale
        level = self._level_of(model, other)
        parameters = {one.name: one.estimate for one in self.coefficients}
        chance, lower, upper = (
            preference(self.recipe.estimator, per_point * points, level, parameters)
            for points in (apart.estimate, apart.lower, apart.upper)
        )
        width = 2.0 * float(ndtri(0.5 + 0.5 * self.recipe.confidence))
        return Estimate(chance, lower, upper, (upper - lower) / width)

    def to_dict(self) -> dict[str, Any]:
        """Return the board as JSON values, numbers rounded to :data:`DECIMALS` places."""
        values = {
            name: [asdict(one) for one in getattr(self, name)]
            for name in ("models", "coefficients", "diagnostics", "filters")
        }
        ordered = {
            "models": values["models"],
            "log_likelihood": self.log_likelihood,
            "coefficients": values["coefficients"],
            "diagnostics": values["diagnostics"],
            "recipe": self.recipe.to_dict(),
            "data_sha256": self.data_sha256,
            "version": self.version,
            "filters": values["filters"],
        }
        values_rounded: dict[str, Any] = rounded(ordered)
        return values_rounded

    def to_json(self) -> str:
        """Return the board as indented JSON; the same votes and recipe give the same text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"

    def _level_of(self, model: str, other: str) -> float:
        """Nats that the middle of two models lies above the mean of all rated ones."""
        ratings = {standing.model: standing.rating or 0.0 for standing in self.rated}
        mean = sum(ratings.values()) / len(ratings)
        middle = 0.5 * (ratings[model] + ratings[other])
        return math.log(10.0) / self.recipe.scale * (middle - mean)

    def _place_of(self, model: str) -> int:
        if model not in self.covered:
            raise RecipeError(f"{model} has no rating with an interval on this board.")
        return self.covered.index(model)
