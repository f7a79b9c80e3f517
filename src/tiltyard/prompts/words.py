"""The words of prompts, in any script."""

import tomllib
from functools import cache
from importlib import resources

import polars as pl

READ_CHARS = 4_000
"""What a prompt is about stands at its beginning."""

_HAN = r"\p{Han}"
_JOINED = r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_PAIR = f"[{_HAN}]{{2}}|[{_JOINED}][{_JOINED}\\p{{M}}]"
_KANA = r"\p{Hiragana}\p{Katakana}ー"
_KATAKANA = r"\p{Katakana}[\p{Katakana}ー]{1,29}"
_WORD = f"{_KATAKANA}|[\\p{{L}}\\p{{M}}--[{_HAN}{_JOINED}{_KANA}]]{{2,30}}"
_RUN = f"[{_HAN}]([{_HAN}]+)|[{_JOINED}]([{_JOINED}\\p{{M}}]+)"

IS_PAIR = f"^({_PAIR})$"
"""A word that is two neighbours of a script without spaces, and part of a longer one perhaps."""


@cache
def stop_words() -> frozenset[str]:
    """Words that name no topic, in a dozen languages."""
    text = resources.files("tiltyard.prompts").joinpath("stop_words.toml").read_text("utf-8")
    return frozenset(tomllib.loads(text)["words"].split())


def read_texts(prompts: pl.Series) -> pl.Series:
    """Take what is read of prompts: their beginning, in lower case."""
    return prompts.cast(pl.String).str.head(READ_CHARS).str.to_lowercase()


def words_of(prompts: pl.Series) -> pl.DataFrame:
    """List the words of every prompt, each once.

    Words are runs of letters, in lower case; numbers, marks and single letters are none, and words
    that name no topic are left out. Of scripts that put no spaces between words, Han, Thai, Lao,
    Khmer and Burmese give every pair of neighbouring characters instead, katakana its runs, and
    hiragana nothing: what Japanese writes in it alone is mostly grammar.

    Parameters
    ----------
    prompts
        N texts; of each the first 4,000 characters are read. Null is a text without words.

    Returns
    -------
    pl.DataFrame
        `prompt` (the row, from 0) and `word`, in that order.
    """
    text = read_texts(prompts)
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
                pl.col("text").str.replace_all(_RUN, " $1$2 ").str.extract_all(_PAIR).alias("word"),
            ),
        ]
    )
    words = found.explode("word").drop_nulls().unique().sort("prompt", "word")
    return words.filter(~pl.col("word").is_in(list(stop_words())))
