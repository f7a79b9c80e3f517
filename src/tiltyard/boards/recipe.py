"""What to make of the votes, said completely: the same recipe and votes give the same board."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

from tiltyard.errors import TiltyardError


class RecipeError(TiltyardError):
    """A recipe that cannot be followed, or not with these votes."""

    status = 422
    title = "This recipe does not work"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A model whose rating is set to a given score; every other rating moves along with it."""

    model: str
    score: float


@dataclass(frozen=True, slots=True)
class Recipe:
    """How votes become ratings.

    Parameters
    ----------
    estimator
        `bradley-terry`: exact maximum likelihood.
    ties
        `half`: a tie and a both-bad vote are half a win for each.
    interval
        `sandwich`: normal intervals from the heteroskedasticity-robust covariance.
    confidence
        Coverage of each model's own interval, between 0 and 1.
    anchor
        A model and its score. Without one the rated models' mean is 1000. An anchor shifts all
        ratings and bounds alike; standard errors stay those of the sum-zero gauge, and ranks stay.
    scale
        Rating points that make the odds ten to one.

    Raises
    ------
    RecipeError
        When a number lies outside what it can be.
    """

    estimator: Literal["bradley-terry"] = "bradley-terry"
    ties: Literal["half"] = "half"
    interval: Literal["sandwich"] = "sandwich"
    confidence: float = 0.95
    anchor: Anchor | None = None
    scale: float = 400.0

    def __post_init__(self) -> None:
        if not 0 < self.confidence < 1:
            raise RecipeError(
                f"The confidence is {self.confidence:g}, but must lie between 0 and 1, as in 0.95."
            )
        if not (math.isfinite(self.scale) and self.scale > 0):
            raise RecipeError(f"The scale is {self.scale:g}, but must be a positive number.")
        if self.anchor is not None and not math.isfinite(self.anchor.score):
            raise RecipeError(f"The anchor's score is {self.anchor.score}, not a finite number.")

    @property
    def sha256(self) -> str:
        """Digest of the recipe as canonical JSON."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as JSON values, with its digest."""
        return {**asdict(self), "sha256": self.sha256}
