"""Prompts that are sent over and over: the published rule of the 99.99th percentile."""

import numpy as np
import polars as pl

from tiltyard.battles.conversations import PROMPT_CHARS, prompts
from tiltyard.battles.errors import VotesError
from tiltyard.battles.vote_hashes import vote_hashes

PERCENTILE = 0.9999


def sampled_duplicates(frame: pl.DataFrame, percentile: float = PERCENTILE) -> pl.Series:
    """Mark the votes to keep so that no prompt is more frequent than the percentile of prompts.

    Two prompts are the same when all turns of the person are, up to 10,000 characters. Of a prompt
    that occurs more often than the given percentile of all prompts do (linear interpolation), as
    many votes stay as that percentile. Which ones is decided by a hash of each vote, so it looks
    random, but neither the order of the votes nor the machine changes it.

    Parameters
    ----------
    frame
        With conversations, or a column `prompt`.
    percentile
        Between 0 and 1.

    Returns
    -------
    pl.Series
        True for votes to keep; votes without a prompt are kept.
    """
    if not 0 < percentile <= 1:
        raise VotesError(f"{percentile:g} is no percentile; allowed are numbers above 0, up to 1.")
    asked = prompt_of(frame)
    counts = asked.drop_nulls().value_counts(name="votes")
    kept = np.ones(frame.height, bool)
    if counts.is_empty():
        return pl.Series(kept)
    most = counts["votes"].quantile(percentile, "linear") or 0.0
    frequent = counts.filter(pl.col("votes") > most)[asked.name]
    crowded = asked.is_in(frequent.implode()).fill_null(value=False)
    for rows in _rows_by_prompt(asked, crowded):
        order = sorted(rows, key=dict(zip(rows, vote_hashes(frame[rows]), strict=True)).__getitem__)
        kept[order[int(most) :]] = False
    return pl.Series(kept)


def prompt_of(frame: pl.DataFrame) -> pl.Series:
    """Return what the person asked, from the column `prompt` or the conversations."""
    if "prompt" in frame.columns:
        return frame["prompt"].cast(pl.String).str.head(PROMPT_CHARS)
    return prompts(frame)


def _rows_by_prompt(asked: pl.Series, crowded: pl.Series) -> list[list[int]]:
    numbered = pl.DataFrame({"prompt": asked, "row": np.arange(len(asked))}).filter(crowded)
    return numbered.group_by("prompt").agg("row")["row"].to_list()
