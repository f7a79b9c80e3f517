"""Columns inside columns: `category_tag/math_v0.1/math` is a field of a field of a column."""

import polars as pl

from tiltyard.boards.errors import RecipeError


def at_path(path: str) -> pl.Expr:
    """Give the expression of a column, or of a field within one."""
    outer, *inner = path.split("/")
    column = pl.col(outer)
    for name in inner:
        column = column.struct.field(name)
    return column


def type_at(frame: pl.DataFrame, path: str) -> pl.DataType | None:
    """Say what a path leads to; None when it leads nowhere."""
    outer, *inner = path.split("/")
    dtype = frame.schema.get(outer)
    for name in inner:
        dtype = _fields(dtype).get(name)
    return dtype


def has_values(frame: pl.DataFrame, path: str) -> bool:
    """Say whether a path leads to a column of values, not to a group of columns."""
    dtype = type_at(frame, path)
    return dtype is not None and not isinstance(dtype, pl.Struct)


def paths_within(frame: pl.DataFrame, path: str) -> list[str]:
    """List the paths to the values within a group of columns; the path itself if it is none."""
    fields = _fields(type_at(frame, path))
    inner = [one for name in fields for one in paths_within(frame, f"{path}/{name}")]
    return inner if fields else [path]


def number_at(frame: pl.DataFrame, path: str) -> pl.Expr:
    """Give a column of numbers, or the sum over the columns of a group, as floats.

    Raises
    ------
    RecipeError
        When there is something else than numbers, true and false.
    """
    dtype = type_at(frame, path)
    if isinstance(dtype, pl.Struct):
        parts = [number_at(frame, f"{path}/{name}") for name in _fields(dtype)]
        return pl.sum_horizontal(parts, ignore_nulls=False)
    if dtype is None or not (dtype.is_numeric() or dtype == pl.Boolean):
        raise RecipeError(f"The column {path} holds {dtype}, not numbers.")
    return at_path(path).cast(pl.Float64)


def _fields(dtype: pl.DataType | None) -> dict[str, pl.DataType]:
    if not isinstance(dtype, pl.Struct):
        return {}
    return {field.name: field.dtype for field in dtype.fields}  # type: ignore[misc]  # instances, once read
