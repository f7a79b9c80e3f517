"""What a published schema is, and how a battles table is laid out in one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from tiltyard.battles.conversations import (
    MESSAGES,
    conversation_column,
    has_conversations,
    messages,
)
from tiltyard.battles.notes import Note
from tiltyard.battles.outcome import Outcome
from tiltyard.battles.table import Battles

Document = pl.DataFrame | list[dict[str, Any]] | dict[str, Any]
"""What is written: a table, JSON lines, or one JSON object."""


def as_it_is(frame: pl.DataFrame) -> pl.DataFrame:
    """Leave a frame alone: most schemas are read by the names of their columns."""
    return frame


def nothing_to_say(_: pl.DataFrame) -> tuple[Note, ...]:
    """Note nothing: most schemas can be read without leaving anything out."""
    return ()


@dataclass(frozen=True, slots=True)
class Codec:
    """One published schema.

    Parameters
    ----------
    name
        As `write_battles` calls it.
    signature
        Columns that together occur in no other schema; a table that has them is of this one.
    write
        Lays a battles table out.
    prepare
        Adds to a table of this schema what the battles table needs and it says in another way.
    reads
        The columns that `prepare` needs.
    notes
        What is to be said about a table of this schema before `prepare`.
    """

    name: str
    signature: frozenset[str]
    write: Callable[[Battles], Document]
    prepare: Callable[[pl.DataFrame], pl.DataFrame] = field(default=as_it_is)
    reads: tuple[str, ...] = ()
    notes: Callable[[pl.DataFrame], tuple[Note, ...]] = field(default=nothing_to_say)


LMARENA = {
    Outcome.A: "model_a",
    Outcome.B: "model_b",
    Outcome.TIE: "tie",
    Outcome.BOTH_BAD: "tie (bothbad)",
}
"""The labels of the 33k and 100k sets; 140k and expert-5k write `both_bad`."""

LMARENA_2025 = LMARENA | {Outcome.BOTH_BAD: "both_bad"}


def labels(battles: Battles, spelled: Mapping[Outcome, str]) -> pl.Series:
    """Spell the outcomes as a schema does."""
    spelling = {outcome.value: label for outcome, label in spelled.items()}
    return battles.frame["outcome"].cast(pl.String).replace(spelling)


def laid_out(
    frame: pl.DataFrame, columns: Mapping[str, pl.DataType], made: Mapping[str, pl.Series]
) -> pl.DataFrame:
    """Lay a battles table out in the columns of a schema.

    Parameters
    ----------
    frame
        Of the battles table.
    columns
        The schema's columns in their order, with the types they have where the table lacks them.
    made
        Columns that the battles table calls otherwise. The rest is taken as it is, under its name,
        and is null where the table has no such column.
    """
    parts = []
    for name, dtype in columns.items():
        column = made.get(name, frame[name] if name in frame.columns else None)
        if column is None:
            column = pl.repeat(None, frame.height, dtype=dtype, eager=True)
        if isinstance(column.dtype, pl.Categorical | pl.Enum):
            column = column.cast(pl.String)
        parts.append(column.cast(dtype) if dtype.is_numeric() else column)
    return pl.DataFrame([part.alias(name) for name, part in zip(columns, parts, strict=True)])


def plain_conversations(battles: Battles) -> dict[str, pl.Series]:
    """Return the conversations as messages whose content is text, where the table has any."""
    return {
        f"conversation_{side}": column
        for side in "ab"
        if (column := _shaped(battles.frame, side, with_parts=False)) is not None
    }


def conversations_of_parts(battles: Battles) -> dict[str, pl.Series]:
    """Return the conversations as messages made of typed parts, where the table has any."""
    return {
        f"conversation_{side}": column
        for side in "ab"
        if (column := _shaped(battles.frame, side, with_parts=True)) is not None
    }


PART = pl.Struct({"type": pl.String, "text": pl.String, "image": pl.String, "mimeType": pl.String})
PLAIN = MESSAGES
OF_PARTS = pl.List(pl.Struct({"role": pl.String, "content": pl.List(PART)}))


def _shaped(frame: pl.DataFrame, side: str, *, with_parts: bool) -> pl.Series | None:
    if not has_conversations(frame):
        return None
    column = conversation_column(frame, side)
    dtype = column.dtype
    if isinstance(dtype, pl.List) and isinstance(dtype.inner, pl.Struct):
        content = dtype.inner.to_schema().get("content")
        if content is not None and isinstance(content, pl.List) == with_parts:
            return column
    said = messages(frame, side)
    if not with_parts:
        return said
    message = pl.element().struct
    text = message.field("content")
    part = pl.struct(
        pl.lit("text").alias("type"),
        text.alias("text"),
        pl.lit(None, pl.String).alias("image"),
        pl.lit(None, pl.String).alias("mimeType"),
    )
    made = pl.struct(message.field("role"), pl.concat_list(part).alias("content"))
    return said.to_frame().select(pl.col(said.name).list.eval(made)).to_series()
