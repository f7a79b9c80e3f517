"""Take tables from other libraries: anything that exports Arrow, and pandas frames."""

from typing import Any, Protocol, runtime_checkable

import polars as pl

from tiltyard.battles.errors import VotesError


@runtime_checkable
class ArrowTable(Protocol):
    """A table that exports itself by the Arrow PyCapsule interface, as pyarrow's does."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return a capsule with an ArrowArrayStream."""


def to_polars(table: object, source: str) -> pl.DataFrame:
    """Return a table of any of these kinds as a polars frame.

    Parameters
    ----------
    table
        A polars DataFrame or LazyFrame, a pandas DataFrame, or any object that exports an Arrow
        stream (the PyCapsule interface). pandas needs no pyarrow for this.
    source
        What errors call it.

    Raises
    ------
    VotesError
        When it is none of these, or a column of it holds what no table of votes has.
    """
    if isinstance(table, pl.DataFrame):
        return table
    if isinstance(table, pl.LazyFrame):
        return table.collect()
    if type(table).__module__.partition(".")[0] == "pandas" and hasattr(table, "columns"):
        return _from_pandas(table, source)
    if isinstance(table, ArrowTable):
        return pl.DataFrame(table)
    raise VotesError(
        f"{source} is {type(table).__name__}, not a table: give a polars or pandas frame, "
        "or a table that exports Arrow."
    )


def _from_pandas(table: Any, source: str) -> pl.DataFrame:  # noqa: ANN401  # pandas is no dependency
    names = [str(name) for name in table.columns]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise VotesError(f"{source} has two columns {twice}; votes need each name once.")
    columns = [_column(name, table.iloc[:, number], source) for number, name in enumerate(names)]
    return pl.DataFrame(columns)


def _column(name: str, values: Any, source: str) -> pl.Series:  # noqa: ANN401  # pandas is no dependency
    try:
        column = _read(name, values)
    except (pl.exceptions.PolarsError, TypeError, ValueError) as error:
        raise VotesError(
            f"{source}, column {name}: holds {values.dtype}, which cannot be read ({error})."
        ) from error
    if column.dtype == pl.Object:
        raise VotesError(f"{source}, column {name}: holds {values.dtype}, which cannot be read.")
    return column


def _read(name: str, values: Any) -> pl.Series:  # noqa: ANN401  # pandas is no dependency
    if hasattr(values, "cat"):
        categories = pl.Series(values.cat.categories.to_numpy(object).tolist())
        codes = pl.Series(values.cat.codes.to_numpy().astype("int64"))
        return categories.gather(codes.replace(-1, None)).alias(name)
    if values.dtype.kind in "biuf" and not values.hasnans:
        return pl.Series(name, values.to_numpy())
    if values.dtype.kind == "M":
        zone = getattr(values.dtype, "tz", None)
        moments = values.dt.tz_convert("UTC").dt.tz_localize(None) if zone else values
        read = pl.Series(name, moments.to_numpy().astype("datetime64[us]"))
        return read.dt.replace_time_zone("UTC") if zone else read
    cells = values.to_numpy(object).tolist()
    return pl.Series(name, [None if _is_missing(cell) else cell for cell in cells], strict=False)


def _is_missing(value: object) -> bool:
    """Tell NaN and pandas' NA, which equal nothing, from values."""
    return value is None or type(value).__name__ in {"NAType", "NaTType"} or _is_nan(value)


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and value != value  # noqa: PLR0124  # only NaN differs from itself
