"""Votes as arithmetic reads them: names and outcomes by their numbers."""

from collections.abc import Sequence

import polars as pl

from tiltyard.battles.outcome import Outcome
from tiltyard.ratings.pair_counts import Indices

OUTCOMES = [outcome.value for outcome in Outcome]


def codes(column: pl.Series, words: Sequence[str]) -> Indices:
    """Give each word of a column its place in a list that holds all of them."""
    return column.cast(pl.Enum(words)).to_physical().cast(pl.Int64).to_numpy()
