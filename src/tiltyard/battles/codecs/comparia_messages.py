"""Messages as compar:IA publishes them."""

from collections.abc import Mapping

import polars as pl

from tiltyard.battles.conversations import conversation_column, has_conversations, messages

METADATA = pl.Struct(
    {"generation_id": pl.String, "output_tokens": pl.Int64, "duration": pl.Float64}
)
MESSAGE: dict[str, pl.DataType] = {
    "role": pl.String(),
    "content": pl.String(),
    "reasoning_content": pl.String(),
    "metadata": METADATA,
}
CONVERSATION = pl.List(pl.Struct(MESSAGE))
QUALITIES = (
    "useful",
    "complete",
    "creative",
    "clear_formatting",
    "incorrect",
    "superficial",
    "instructions_not_followed",
)


def both_sides(pattern: str, dtype: pl.DataType) -> dict[str, pl.DataType]:
    """Give two columns, one per side, of one type."""
    return {pattern.format(side): dtype for side in "ab"}


def conversations(frame: pl.DataFrame, fields: Mapping[str, pl.DataType]) -> dict[str, pl.Series]:
    """Give what each side said as messages with these fields, by side; empty if nothing came along.

    A field that the messages do not have, or have as something else, is null.
    """
    if not has_conversations(frame):
        return {}
    return {side: _with_fields(frame, side, fields) for side in "ab"}


def _with_fields(frame: pl.DataFrame, side: str, fields: Mapping[str, pl.DataType]) -> pl.Series:
    column = conversation_column(frame, side)
    if column.dtype == pl.List(pl.Struct(fields)):
        return column
    had = _fields(column.dtype)
    if had.get("content") != pl.String:
        column = messages(frame, side)
        had = _fields(column.dtype)
    message = pl.element().struct
    told = pl.struct(
        message.field(name) if had.get(name) == dtype else pl.lit(None, dtype).alias(name)
        for name, dtype in fields.items()
    )
    return column.to_frame().select(pl.col(column.name).list.eval(told)).to_series()


def _fields(dtype: pl.DataType) -> Mapping[str, object]:
    if not (isinstance(dtype, pl.List) and isinstance(dtype.inner, pl.Struct)):
        return {}
    return dtype.inner.to_schema()
