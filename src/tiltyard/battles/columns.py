"""The columns of the battles table, and what published formats call them."""

import polars as pl

from tiltyard.battles.errors import CellError, VotesError
from tiltyard.battles.outcome import Outcome

OUTCOME = pl.Enum([outcome.value for outcome in Outcome])

SCHEMA: dict[str, pl.DataType] = {
    "battle_id": pl.String(),
    "arena": pl.Categorical(),
    "model_a": pl.Categorical(),
    "model_b": pl.Categorical(),
    "outcome": OUTCOME,
    "voter": pl.Categorical(),
    "voted_at": pl.Datetime("us", "UTC"),
    "turn": pl.Int32(),
    "count": pl.Int64(),
    "weight": pl.Float64(),
    "language": pl.Categorical(),
    "pair_probability": pl.Float64(),
    "policy": pl.Categorical(),
}

# column -> what it is called in the published formats, first match wins
ALIASES: dict[str, tuple[str, ...]] = {
    "battle_id": ("battle_id", "question_id", "comparison_id", "conversation_pair_id", "id"),
    "model_a": ("model_a", "model_a_name", "left"),
    "model_b": ("model_b", "model_b_name", "right"),
    "voter": ("voter", "judge", "judge_hash", "visitor_id", "worker"),
    "voted_at": ("voted_at", "tstamp", "timestamp"),
}

SHARED = pl.Categorical()
"""The dictionary that all columns of the battles table share."""

NEEDED = ("model_a", "model_b", "count", "weight")
END_OF_TIME = 253_402_300_800
"""Seconds from 1970 to the year 10000; a larger number is in other units."""
BEGIN_OF_TIME = -62_135_596_800
"""Seconds from 1970 back to the year 1, before which no calendar of Python's goes."""


def source_of(column: str, present: list[str]) -> str | None:
    """Return what `column` of the battles table is called among the columns `present`."""
    return next((name for name in ALIASES.get(column, (column,)) if name in present), None)


def first_row(mask: pl.Series) -> int | None:
    """Return the first row where `mask` is true."""
    return mask.arg_max() if mask.any() else None


def as_codes(column: pl.Series) -> pl.Series:
    """Dictionary-code a column; what is not text becomes text first."""
    if isinstance(column.dtype, pl.Categorical | pl.Enum):
        return column.cast(SHARED)
    return column.cast(pl.String).cast(SHARED)


def read_name(column: pl.Series, source: str) -> pl.Series:
    """Read a column of model names as Categorical; an empty name is an error."""
    if column.dtype.is_nested():
        raise VotesError(
            f"{source}, column {column.name}: holds {column.dtype}, not the names of models."
        )
    names = as_codes(column)
    missing = first_row(names.is_null() | (names == ""))
    if missing is not None:
        raise CellError(source, missing, column.name, "is empty; every vote names its two models")
    return names


MOST_VOTES = 2**53
"""Beyond it, whole numbers have gaps in double precision."""

MOST_WEIGHT = 1e100
"""Weights are squared for the covariance; far beyond it the square is no number."""


def read_count(column: pl.Series, source: str) -> pl.Series:
    """Read how many equal votes each row stands for: whole numbers, not negative."""
    numbers = _read_numbers(column, source)
    wrong = first_row((numbers != numbers.floor()) | (numbers > MOST_VOTES))
    if wrong is not None:
        given = f"{numbers[wrong]:g} is not a whole number of votes below 2^53"
        raise CellError(source, wrong, column.name, given)
    return numbers.cast(pl.Int64)


def read_weight(column: pl.Series, source: str) -> pl.Series:
    """Read how much each vote counts in the likelihood: finite numbers, not negative."""
    numbers = _read_numbers(column, source)
    wrong = first_row(numbers > MOST_WEIGHT)
    if wrong is not None:
        raise CellError(source, wrong, column.name, f"{numbers[wrong]:g} is too heavy a weight")
    return numbers


def _read_numbers(column: pl.Series, source: str) -> pl.Series:
    numbers = column.cast(pl.Float64, strict=False)
    wrong = first_row(~(numbers.is_finite() & (numbers >= 0)).fill_null(value=False))
    if wrong is not None:
        given = "is empty" if column[wrong] is None else f"{column[wrong]!r} is not allowed"
        raise CellError(
            source, wrong, column.name, f"{given}; allowed are finite numbers from 0 upwards"
        )
    return numbers


def read_time(column: pl.Series, source: str) -> pl.Series:
    """Read moments: seconds since 1970, ISO 8601 text, or datetimes (UTC where no zone is told)."""
    if column.dtype.is_numeric():
        seconds = column.cast(pl.Float64)
        seconds = seconds.set(~(seconds.abs() < END_OF_TIME).fill_null(value=False), None)
        moments = (seconds * 1e6).round().cast(pl.Int64).cast(pl.Datetime("us", "UTC"))
    elif column.dtype == pl.String:
        moments = column.str.to_datetime(time_unit="us", time_zone="UTC", strict=False)
    elif isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone is None:
        moments = column.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    else:
        moments = column.cast(pl.Datetime("us", "UTC"), strict=False)
    microseconds = moments.to_physical()
    real = microseconds.is_between(BEGIN_OF_TIME * 10**6, END_OF_TIME * 10**6, closed="left")
    wrong = first_row(~real.fill_null(value=False) & column.is_not_null())
    if wrong is not None:
        given = f"{_shown(column, wrong)} is not a time"
        allowed = "allowed are ISO 8601 text and seconds since 1970"
        raise CellError(source, wrong, column.name, f"{given}; {allowed}")
    return moments


def _shown(column: pl.Series, row: int) -> str:
    """Show a cell; a moment of a year that Python has no word for, as polars writes it."""
    cell = column.slice(row, 1)
    return repr((cell.cast(pl.String) if cell.dtype.is_temporal() else cell).item())


def read_other(column: pl.Series, dtype: pl.DataType, source: str) -> pl.Series:
    """Cast an optional column to its type in :data:`SCHEMA`."""
    read = as_codes(column) if dtype == pl.Categorical else column.cast(dtype, strict=False)
    wrong = first_row(read.is_null() & column.is_not_null())
    if wrong is not None:
        raise CellError(source, wrong, column.name, f"{column[wrong]!r} is not {dtype}")
    return read
