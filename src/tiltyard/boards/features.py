"""From columns of the battles table to the difference features that a board controls for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from tiltyard.boards.controls import Control
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.paths import number_at, type_at
from tiltyard.ratings.pair_counts import Floats
from tiltyard.ratings.scaling import normalised_difference, standardise

STYLE = ("length", "headers", "lists", "bold")

PLACES: Mapping[str, tuple[str, ...]] = {
    "length": ("length_{}", "tokens_{}", "conv_metadata/sum_assistant_{}_tokens"),
    "headers": ("headers_{}", "conv_metadata/header_count_{}"),
    "lists": ("lists_{}", "conv_metadata/list_count_{}"),
    "bold": ("bold_{}", "conv_metadata/bold_count_{}"),
    "latency": ("latency_{}", "metadata/latency_{}"),
}
"""Where the two sides of a feature may be; a column's own name is looked up as `NAME_a`, `NAME_b`.

A place that holds a group of columns, as the published counts of headers by level, is summed.
"""


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
    return STYLE if control.name == "style" else (control.name,)


def feature_columns(frame: pl.DataFrame, controls: Sequence[Control]) -> list[pl.Expr]:
    """Give the expressions that take the columns of the controls out of a battles table.

    Raises
    ------
    RecipeError
        When the votes have no such columns, or they hold no numbers.
    """
    names = [name for control in controls for name in feature_names(control)]
    return [column for name in names if name != "position" for column in _source(frame, name)]


def feature_matrix(votes: pl.DataFrame, features: Sequence[Feature]) -> Floats:
    """Shape (N, d). The scaled differences, side a less side b.

    Raises
    ------
    RecipeError
        When a column holds what its scale cannot take, or is the same in every vote.
    """
    columns = [_scaled(votes, feature) for feature in features]
    return np.column_stack(columns) if columns else np.empty((votes.height, 0))


def _columns(name: str, present: Sequence[str]) -> tuple[str, ...]:
    if name == "position":
        return ()
    sides = (f"{name}_a", f"{name}_b")
    return sides if set(sides) <= set(present) else (name,)


def _source(frame: pl.DataFrame, name: str) -> list[pl.Expr]:
    for place in (*PLACES.get(name, ()), f"{name}_{{}}"):
        paths = [place.format(side) for side in "ab"]
        if all(type_at(frame, path) is not None for path in paths):
            named = zip(paths, (f"{name}_a", f"{name}_b"), strict=True)
            return [number_at(frame, path).alias(alias) for path, alias in named]
    if type_at(frame, name) is not None and name not in STYLE:
        return [number_at(frame, name).alias(name)]
    raise RecipeError(
        f"The votes have nothing to control {name} by: add the columns {name}_a and {name}_b"
        + ("." if name in STYLE else f", or one column {name} with the difference.")
    )


def _scaled(votes: pl.DataFrame, feature: Feature) -> Floats:
    if not feature.columns:
        return np.ones(votes.height)
    sides = [votes[column].cast(pl.Float64).to_numpy() for column in feature.columns]
    for column, values in zip(feature.columns, sides, strict=True):
        _check(column, values, feature.control)
    difference = _difference(sides, feature)
    if difference.size and np.ptp(difference) == 0:
        raise RecipeError(
            f"The control {feature.name} is the same in every vote, so it explains nothing: "
            "leave it out."
        )
    return difference if feature.control.scale == "unscaled" else standardise(difference)


def _difference(sides: list[Floats], feature: Feature) -> Floats:
    scale = feature.control.scale
    if len(sides) == 1:
        if scale in {"share", "log"}:
            raise RecipeError(
                f"The control {feature.name} is one column that holds differences already; "
                f"the scale {scale} needs the two sides, {feature.name}_a and {feature.name}_b."
            )
        return sides[0]
    a, b = sides
    if scale == "share":
        return normalised_difference(a, b)
    return np.log(a) - np.log(b) if scale == "log" else a - b


def _check(column: str, values: Floats, control: Control) -> None:
    if not np.isfinite(values).all():
        raise RecipeError(
            f"The column {column} holds NaN or infinite values, which no control can use: "
            "mend them, or leave them empty."
        )
    if control.scale == "share" and (values < 0).any():
        raise RecipeError(
            f"The column {column} holds negative numbers; use {control.name}:difference."
        )
    if control.scale == "log" and (values <= 0).any():
        raise RecipeError(
            f"The column {column} holds zeros or negative numbers, which have no logarithm; "
            f"use {control.name}:share or {control.name}:difference."
        )
