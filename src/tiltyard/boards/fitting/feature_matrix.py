"""The numbers of difference features: the two sides compared, and scaled."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from tiltyard.boards.errors import RecipeError
from tiltyard.boards.fitting.features import Feature
from tiltyard.boards.recipes.controls import Control
from tiltyard.ratings.pair_counts import Floats
from tiltyard.ratings.scaling import Scales, normalised_difference, standard_scales

AS_IT_IS = Scales(np.zeros(()), np.ones(()))


def feature_matrix(
    votes: pl.DataFrame,
    features: Sequence[Feature],
    *,
    centred: bool = True,
    scales: Scales | None = None,
) -> Floats:
    """Shape (N, d). The scaled differences, side a less side b.

    Parameters
    ----------
    votes
        With the columns of the features.
    features
        What to make.
    centred
        Whether shares are z-scored, as published, or only divided by their standard deviation.
    scales
        Those of other votes, to be scaled alike; their own when left out.

    Raises
    ------
    RecipeError
        When a column holds what its scale cannot take, or is the same in every vote.
    """
    if scales is None:
        return scaled_features(votes, features, centred=centred)[0]
    columns = [_difference(votes, feature) for feature in features]
    return scales.of(np.column_stack(columns)) if columns else np.empty((votes.height, 0))


def scaled_features(
    votes: pl.DataFrame, features: Sequence[Feature], *, centred: bool = True
) -> tuple[Floats, Scales]:
    """Give the scaled differences as :func:`feature_matrix` does, and how they were scaled."""
    columns, scales = [], []
    for feature in features:
        difference = _difference(votes, feature)
        own = _scales(difference, feature, centred=centred)
        columns.append(own.of(difference))
        scales.append((own.shift, own.unit))
    matrix = np.column_stack(columns) if columns else np.empty((votes.height, 0))
    shift, unit = np.array(scales, np.float64).reshape(-1, 2).T
    return matrix, Scales(shift, unit)


def _scales(difference: Floats, feature: Feature, *, centred: bool) -> Scales:
    if not feature.columns:
        return AS_IT_IS
    if difference.size and np.ptp(difference) == 0:
        raise RecipeError(
            f"The control {feature.name} is the same in every vote, so it explains nothing: "
            "leave it out."
        )
    scale = feature.control.scale
    if scale == "unscaled" or not difference.size:
        return AS_IT_IS
    return standard_scales(difference, centred=centred and scale == "share")


def _difference(votes: pl.DataFrame, feature: Feature) -> Floats:
    if not feature.columns:
        return np.ones(votes.height)
    sides = [votes[column].cast(pl.Float64).to_numpy() for column in feature.columns]
    for column, values in zip(feature.columns, sides, strict=True):
        _check_finite(column, values)
    return _between(sides, feature)


def _between(sides: list[Floats], feature: Feature) -> Floats:
    scale = feature.control.scale
    if len(sides) == 1:
        if scale in {"share", "log"}:
            raise RecipeError(
                f"The control {feature.name} is one column that holds differences already; "
                f"the scale {scale} needs the two sides, {feature.name}_a and {feature.name}_b."
            )
        return sides[0]
    for column, values in zip(feature.columns, sides, strict=True):
        _check_sign(column, values, feature.control)
    a, b = sides
    if scale == "share":
        return normalised_difference(a, b)
    return np.log(a) - np.log(b) if scale == "log" else a - b


def _check_finite(column: str, values: Floats) -> None:
    if not np.isfinite(values).all():
        raise RecipeError(
            f"The column {column} holds NaN or infinite values, which no control can use: "
            "mend them, or leave them empty."
        )


def _check_sign(column: str, values: Floats, control: Control) -> None:
    if control.scale == "share" and (values < 0).any():
        raise RecipeError(
            f"The column {column} holds negative numbers; use {control.name}:difference."
        )
    if control.scale == "log" and (values <= 0).any():
        raise RecipeError(
            f"The column {column} holds zeros or negative numbers, which have no logarithm; "
            f"use {control.name}:share or {control.name}:difference."
        )
