"""Which columns a slice may ask for: those of the battles table in a ledger, and the labels."""

from collections.abc import Mapping

import polars as pl

from tiltyard.battles.columns import SCHEMA
from tiltyard.labels.labellers import label_columns

SOURCE = "source"
"""Where a battle came from: the column of a ledger's battles table that published sets lack."""

LABELS: dict[str, pl.DataType] = {
    **dict.fromkeys(
        (
            *("code", "maths", "creative_writing", "instruction_following"),
            *("multi_turn", "long_query", "short_query", "hard", "expert"),
            *("refusal_a", "refusal_b", "identity_leak_a", "identity_leak_b"),
        ),
        pl.Boolean(),
    ),
    "occupations": pl.List(pl.String),
    "verticals": pl.List(pl.String),
}


def slice_columns() -> Mapping[str, pl.DataType]:
    """Give every column that a slice of an installation may ask for, with its type."""
    labels = pl.Schema(label_columns())
    return {**LABELS, **labels, **SCHEMA, SOURCE: pl.String()}
