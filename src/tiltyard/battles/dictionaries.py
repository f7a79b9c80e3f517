"""Columns of words as codes of a dictionary, and back."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

from tiltyard.battles.columns import SHARED


class Dictionary:
    """Words with codes: those that columns have in common already, or new ones of their own.

    The shared dictionary of the battles table may hold the words of other columns and files too;
    a new one holds nothing else.
    """

    def __init__(self, dtype: pl.Categorical) -> None:
        self._dtype = dtype
        # Without any series that has it, polars forgets a dictionary.
        self._kept = pl.Series([], dtype=dtype)

    @classmethod
    def of(cls, schema: pl.Schema, columns: Sequence[str]) -> Self:
        """Return the dictionary that columns have in common, or a new one to code them by."""
        shared = all(schema[column] == SHARED for column in columns)
        return cls(SHARED if shared else pl.Categorical(pl.Categories.random()))

    def code(self, column: str) -> pl.Expr:
        """Give a column as codes; one that has this dictionary already costs nothing."""
        given = pl.col(column)
        if self._dtype != SHARED:
            given = given.cast(pl.String).cast(self._dtype)
        return given.to_physical().alias(column)

    def words(self, codes: npt.NDArray[np.integer]) -> pl.Series:
        """Look codes up."""
        series = pl.Series(codes.astype(np.uint32), dtype=pl.UInt32)
        return series.cat.to(self._dtype).cast(pl.String)
