"""Which prompts are looked at together: those of one language, and how many topics each gets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from tiltyard.ratings.pair_counts import Indices

UNKNOWN = "unknown"
"""What the labeller of languages says when it cannot tell."""
LEAST_SHARE = 0.25
"""A language with so much of what a topic has on average is looked at by itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Tongue:
    """Prompts that are looked at together.

    Parameters
    ----------
    language
        Theirs; None for those of small languages and of unknown ones, which are together.
    prompts
        Their numbers, rising.
    groups
        How many topics are looked for among them.
    """

    language: str | None
    prompts: Indices
    groups: int


def language_known(language: pl.Expr, texts: pl.Series) -> pl.Expr:
    """Take a language label for what it says; null where it says nothing, or cannot be right.

    Short Chinese is taken for Japanese now and then, which is hardly written without kana.
    """
    kana = texts.fill_null("").str.contains(r"[\p{Hiragana}\p{Katakana}]")
    is_wrong = (language == "ja") & ~pl.lit(kana)
    told = pl.when(is_wrong | (language == UNKNOWN)).then(None).otherwise(language)
    return told.alias("language")


def by_tongue(languages: pl.Series, heard: Indices, wanted: int) -> Sequence[Tongue]:
    """Part the prompts that have words by language, and share the topics out among them.

    Each language of its own gets at least one topic, so there may be a few more than wanted.

    Parameters
    ----------
    languages
        Of all prompts; null where it is not known.
    heard
        The numbers of those that have words.
    wanted
        How many topics are looked for in all.
    """
    frame = pl.DataFrame({"prompt": heard, "language": languages.gather(heard)})
    least = max(2.0, LEAST_SHARE * heard.size / wanted)
    small = pl.col("language").is_null() | (pl.len().over("language") < least)
    tongue = pl.when(small).then(None).otherwise(pl.col("language"))
    parted = frame.select("prompt", tongue.alias("language"))
    parts = {
        language: part["prompt"].sort().to_numpy()
        for (language,), part in parted.group_by("language")
    }
    ordered = sorted(parts, key=lambda language: (language is None, language or ""))
    groups = shared_out({one: parts[one].size for one in ordered}, wanted)
    return [Tongue(one, parts[one], min(groups[one], parts[one].size)) for one in ordered]


def shared_out(prompts: Mapping[str | None, int], wanted: int) -> dict[str | None, int]:
    """Share topics out by how many prompts there are, at least one each.

    Where several languages are together they get two at least: they are no one thing.
    """
    every = sum(prompts.values())
    return {
        language: max(1 if language else 2, round(wanted * count / every))
        for language, count in prompts.items()
    }


def sampled(size: int, most: int, seed: int) -> Indices:
    """Which of many rows are looked at to find directions and centres."""
    if size <= most:
        return np.arange(size)
    random = np.random.default_rng(seed)
    return np.sort(random.choice(size, most, replace=False))
