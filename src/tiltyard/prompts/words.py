"""The words of prompts, in any script."""

import tomllib
from functools import cache
from importlib import resources

import polars as pl

READ_CHARS = 4_000
"""What a prompt is about stands at its beginning."""

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_PAIR = f"[{_UNSPACED}][{_UNSPACED}\\p{{M}}ー]"
_WORD = f"[\\p{{L}}\\p{{M}}--[{_UNSPACED}ー]]{{2,30}}"
_ENDING = r"^[\p{Hiragana}ー]{2}$"
"""What Japanese writes without a sign of its own is mostly grammar."""
_HEAD = f"[{_UNSPACED}]([{_UNSPACED}\\p{{M}}ー]+)"


@cache
def stop_words() -> frozenset[str]:
    """Words that name no topic, in a dozen languages."""
    text = resources.files("tiltyard.prompts").joinpath("stop_words.toml").read_text("utf-8")
    return frozenset(tomllib.loads(text)["words"].split())


def words_of(prompts: pl.Series) -> pl.DataFrame:
    """List the words of every prompt, each once.

    Words are runs of letters, in lower case; numbers, marks and single letters are none, and words
    that name no topic are left out. Scripts that put no spaces between words give every pair of
    neighbouring characters instead.

    Parameters
    ----------
    prompts
        N texts; of each the first 4,000 characters are read. Null is a text without words.

    Returns
    -------
    pl.DataFrame
        `prompt` (the row, from 0) and `word`, in that order.
    """
    text = prompts.cast(pl.String).str.head(READ_CHARS).str.to_lowercase()
    frame = pl.DataFrame(
        {"prompt": pl.int_range(len(text), dtype=pl.UInt32, eager=True), "text": text}
    )
    found = pl.concat(
        [
            frame.select(
                "prompt", pl.col("text").str.extract_all(f"{_PAIR}|{_WORD}").alias("word")
            ),
            # Pairs that begin at the other characters: the same without each run's first one.
            frame.select(
                "prompt",
                pl.col("text").str.replace_all(_HEAD, " $1 ").str.extract_all(_PAIR).alias("word"),
            ),
        ]
    )
    words = found.explode("word").drop_nulls().unique().sort("prompt", "word")
    grammar = pl.col("word").is_in(list(stop_words())) | pl.col("word").str.contains(_ENDING)
    return words.filter(~grammar)
