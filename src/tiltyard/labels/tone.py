"""The tone of each side's answers, and how many emoji they have."""

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from tiltyard.labels.labeller import Batch, ColumnType, Label
from tiltyard.labels.words import for_polars, read_words

TONES = {tone: for_polars(words) for tone, words in read_words("tone").items()}
EXCLAMATIONS = r"[!\x{FF01}]"
MANY = 5.0
"""From this many exclamation marks in a thousand characters on, a text is enthusiastic."""
FEW_CHARS = 250
"""A text counts as at least this long: one mark in a short text is no mood."""
PICTURES = r"\x{1F300}-\x{1FAFF}\x{2600}-\x{27BF}"
CLOCKS = r"\x{2B50}\x{2B55}\x{231A}\x{231B}\x{23E9}-\x{23FA}"
SKIN = r"[\x{FE0F}\x{1F3FB}-\x{1F3FF}]*"
EMOJI = (
    r"[\x{1F1E6}-\x{1F1FF}]{2}|[0-9#*]\x{FE0F}?\x{20E3}"
    rf"|[{PICTURES}{CLOCKS}]{SKIN}(?:\x{{200D}}[{PICTURES}]{SKIN})*"
)
"""One sign as people see it: flags, keycaps, and faces joined to families are one each."""


class ToneLabeller:
    """The tone of each side, and its emoji.

    `enthusiastic` praises or exclaims, `apologetic` excuses itself, `warm` offers help or comfort;
    the first of these that holds, in the order apologetic, enthusiastic, warm, or else `neutral`.
    """

    name = "tone"
    version = "rules@1"
    columns: Mapping[str, ColumnType] = MappingProxyType(
        {"tone_a": pl.String, "tone_b": pl.String, "emoji_a": pl.Int64, "emoji_b": pl.Int64}
    )

    def label(self, batch: Batch) -> list[Label]:
        """Look for what such answers say, in nine languages, and count."""
        texts = pl.DataFrame(
            {side: batch.answers(side) for side in "ab"}, dict.fromkeys("ab", pl.String)
        )
        found = texts.select(
            *(_tone(pl.col(side)).alias(f"tone_{side}") for side in "ab"),
            *(_emoji(pl.col(side)).alias(f"emoji_{side}") for side in "ab"),
        )
        return [Label(row) for row in found.iter_rows(named=True)]


def _tone(text: pl.Expr) -> pl.Expr:
    length = text.str.len_chars().clip(lower_bound=FEW_CHARS)
    exclaims = text.str.count_matches(EXCLAMATIONS) * 1000 / length >= MANY
    return (
        pl.when(text.str.contains(TONES["apologetic"]))
        .then(pl.lit("apologetic"))
        .when(exclaims | text.str.contains(TONES["enthusiastic"]))
        .then(pl.lit("enthusiastic"))
        .when(text.str.contains(TONES["warm"]))
        .then(pl.lit("warm"))
        .otherwise(pl.lit("neutral"))
    )


def _emoji(text: pl.Expr) -> pl.Expr:
    return text.str.count_matches(EMOJI).cast(pl.Int64)
