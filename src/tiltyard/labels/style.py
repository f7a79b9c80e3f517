"""Style counts per side of each battle: length, headers, lists, bold."""

from typing import get_args

import polars as pl

from tiltyard.battles.conversations import answers
from tiltyard.battles.errors import VotesError
from tiltyard.battles.table import Battles
from tiltyard.labels.markdown_counts import (
    Counter,
    count_all_grammar,
    count_all_regex,
)

COUNTERS = {"regex_v1": count_all_regex, "grammar_v2": count_all_grammar}
PARTS = ("length", "headers", "lists", "bold")

UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
WORDS = rf"[{UNSPACED}]|[\w&&[^{UNSPACED}]]+|[^\w\s]"
"""A word, a punctuation mark, or one sign of a script that puts no spaces between words."""


def style_column(counter: Counter) -> str:
    """Name the column that holds the counts of one counter: `style_regex_v1`.

    Raises
    ------
    VotesError
        When there is no such counter.
    """
    if counter not in COUNTERS:
        raise VotesError(
            f"There is no markdown counter {counter}; there are {', '.join(get_args(Counter))}."
        )
    return f"style_{counter}"


def with_style(battles: Battles, counter: Counter) -> Battles:
    """Add the style of both sides' answers, counted from the conversations.

    Parameters
    ----------
    battles
        With conversations.
    counter
        `regex_v1`, the published one, or `grammar_v2`. Each has a column of its own.

    Returns
    -------
    Battles
        With a column named by :func:`style_column` that holds, for `a` and `b`, `length_a`,
        `headers_a`, `lists_a` and `bold_a`, and so on, as integers. Null where a row has no
        conversation. The length is in words and punctuation marks: not the tokens of the published
        sets, which stand in `conv_metadata`.

    Raises
    ------
    VotesError
        When there are no conversations, or no such counter.
    """
    name = style_column(counter)
    sides = [_counts(answers(battles.frame, side), side, counter) for side in "ab"]
    counted = pl.concat(sides, how="horizontal")
    known = pl.any_horizontal(pl.all().is_not_null())
    style = counted.select(pl.when(known).then(pl.struct(pl.all())).alias(name))
    return Battles(battles.frame.with_columns(style[name]), battles.notes)


def _counts(texts: pl.Series, side: str, counter: Counter) -> pl.DataFrame:
    """Count each different answer once."""
    texts = texts.alias("text")
    different = texts.unique().drop_nulls()
    found = COUNTERS[counter](different)
    table = found.select(
        different,
        different.str.count_matches(WORDS).cast(pl.Int64).alias("length"),
        "headers",
        (pl.col("ordered") + pl.col("unordered")).alias("lists"),
        (pl.col("stars") + pl.col("underscores")).alias("bold"),
    )
    joined = texts.to_frame().join(table, on="text", how="left", maintain_order="left")
    return joined.select(pl.col(part).alias(f"{part}_{side}") for part in PARTS)
