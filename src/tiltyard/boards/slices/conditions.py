"""Conditions on single votes, written as SQL: `hard AND language = 'de'`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import polars as pl

from tiltyard.boards.errors import ConditionError
from tiltyard.boards.slices.wording import wording_fault

NODES = frozenset({"Column", "Literal", "BinaryExpr", "Ternary", "Cast", "Function"})
"""What an expression that looks at one vote at a time is made of, by polars' names."""

FUNCTIONS = frozenset(
    {"Boolean", "StringExpr", "ListExpr", "TemporalExpr", "StructExpr", "Sql"}
    | {"Abs", "Ceil", "Coalesce", "FillNull", "Floor", "MaxHorizontal", "MinHorizontal", "Sign"}
)
"""The functions, or groups of functions, that look at one vote at a time."""

UNREADABLE = (pl.exceptions.PolarsError, pl.exceptions.PanicException)
"""What polars raises of a condition; some break it off in the middle (a panic)."""


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """Something that is true, false or unknown of each vote, whatever the other votes are.

    Parameters
    ----------
    sql
        As it was written.
    columns
        The columns it looks at.
    """

    sql: str
    columns: frozenset[str]
    expression: pl.Expr

    @classmethod
    def parse(cls, sql: str) -> Self:
        """Read a condition.

        >>> sorted(Condition.parse("hard AND language = 'de'").columns)
        ['hard', 'language']

        Raises
        ------
        ConditionError
            When it is no SQL expression, looks at more than one vote, or at the clock, or has more
            in it or other functions than :mod:`tiltyard.boards.slices.wording` allows.
        """
        fault = wording_fault(sql)
        if fault is not None:
            raise ConditionError(fault, sql)
        try:
            expression = pl.sql_expr(sql)
            strange = next(_strange(json.loads(expression.meta.serialize(format="json"))), None)
            columns = frozenset(expression.meta.root_names())
        except (*UNREADABLE, ValueError) as error:
            raise ConditionError(f"is not an SQL condition ({_first_line(error)})", sql) from error
        except RecursionError as error:
            raise ConditionError("is nested too deeply", sql) from error
        if strange is not None:
            raise ConditionError(
                f"asks for more than one vote at a time ({strange}): "
                "compare the columns of a vote with values or with each other",
                sql,
            )
        return cls(sql, columns, expression)

    def refuse_unless_boolean(self, schema: Mapping[str, pl.DataType]) -> None:
        """Refuse a condition that votes with these columns cannot answer.

        Raises
        ------
        ConditionError
            When there is no such column, values of different kinds are compared, or the answer is
            not true or false.
        """
        empty = pl.DataFrame({name: [None] for name in schema}, schema=dict(schema))
        self.holds(empty)

    def holds(self, frame: pl.DataFrame) -> pl.Series:
        """Say of each vote whether it holds; what is unknown does not.

        Raises
        ------
        ConditionError
            When there is no such column, values of different kinds are compared, or the answer is
            not true or false.
        """
        self._refuse_unless_there(frame.schema)
        seen = frame.select(_plain(name, frame.schema[name]) for name in sorted(self.columns))
        try:
            column = seen.select(self.expression.alias("holds")).to_series()
        except UNREADABLE as error:
            raise ConditionError(f"cannot be answered ({_first_line(error)})", self.sql) from error
        if column.dtype != pl.Boolean:
            raise ConditionError(f"gives {column.dtype}, not true or false", self.sql)
        return (column if self.columns else column.new_from_index(0, frame.height)).fill_null(
            value=False
        )

    def _refuse_unless_there(self, schema: Mapping[str, pl.DataType]) -> None:
        unknown = sorted(self.columns - schema.keys())
        if unknown:
            raise ConditionError(
                f"looks at the column {unknown[0]}, and the votes have none; "
                f"there are {', '.join(schema)}",
                self.sql,
            )


def hold_all(frame: pl.DataFrame, conditions: Sequence[Condition]) -> pl.Series:
    """Say of each vote whether all conditions hold."""
    held = pl.repeat(True, frame.height, dtype=pl.Boolean, eager=True)
    for condition in conditions:
        held &= condition.holds(frame)
    return held


def _plain(name: str, dtype: pl.DataType) -> pl.Expr:
    """Give dictionary-coded text as text, and moments in UTC without a zone, as SQL knows them."""
    if isinstance(dtype, pl.Categorical | pl.Enum):
        return pl.col(name).cast(pl.String)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
        return pl.col(name).dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return pl.col(name)


def _strange(node: Any) -> Iterator[str]:  # noqa: ANN401  # JSON is any of its types
    """Find in polars' own tree of an expression what does not look at one vote at a time."""
    if not isinstance(node, dict) or len(node) != 1:
        yield node if isinstance(node, str) else "something unknown"
        return
    (kind, inner), *_ = node.items()
    if kind not in NODES:
        yield kind
        return
    if kind == "Function":
        yield from _strange_function(inner["function"])
    for part in _parts(kind, inner):
        yield from _strange(part)


def _strange_function(function: Any) -> Iterator[str]:  # noqa: ANN401  # JSON is any of its types
    name = function if isinstance(function, str) else next(iter(function))
    within = None if isinstance(function, str) else function[name]
    whole = {"Any", "All"}  # over all votes, among the functions of true and false
    if name not in FUNCTIONS or (isinstance(within, dict) and whole & within.keys()):
        yield name


def _parts(kind: str, inner: Any) -> list[Any]:  # noqa: ANN401  # JSON is any of its types
    if kind in {"Column", "Literal"}:
        return []
    if kind == "Function":
        return list(inner["input"])
    if kind == "Cast":
        return [inner["expr"]]
    names = ("left", "right") if kind == "BinaryExpr" else ("predicate", "truthy", "falsy")
    return [inner[name] for name in names]


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
