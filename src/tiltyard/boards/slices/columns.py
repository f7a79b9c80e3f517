"""Which columns a slice may ask for: those of the battles table in a ledger, and the labels."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl

from tiltyard.battles.columns import SCHEMA
from tiltyard.labels.labellers import label_columns

SOURCE = "source"
"""Where a battle came from: the column of a ledger's battles table that published sets lack."""
ALIKE = ("count", "weight")
"""Columns in which all votes of a ledger are alike."""
WHOSE = ("voter", "battle_id")
"""Columns that say whose a vote is: nobody could make such a board again from a public ledger."""


def slice_columns() -> Mapping[str, pl.DataType]:
    """Give every column that a slice of an installation may ask for, with its type."""
    own = {name: dtype for name, dtype in SCHEMA.items() if name not in ALIKE + WHOSE}
    return {**pl.Schema(label_columns()), **own, SOURCE: pl.String()}


def sample_votes() -> pl.DataFrame:
    """Give three made-up votes: something in every column, as little as can be, and nothing.

    A condition that these cannot answer would fail on an installation's votes.
    """
    columns = slice_columns()
    values = {name: _sample(dtype) for name, dtype in columns.items()}
    return pl.DataFrame(values, schema=dict(columns))


def _sample(dtype: pl.DataType) -> list[Any]:
    if isinstance(dtype, pl.List):
        return [_sample(pl.String())[:1], [], None]
    if isinstance(dtype, pl.Enum):
        return [dtype.categories[0], dtype.categories[-1], None]
    if isinstance(dtype, pl.Datetime):
        return [
            datetime(2026, 11, 30, 12, 34, 56, tzinfo=UTC),
            datetime(2020, 1, 1, tzinfo=UTC),
            None,
        ]
    if dtype == pl.Boolean:
        return [True, False, None]
    return [3, 0, None] if dtype.is_numeric() else ["some text", "", None]
