"""What the fields of a recipe may be, and which of them do not go together."""

import math
from typing import TYPE_CHECKING, Literal, get_args

from tiltyard.boards.errors import RecipeError
from tiltyard.boards.recipes.types import check_types

if TYPE_CHECKING:
    from tiltyard.boards.recipes.recipe import Recipe

Estimator = Literal["bradley-terry", "rao-kupper", "davidson", "four-outcomes"]
Ties = Literal["half", "drop"]
IntervalKind = Literal["sandwich", "bootstrap"]
Gauge = Literal["sum-zero", "vote-weighted", "anchored"]
RankKind = Literal["overlap", "simultaneous"]
Weighting = Literal["pair-balanced", "inverse-propensity"]
Correction = Literal["sidak", "bonferroni"]

ALLOWED: dict[str, tuple[str, ...]] = {
    "estimator": get_args(Estimator),
    "ties": get_args(Ties),
    "interval": get_args(IntervalKind),
    "weights": get_args(Weighting),
    "gauge": get_args(Gauge),
    "ranks": get_args(RankKind),
    "correction": get_args(Correction),
}
MOST_CLUSTERINGS = 2
ROUNDS = 1000
MOST_ROUNDS = 10_000
"""More move no percentile, and take hours."""
SCALES = (1e-3, 1e6)
MOST_SCORE = 1e9
MOST_RIDGE = 1e12
MOST_CONDITIONS = 100


def check(recipe: "Recipe") -> None:
    """Refuse a recipe that means nothing.

    Raises
    ------
    RecipeError
        For the first field that is not one of those allowed, or does not go with another.
    """
    check_types(recipe)
    for name, allowed in ALLOWED.items():
        _check_allowed(name, getattr(recipe, name), allowed)
    _check_numbers(recipe)
    for name in ("controls", "cluster", "variants", "weights", "intervals_for"):
        _check_once(name, getattr(recipe, name))
    for fault, sentence in _faults(recipe):
        if fault:
            raise RecipeError(sentence)


def _check_allowed(name: str, given: str | tuple[str, ...], allowed: tuple[str, ...]) -> None:
    for value in (given,) if isinstance(given, str) else given:
        if value not in allowed:
            raise RecipeError(f"{name} is {value!r}; allowed are {', '.join(allowed)}.")


def _check_numbers(recipe: "Recipe") -> None:
    if not 0 < recipe.confidence < 1:
        raise RecipeError(
            f"The confidence is {recipe.confidence:g}, but must lie between 0 and 1, as in 0.95."
        )
    if not SCALES[0] <= recipe.scale <= SCALES[1]:
        raise RecipeError(
            f"The scale is {recipe.scale:g}, but must be a positive number: 0.001 to 1,000,000."
        )
    if recipe.anchor is not None and not math.isfinite(recipe.anchor.score):
        raise RecipeError(f"The anchor's score is {recipe.anchor.score}, not a finite number.")
    if recipe.anchor is not None and abs(recipe.anchor.score) > MOST_SCORE:
        raise RecipeError(f"The anchor's score is {recipe.anchor.score:g}, beyond a billion.")
    if not 0 <= recipe.ridge <= MOST_RIDGE:
        raise RecipeError(
            f"The ridge is {recipe.ridge:g}, but must be a number from 0 upwards, to 1e12."
        )
    if recipe.half_life is not None and not _positive(recipe.half_life):
        raise RecipeError(
            f"The half-life is {recipe.half_life:g} days, but must be a positive number."
        )


def _positive(number: float) -> bool:
    return math.isfinite(number) and number > 0


def _check_once(name: str, given: tuple[object, ...]) -> None:
    words = [getattr(one, "name", getattr(one, "model", one)) for one in given]
    twice = next((word for word in words if words.count(word) > 1), None)
    if twice is not None:
        raise RecipeError(f"{twice} is among the {name} twice.")


def _faults(recipe: "Recipe") -> list[tuple[bool, str]]:
    """Pair each way in which fields can contradict each other with its sentence."""
    name, ties = recipe.estimator, recipe.is_tie_model
    bootstrap = recipe.interval == "bootstrap"
    return [
        (
            recipe.rounds != ROUNDS and not bootstrap,
            f"{recipe.rounds} rounds are for the bootstrap, and the intervals are the sandwich's.",
        ),
        (recipe.rounds < 2, f"{recipe.rounds} bootstrap rounds have no spread: ask for 2 or more."),  # noqa: PLR2004  # one round has no spread
        (
            recipe.rounds > MOST_ROUNDS,
            f"{recipe.rounds:,} bootstrap rounds take too long: ask for {MOST_ROUNDS:,} at most.",
        ),
        (
            max(len(recipe.slices), len(recipe.where), len(recipe.filters)) > MOST_CONDITIONS,
            f"A recipe has at most {MOST_CONDITIONS} slices, conditions and filters each.",
        ),
        (recipe.seed < 0, f"The seed is {recipe.seed}, but must be a whole number from 0 upwards."),
        (
            ties and recipe.ties != "half",
            f"The estimator {name} models ties itself: do not drop them as well.",
        ),
        (
            ties and bool(recipe.controls),
            f"Controls work with the estimator bradley-terry, not with {name}.",
        ),
        (
            ties and bootstrap,
            f"The bootstrap works with the estimator bradley-terry, not with {name}.",
        ),
        (
            bootstrap and bool(recipe.controls),
            "Boards with controls have sandwich intervals: leave the bootstrap out.",
        ),
        (
            recipe.ridge != 0 and not recipe.controls,
            "A ridge shrinks the coefficients of controls, and there are none.",
        ),
        (
            recipe.correction != "sidak" and not recipe.variants,
            "A correction is for models that are the best of several variants: say which.",
        ),
        (
            len(recipe.cluster) > MOST_CLUSTERINGS,
            f"Votes cluster by at most {MOST_CLUSTERINGS} columns at once.",
        ),
        (
            bootstrap and len(recipe.cluster) > 1,
            "The bootstrap resamples one kind of cluster: name one, not two.",
        ),
        (
            recipe.gauge == "anchored" and recipe.anchor is None,
            "The gauge anchored needs an anchor: a model and its score.",
        ),
    ]
