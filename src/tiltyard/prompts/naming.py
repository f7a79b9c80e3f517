"""Names of topics: words that many of their people wrote, and few others.

A class-based TF-IDF that counts people instead of occurrences, so that nobody names a topic alone.
"""

import polars as pl

from tiltyard.prompts.words import IS_PAIR, stop_words

NAMING_WORDS = 4
CANDIDATES = 30
"""This many words of each topic are tried as names, the most telling first."""
LONGEST = {"han": 6, "joined": 14}
"""Characters of a name that grew from a pair, by its script: Han, or one of the Thai family."""
TOGETHER = 0.6
"""A pair grows while so many of its people wrote the same character beside it."""


def topic_names(
    words: pl.DataFrame, groups: pl.DataFrame, texts: pl.Series, least: int
) -> dict[int, tuple[str, ...]]:
    """Choose each topic's words by how many of its people wrote them, and how few others did.

    A word that the topic's prompts have no more often than all prompts of their language counts
    little: it is the language's, not the topic's.

    Parameters
    ----------
    words
        `prompt`, `word`, and its `rarity` in the language.
    groups
        `prompt`, `topic` and `voter` of the prompts that are in one.
    texts
        Of all prompts, as words were read in them.
    least
        How many people must have written a name, within its topic.
    """
    told = _telling(words, groups, least)
    return {
        topic: _chosen(
            found["word"].to_list(), groups.filter(pl.col("topic") == topic), texts, least
        )
        for (topic,), found in told.group_by("topic", maintain_order=True)
    }


def _telling(words: pl.DataFrame, groups: pl.DataFrame, least: int) -> pl.DataFrame:
    """List the most telling words of each topic in their order."""
    spoken = words.join(groups.select("prompt", "topic", "voter"), on="prompt")
    counted = spoken.group_by("topic", "word").agg(
        pl.col("voter").n_unique().alias("voters"),
        pl.len().alias("prompts"),
        (-pl.col("rarity")).exp().mean().alias("usual"),
    )
    counted = counted.join(groups.group_by("topic").len("all"), on="topic")
    people = pl.col("voters").sum()
    share = pl.col("voters") / people.over("topic")
    rare = (1 + people / pl.col("topic").n_unique() / people.over("word")).log()
    lift = (1 + pl.col("prompts") / pl.col("all") / pl.col("usual")).log()
    telling = counted.with_columns((share * rare * lift).alias("score"))
    telling = telling.filter(pl.col("voters") >= least)
    ordered = telling.sort(["topic", "score", "word"], descending=[False, True, False])
    return ordered.group_by("topic", maintain_order=True).head(CANDIDATES)


def _chosen(
    words: list[str], members: pl.DataFrame, texts: pl.Series, least: int
) -> tuple[str, ...]:
    """Take the first words of which no two are one, pairs as what they are part of."""
    pairs = set(pl.Series(words).filter(pl.Series(words).str.contains(IS_PAIR)).to_list())
    said = members.select("voter", pl.Series("text", texts.gather(members["prompt"])))
    chosen: list[str] = []
    for word in words:
        name = word
        if word in pairs and not any(word in other for other in chosen):
            name = _grown(word, said, least)
        if not any(_alike(name, other, joined=word in pairs) for other in chosen):
            chosen.append(name)
        if len(chosen) == NAMING_WORDS:
            break
    return tuple(chosen)


def _grown(pair: str, said: pl.DataFrame, least: int) -> str:
    """Take in the characters that most of its people wrote beside a pair, one after the other."""
    han = pl.Series([pair]).str.contains(r"^\p{Han}+$")[0]
    letter = r"\p{Han}" if han else r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{M}]"
    word, longest = pair, LONGEST["han" if han else "joined"]
    said = said.filter(pl.col("text").str.contains(pair, literal=True))
    enough = max(least, TOGETHER * said["voter"].n_unique())
    while len(word) < longest:
        longer = _longer(word, letter, said, enough)
        if longer is None:
            break
        word = longer
    return word


def _longer(word: str, letter: str, said: pl.DataFrame, enough: float) -> str | None:
    """Give the word with one more character, after it or else before it; None for neither."""
    for pattern in (f"{word}{letter}", f"{letter}{word}"):
        found = said.select("voter", pl.col("text").str.extract(f"({pattern})").alias("word"))
        people = found.drop_nulls().group_by("word").agg(pl.col("voter").n_unique())
        best = people.filter(pl.col("voter") >= enough).sort(
            ["voter", "word"], descending=[True, False]
        )
        added = [each for each in best["word"] if each.replace(word, "", 1) not in stop_words()]
        if added:
            return str(added[0])
    return None


def _alike(word: str, other: str, *, joined: bool) -> bool:
    """Say whether two words are one: `recipe` and `recipes`, or pieces of one run."""
    if word.startswith(other) or other.startswith(word):
        return True
    pairs = (word[place : place + 2] for place in range(len(word) - 1))
    return joined and any(pair in other for pair in pairs)
