"""What to make of the votes, said completely: the same recipe and votes give the same board."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from tiltyard.boards.errors import RecipeError
from tiltyard.boards.recipes.checks import (
    ROUNDS,
    Correction,
    Estimator,
    Gauge,
    IntervalKind,
    RankKind,
    Ties,
    Weighting,
    check,
)
from tiltyard.boards.recipes.controls import Control

__all__ = ["Anchor", "Recipe", "RecipeError", "Variants"]

FIRST_FIELDS = frozenset({"estimator", "ties", "interval", "confidence", "anchor", "scale"})
"""What a recipe had when the first boards were published: always part of its digest."""


MOST_TRIED = 1_000_000


def _as_floats(record: object, *names: str) -> None:
    """Make whole numbers floats, so that 900 and 900.0 are the same recipe with one digest."""
    for name in names:
        if isinstance(getattr(record, name), int):
            object.__setattr__(record, name, float(getattr(record, name)))


@dataclass(frozen=True, slots=True)
class Anchor:
    """A model whose rating is set to a given score; every other rating moves along with it."""

    model: str
    score: float

    def __post_init__(self) -> None:
        _as_floats(self, "score")


@dataclass(frozen=True, slots=True)
class Variants:
    """A model that is the best of several which its maker tried in private.

    Its interval is widened to the level at which the intervals of that many tries all hold with
    the recipe's confidence.
    """

    model: str
    tried: int

    def __post_init__(self) -> None:
        if not 1 <= self.tried <= MOST_TRIED:
            raise RecipeError(
                f"{self.model} cannot be the best of {self.tried} variants: say 1 or more, "
                f"and {MOST_TRIED:,} at most."
            )


@dataclass(frozen=True, slots=True)
class Recipe:
    """How votes become ratings.

    Parameters
    ----------
    estimator
        `bradley-terry`; or a model of ties: `rao-kupper`, `davidson`, or `four-outcomes` with
        ties and both-bad votes apart. All are exact maximum likelihood.
    ties
        Only for `bradley-terry`. `half`: a tie and a both-bad vote are half a win for each.
        `drop`: they are left out.
    interval
        `sandwich`: normal intervals from the heteroskedasticity-robust covariance.
        `bootstrap`: percentile intervals of `rounds` resampled fits.
    confidence
        Coverage of each model's own interval, between 0 and 1.
    anchor
        A model and its score. Without one the gauge's zero is at 1000. An anchor shifts all
        ratings and bounds alike; what happens to standard errors is the gauge's affair.
    scale
        Rating points that make the odds ten to one.
    slices
        Which votes: each `COLUMN=VALUE`, or the name of a column of true and false. All must hold.
    where
        Which votes, by conditions in SQL, as slices declared in a file have them. All must hold.
    filters
        Steps of :mod:`tiltyard.battles.filters` by name, in this order.
    controls
        What is held constant beside the models. Only for `bradley-terry` with ties as halves or
        dropped.
    ridge
        Penalty on the squares of the controls' coefficients, in units of votes; 0 shrinks nothing.
    weights
        `pair-balanced`: 1 / max(n, 50) for each vote of a pair with n votes.
        `inverse-propensity`: 1 / `pair_probability`.
    half_life
        Days after which a vote counts half, reckoned from the newest vote; None for no decay.
    rounds, seed
        How many bootstrap rounds, and where all random numbers start.
    cluster
        Columns (at most two) within whose values votes may depend on each other: `voter`,
        `prompt`, `session`, or any other. Covariances are then robust to that.
    gauge
        Where zero is, from which standard errors and intervals are reckoned: `sum-zero`, the mean
        of the rated models; `vote-weighted`, their mean weighted by votes, which few votes cannot
        move; `anchored`, the anchor, which then has an error of zero.
    ranks
        `overlap`: ranks by which single intervals overlap, as leaderboards show them.
        `simultaneous`: sets of ranks that hold for all models at once with the recipe's confidence.
    variants
        Models that are the best of several tried in private: their own intervals, and with them
        their ranks by overlap, are wider. Simultaneous ranks and differences are not.
    correction
        How much wider: `sidak`, exact for independent tries, or `bonferroni`, safe for any.
    intervals_for
        With more than 2,000 models: those that need an interval. With fewer, all have one.

    Raises
    ------
    RecipeError
        When a value is none of those allowed, or two of them do not go together.
    """

    estimator: Estimator = "bradley-terry"
    ties: Ties = "half"
    interval: IntervalKind = "sandwich"
    confidence: float = 0.95
    anchor: Anchor | None = None
    scale: float = 400.0
    slices: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    controls: tuple[Control, ...] = ()
    ridge: float = 0.0
    weights: tuple[Weighting, ...] = ()
    half_life: float | None = None
    rounds: int = ROUNDS
    seed: int = 0
    cluster: tuple[str, ...] = ()
    gauge: Gauge = "sum-zero"
    ranks: RankKind = "overlap"
    variants: tuple[Variants, ...] = ()
    correction: Correction = "sidak"
    intervals_for: tuple[str, ...] = ()
    where: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _as_floats(self, "confidence", "scale", "ridge", "half_life")
        check(self)

    @property
    def is_tie_model(self) -> bool:
        """Whether ties have a likelihood of their own instead of being halves."""
        return self.estimator != "bradley-terry"

    @property
    def needs_single_votes(self) -> bool:
        """Whether counts by pair are not enough."""
        return bool(self.controls or self.cluster)

    @property
    def needs_only_votes(self) -> bool:
        """Whether models, outcomes, counts and weights are all that it looks at."""
        asked = (self.slices, self.where, self.filters, self.controls, self.cluster, self.half_life)
        return not any(asked) and "inverse-propensity" not in self.weights

    @property
    def sha256(self) -> str:
        """Digest of the recipe as canonical JSON.

        Fields that came after the first published boards are in it only where they differ from
        their defaults, so that new fields leave the digests of old recipes as they were.
        """
        text = json.dumps(_said(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as JSON values, with its digest."""
        values = {name: _listed(value) for name, value in asdict(self).items()}
        return {**values, "sha256": self.sha256}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read a recipe back from :meth:`to_dict`.

        Raises
        ------
        RecipeError
            When there are fields that this version of Tiltyard does not know.
        """
        given = {name: value for name, value in values.items() if name != "sha256"}
        unknown = given.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise RecipeError(
                f"The recipe has {', '.join(sorted(unknown))}, which this version of Tiltyard "
                "does not know: it was written by a newer one."
            )
        for name, value in given.items():
            given[name] = _record(name, value)
        return cls(**given)


def _record(name: str, value: Any) -> Any:  # noqa: ANN401  # JSON is any of its types
    if name == "anchor":
        return None if value is None else Anchor(**value)
    if name in {"controls", "variants"}:
        kind = Control if name == "controls" else Variants
        return tuple(kind(**one) for one in value)
    return tuple(value) if isinstance(value, list) else value


def _listed(value: Any) -> Any:  # noqa: ANN401  # JSON is any of its types
    return list(value) if isinstance(value, tuple) else value


def _said(recipe: Recipe) -> dict[str, Any]:
    values = asdict(recipe)
    return {
        field.name: values[field.name]
        for field in fields(recipe)
        if field.name in FIRST_FIELDS or getattr(recipe, field.name) != field.default
    }
