"""Style counts of both sides as labels, counted in two ways that are never mixed."""

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from tiltyard.labels.labeller import Batch, ColumnType, Label
from tiltyard.labels.markdown_counts import count_all_grammar, count_all_regex
from tiltyard.labels.style import WORDS

MARKS = ("headers", "lists", "bold")


class StyleLabeller:
    """Length, headers, list items and bold of each side's answers, as CommonMark reads them."""

    name = "style"
    version = "grammar@2"
    columns: Mapping[str, ColumnType] = MappingProxyType(
        {f"style_{part}_{side}": pl.Int64 for side in "ab" for part in ("tokens", *MARKS)}
    )

    def label(self, batch: Batch) -> list[Label]:
        """Count; the length is in words and punctuation marks."""
        return _labels([self._counts(batch, side) for side in "ab"])

    def _counts(self, batch: Batch, side: str) -> pl.DataFrame:
        texts = pl.Series(batch.answers(side), dtype=pl.String)
        tokens = texts.str.count_matches(WORDS).cast(pl.Int64)
        marks = _marks(count_all_grammar(texts), f"style_{{}}_{side}")
        return marks.insert_column(0, tokens.alias(f"style_tokens_{side}"))


class RegexStyleLabeller:
    """Headers, list items and bold of each side's answers, as LMArena's published sets count."""

    name = "style_regex"
    version = "regex@1"
    columns: Mapping[str, ColumnType] = MappingProxyType(
        {f"style_regex_{part}_{side}": pl.Int64 for side in "ab" for part in MARKS}
    )

    def label(self, batch: Batch) -> list[Label]:
        """Count with the published expressions, defects included."""
        return _labels([self._counts(batch, side) for side in "ab"])

    def _counts(self, batch: Batch, side: str) -> pl.DataFrame:
        texts = pl.Series(batch.answers(side), dtype=pl.String)
        return _marks(count_all_regex(texts), f"style_regex_{{}}_{side}")


def _marks(counts: pl.DataFrame, named: str) -> pl.DataFrame:
    return counts.select(
        pl.col("headers").alias(named.format("headers")),
        (pl.col("ordered") + pl.col("unordered")).alias(named.format("lists")),
        (pl.col("stars") + pl.col("underscores")).alias(named.format("bold")),
    )


def _labels(sides: list[pl.DataFrame]) -> list[Label]:
    return [Label(row) for row in pl.concat(sides, how="horizontal").iter_rows(named=True)]
