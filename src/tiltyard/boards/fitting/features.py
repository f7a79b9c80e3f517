"""From columns of the battles table to the difference features that a board controls for."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import polars as pl

from tiltyard.boards.errors import RecipeError
from tiltyard.boards.recipes.controls import Control
from tiltyard.boards.slices.paths import number_at, type_at
from tiltyard.labels.markdown_counts import Counter
from tiltyard.labels.style import style_column

STYLE = ("length", "headers", "lists", "bold")

_OWN = dict.fromkeys(STYLE, "{name}_{side}")
_PUBLISHED = {
    "length": "conv_metadata/sum_assistant_{side}_tokens",
    "headers": "conv_metadata/header_count_{side}",
    "lists": "conv_metadata/list_count_{side}",
    "bold": "conv_metadata/bold_count_{side}",
}
_COUNTED = {
    counter: dict.fromkeys(STYLE, f"{style_column(counter)}/{{name}}_{{side}}")
    for counter in get_args(Counter)
}

STYLE_LABELLED: Mapping[str, str] = {
    **dict.fromkeys(STYLE, "style_{name}_{side}"),
    "length": "style_tokens_{side}",
}
"""The label columns that hold the four features of a style control."""

STYLE_SOURCES: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "style": (
        _OWN,
        STYLE_LABELLED,
        _OWN | {"length": "tokens_{side}"},
        _PUBLISHED,
        _COUNTED["regex_v1"],
    ),
    **{style_column(counter): (places,) for counter, places in _COUNTED.items()},
}
"""Where the four features of a style control may be, by the control's name.

All four come from the first place that has them all: counts by different rules are never mixed. A
group of columns, as the published counts of headers by level, is summed.
"""

PUBLISHED_AT: Mapping[str, tuple[str, ...]] = {
    "latency": ("metadata/latency_{side}",),
    "duration": ("metadata/duration_{side}",),
    "parameters": ("model_{side}_total_params",),
    "active_parameters": ("model_{side}_active_params",),
    "energy": ("metadata/conso_{side}", "total_conv_{side}_kwh"),
    "tokens": (
        "metadata/tokens_{side}",
        "total_conv_{side}_output_tokens",
        "conv_metadata/sum_assistant_{side}_tokens",
    ),
}
"""Where published sets keep the two sides of a control, beside `NAME_a` and `NAME_b`."""

BY_THEIR_NAME = (
    "metadata/{name}_{side}",
    "model_{side}_{name}",
    "total_conv_{side}_{name}",
    "conv_metadata/{name}_{side}",
)
"""How published sets name the sides of what is none of these, such as `total_tokens`."""


def places_of(control: str) -> tuple[str, ...]:
    """List the patterns of the paths at which the two sides of a control may be, in order."""
    return ("{name}_{side}", *PUBLISHED_AT.get(control, ()), *BY_THEIR_NAME)


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the regression.

    Parameters
    ----------
    name
        What its coefficient is called.
    control
        The control it belongs to.
    columns
        The columns of the counted votes it is made from: two sides, one difference, or none for
        the position.
    """

    name: str
    control: Control
    columns: tuple[str, ...]

    @classmethod
    def all_of(cls, controls: Sequence[Control], present: Sequence[str]) -> "list[Feature]":
        """List the features of controls over counted votes with the columns `present`."""
        names = [(name, control) for control in controls for name in feature_names(control)]
        return [cls(name, control, _columns(name, present)) for name, control in names]


def feature_names(control: Control) -> tuple[str, ...]:
    """Name the features of a control: four for the style, one for any other."""
    return STYLE if control.name in STYLE_SOURCES else (control.name,)


def refuse_unusable(votes: pl.DataFrame, columns: Sequence[str]) -> None:
    """Refuse numbers that no control can use, naming the first vote that has one.

    Raises
    ------
    RecipeError
        When a column holds NaN or infinite values.
    """
    for column in columns:
        place = (~votes[column].is_finite()).fill_null(value=False).arg_max() or 0
        value = votes[column][place] if votes.height else None
        if value is not None and not math.isfinite(value):
            one, other = (votes[side][place] for side in ("model_a", "model_b"))
            raise RecipeError(
                f"The column {column} holds {value} in vote {place + 1} ({one} against {other}; "
                "counted after slices and filters), which no control can use: mend it, or leave "
                "it empty."
            )


def feature_columns(frame: pl.DataFrame, controls: Sequence[Control]) -> list[pl.Expr]:
    """Give the expressions that take the columns of the controls out of a battles table.

    Raises
    ------
    RecipeError
        When the votes have no such columns, they hold no numbers, or two controls share one.
    """
    names = [name for control in controls for name in feature_names(control)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise RecipeError(f"Two controls have the feature {twice}: leave one of them out.")
    columns: list[pl.Expr] = []
    for control in controls:
        if control.name in STYLE_SOURCES:
            columns.extend(_style_columns(frame, control.name))
        elif control.name != "position":
            columns.extend(_source(frame, control.name))
    return columns


def find_style(frame: pl.DataFrame, control: str) -> Mapping[str, str] | None:
    """Find the first place that has all four features of a style control."""
    for places in STYLE_SOURCES[control]:
        if all(_sides(frame, places[name], name) for name in STYLE):
            return places
    return None


def _columns(name: str, present: Sequence[str]) -> tuple[str, ...]:
    if name == "position":
        return ()
    sides = (f"{name}_a", f"{name}_b")
    return sides if set(sides) <= set(present) else (name,)


def _style_columns(frame: pl.DataFrame, control: str) -> list[pl.Expr]:
    places = find_style(frame, control)
    if places is None:
        raise RecipeError(
            f"The votes have nothing to control {control} by: add the conversations, or columns "
            "length_a, length_b, and so on for headers, lists and bold."
        )
    return [column for name in STYLE for column in _sides(frame, places[name], name)]


def _source(frame: pl.DataFrame, name: str) -> list[pl.Expr]:
    for place in places_of(name):
        columns = _sides(frame, place, name)
        if columns:
            return columns
    if type_at(frame, name) is not None:
        return [number_at(frame, name).alias(name)]
    raise RecipeError(
        f"The votes have nothing to control {name} by: add the columns {name}_a and {name}_b, "
        f"or one column {name} with the difference."
    )


def _sides(frame: pl.DataFrame, place: str, name: str) -> list[pl.Expr]:
    """Take the two sides from a place; empty when it is not there."""
    paths = {side: place.format(name=name, side=side) for side in "ab"}
    if any(type_at(frame, path) is None for path in paths.values()):
        return []
    return [number_at(frame, path).alias(f"{name}_{side}") for side, path in paths.items()]
