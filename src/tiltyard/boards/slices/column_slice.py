"""Slices: which votes a board is about."""

import re
from collections.abc import Sequence

import polars as pl

from tiltyard.battles.table import Battles
from tiltyard.boards.errors import ConditionError, RecipeError
from tiltyard.boards.slices.conditions import Condition
from tiltyard.boards.slices.paths import at_path, has_values, paths_within

CONDITION = re.compile(r"(?P<column>.+?)(?P<test>!=|>=|<=|=|>|<)(?P<value>.*)", re.DOTALL)
SHOWN = 5


def slice_battles(battles: Battles, slices: Sequence[str], where: Sequence[str] = ()) -> Battles:
    """Keep the votes for which every slice holds, and every condition in SQL.

    A slice is the name of a column of true and false, or a column, one of ``= != < <= > >=``, and
    a value. A column inside another is reached by a slash, as in `category_tag/math_v0.1/math`.
    Votes that are null in the column are in none of its slices.

    Raises
    ------
    RecipeError
        When there is no such column, a number is compared with something else, or no vote is left.
    """
    frame = battles.frame
    for given in slices:
        kept = frame.filter(_holds(frame, given).fill_null(value=False))
        if kept.is_empty() and not frame.is_empty():
            raise RecipeError(_nothing_left(frame, given))
        frame = kept
    frame = _keep_where(frame, where)
    return battles if frame is battles.frame else Battles(frame, battles.notes)


def _keep_where(frame: pl.DataFrame, conditions: Sequence[str]) -> pl.DataFrame:
    for sql in conditions:
        try:
            condition = Condition.parse(sql)
            condition.refuse_unless_boolean(frame.schema)
            kept = frame.filter(condition.holds(frame))
        except ConditionError as error:
            raise RecipeError(str(error)) from error
        if kept.is_empty() and not frame.is_empty():
            raise RecipeError(f"No vote is left where {sql}.")
        frame = kept
    return frame


def columns_where(conditions: Sequence[str]) -> frozenset[str]:
    """Name the columns that conditions in SQL look at.

    Raises
    ------
    RecipeError
        When one is no condition.
    """
    try:
        return frozenset().union(*(Condition.parse(sql).columns for sql in conditions))
    except ConditionError as error:
        raise RecipeError(str(error)) from error


def column_of(given: str) -> str:
    """Name the column, or the path to one, that a slice looks at.

    >>> column_of("turn>=2"), column_of("is_code")
    ('turn', 'is_code')
    """
    match = CONDITION.fullmatch(given)
    return match["column"] if match else given


def missing_column(given: str, name: str, there: Sequence[str]) -> RecipeError:
    """Say that a slice asks for a column that is not there, and which are."""
    return RecipeError(
        f"The slice {given} asks for the column {name}, and the votes have none; "
        f"there are {', '.join(there)}."
    )


def _holds(frame: pl.DataFrame, given: str) -> pl.Expr:
    if has_values(frame, given):
        return _truth(frame, given)
    match = CONDITION.fullmatch(given)
    if match is None or not has_values(frame, match["column"]):
        name = match["column"] if match else given
        raise missing_column(given, name, _paths_near(frame, name))
    column, test, value = at_path(match["column"]), match["test"], match["value"]
    if test in {"=", "!="}:
        same = column.cast(pl.String) == value
        return same if test == "=" else ~same
    number = _number(given, value)
    compared = {">": column > number, "<": column < number, ">=": column >= number}
    if not frame.select(column).to_series().dtype.is_numeric():
        raise RecipeError(f"The slice {given} compares numbers, and the column holds none.")
    return compared.get(test, column <= number)


def _truth(frame: pl.DataFrame, name: str) -> pl.Expr:
    dtype = frame.select(at_path(name)).to_series().dtype
    if dtype != pl.Boolean:
        raise RecipeError(
            f"The slice {name} is a column of {dtype}, not of true and false: "
            f"add the value, as in {name}=VALUE."
        )
    return at_path(name)


def _number(given: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise RecipeError(f"The slice {given} compares with {value!r}, not a number.") from None


def _paths_near(frame: pl.DataFrame, name: str) -> list[str]:
    """List the paths in the group of columns that a path begins with, or else all columns."""
    outer = name.split("/", maxsplit=1)[0]
    return paths_within(frame, outer) if outer in frame.columns else _filled(frame)


def _filled(frame: pl.DataFrame) -> list[str]:
    return [name for name in frame.columns if frame[name].null_count() < frame.height]


def _nothing_left(frame: pl.DataFrame, given: str) -> str:
    match = CONDITION.fullmatch(given)
    if match is None or match["test"] != "=":
        return f"No vote is in the slice {given}."
    values = frame.select(at_path(match["column"]).cast(pl.String).alias("value")).to_series()
    counted = values.drop_nulls().value_counts().sort(["count", "value"], descending=[True, False])
    frequent = counted["value"].head(SHOWN).to_list()
    if not frequent:
        return f"No vote is in the slice {given}: the column {match['column']} is empty."
    return (
        f"No vote is in the slice {given}; the most frequent values of {match['column']} are "
        f"{', '.join(frequent)}."
    )
