"""Refuse values of the wrong type in a recipe, with the way to write the right one."""

from collections.abc import Mapping
from dataclasses import fields
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from tiltyard.boards.errors import RecipeError
from tiltyard.boards.recipes.controls import Control

if TYPE_CHECKING:
    from tiltyard.boards.recipes.recipe import Recipe

LISTS: Mapping[str, str] = {
    "slices": 'slices=("language=en",)',
    "where": "where=(\"language = 'en'\",)",
    "filters": 'filters=("anonymous",)',
    "controls": 'controls=(Control.parse("style"),)',
    "weights": 'weights=("pair-balanced",)',
    "cluster": 'cluster=("voter",)',
    "variants": 'variants=(Variants("gpt-4", 10),)',
    "intervals_for": 'intervals_for=("gpt-4",)',
}
"""How each list is written."""
WHOLE = ("rounds", "seed")
NUMBERS = ("confidence", "scale", "ridge", "half_life")
ANCHOR = 'anchor=Anchor("gpt-4", 1200)'


def check_types(recipe: "Recipe") -> None:
    """Refuse a recipe whose fields hold values of another kind.

    Raises
    ------
    RecipeError
        For the first of them, saying how it is written.
    """
    for field in fields(recipe):
        value = getattr(recipe, field.name)
        example = _expected(field.name, value)
        if example is not None:
            raise RecipeError(f"{field.name} is {value!r}: write it as {example}.")


def _expected(name: str, value: Any) -> str | None:  # noqa: ANN401  # whatever was given
    """Return how the field is written, None where the value may stay."""
    if name in LISTS:
        return None if _is_list(name, value) else LISTS[name]
    if name == "anchor":
        anchored = value is None or isinstance(getattr(value, "score", None), Real)
        return None if anchored else ANCHOR
    if name in WHOLE:
        return None if isinstance(value, Integral) else f"{name}=100, a whole number"
    if name in NUMBERS:
        missing = name == "half_life" and value is None
        return None if missing or isinstance(value, Real) else f"{name}=0.9, a number"
    return None


def _is_list(name: str, value: Any) -> bool:  # noqa: ANN401  # whatever was given
    if not isinstance(value, tuple):
        return False
    if name == "controls":
        return all(isinstance(one, Control) for one in value)
    if name == "variants":
        return all(isinstance(getattr(one, "tried", None), Integral) for one in value)
    return all(isinstance(one, str) for one in value)
