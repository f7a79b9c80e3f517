"""How much the person wrote, and in how many turns."""

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from tiltyard.labels.labeller import Batch, ColumnType, Label
from tiltyard.labels.style import WORDS

LONG_TOKENS = 500
"""A query with more is long, and one with less than `SHORT_TOKENS` short: LMArena's limits."""
SHORT_TOKENS = 5


class ShapeLabeller:
    """Whether there were several turns, and whether the person wrote much or little in all."""

    name = "shape"
    version = "counts@1"
    columns: Mapping[str, ColumnType] = MappingProxyType(
        dict.fromkeys(("multi_turn", "long_query", "short_query"), pl.Boolean)
    )

    def label(self, batch: Batch) -> list[Label]:
        """Count turns, and words and punctuation marks."""
        tokens = pl.Series(batch.prompts, dtype=pl.String).str.count_matches(WORDS)
        return [
            Label(
                {
                    "multi_turn": len(one.asked) > 1,
                    "long_query": count > LONG_TOKENS,
                    "short_query": count < SHORT_TOKENS,
                }
            )
            for one, count in zip(batch, tokens, strict=True)
        ]
