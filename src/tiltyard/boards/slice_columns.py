"""Which columns a slice may ask for: those of the battles table in a ledger, and the labels."""

from collections.abc import Mapping

import polars as pl

from tiltyard.battles.columns import SCHEMA
from tiltyard.labels.labellers import label_columns

SOURCE = "source"
"""Where a battle came from: the column of a ledger's battles table that published sets lack."""


def slice_columns() -> Mapping[str, pl.DataType]:
    """Give every column that a slice of an installation may ask for, with its type."""
    return {**pl.Schema(label_columns()), **SCHEMA, SOURCE: pl.String()}
