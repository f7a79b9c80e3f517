"""Topics: prompts that share words, named by the words that set them apart.

A name never quotes one person: a word is known here only if enough different people wrote it, and
names a topic only if enough different people wrote it within that topic.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from tiltyard.prompts.clustering import Clusters, cluster, directions, unit_rows
from tiltyard.prompts.words import words_of
from tiltyard.ratings.pair_counts import Floats, Indices

LEAST_VOTERS = 5
MOST_WORDS = 20_000
MOST_FITTED = 20_000
DIMENSIONS = 60
NAMING_WORDS = 4
TONGUE, TONGUE_WEIGHT = "\0", 1.5
"""The language of a prompt counts like a word that a fifth of all prompts have."""
FEWEST, MOST = 2, 30
NONE = -1


@dataclass(frozen=True, slots=True)
class Topic:
    """Prompts about one thing.

    Parameters
    ----------
    words
        What sets them apart, the most telling first; each written by enough people.
    prompts, voters
        How many prompts, and by how many people.
    languages
        Prompts by language, the most frequent first; None where it is not known.
    """

    words: tuple[str, ...]
    prompts: int
    voters: int
    languages: Mapping[str | None, int]


@dataclass(frozen=True, slots=True, eq=False)
class TopicMap:
    """All topics, the largest first.

    Parameters
    ----------
    assigned
        Shape (N,). The topic of each prompt; -1 for those that fit none, have no known word, or
        fall into a group of too few people.
    """

    topics: tuple[Topic, ...]
    assigned: Indices
    least_voters: int
    seed: int


def find_topics(
    asked: pl.DataFrame,
    *,
    groups: int | None = None,
    least_voters: int = LEAST_VOTERS,
    seed: int = 0,
) -> TopicMap:
    """Find what prompts are about.

    Parameters
    ----------
    asked
        N rows with `prompt`, `voter` and `language`, all text. Prompts without a voter count as
        one person's together.
    groups
        How many to look for; by the number of prompts when left out.
    least_voters
        How many different people must have written a word before it is seen at all.
    seed
        The same prompts and seed give the same topics.
    """
    rows = asked.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("prompt"),
        pl.col("voter").cast(pl.String).fill_null("").rank("dense").alias("voter"),
        pl.col("language").cast(pl.String),
    )
    words = _known(words_of(asked["prompt"]), rows, least_voters)
    vectors, heard = _vectors(words, rows, seed)
    assigned = np.full(len(rows), NONE, np.int64)
    if heard.size > FEWEST:
        wanted = groups or _fitting(heard.size)
        assigned[heard] = _grouped(vectors, min(wanted, heard.size), seed)
    return _named(assigned, words, rows, least_voters, seed)


def _fitting(prompts: int) -> int:
    return int(np.clip(np.sqrt(prompts) / 2, FEWEST, MOST))


def _known(words: pl.DataFrame, rows: pl.DataFrame, least: int) -> pl.DataFrame:
    """Keep the words that enough people wrote, and say how rare each is in its language."""
    spoken = words.join(rows, on="prompt")
    voters = pl.col("voter").n_unique().over("word")
    spoken = spoken.filter(voters >= least)
    language = pl.col("language").fill_null("")
    prompts = rows.group_by(language.alias("tongue")).len("prompts")
    spoken = spoken.with_columns(language.alias("tongue")).join(prompts, on="tongue")
    rarity = ((2 + pl.col("prompts")) / (1 + pl.len().over("tongue", "word"))).log()
    counted = spoken.group_by("word").len("times")
    most = counted.sort(["times", "word"], descending=[True, False]).head(MOST_WORDS)
    known = spoken.with_columns(rarity.alias("rarity")).join(most, on="word")
    return known.select("prompt", "word", "rarity").sort("prompt", "word")


def _vectors(words: pl.DataFrame, rows: pl.DataFrame, seed: int) -> tuple[Floats, Indices]:
    """Shape (M, d), and (M,). The directions of the prompts that have known words, and which."""
    tongues = rows.join(words.select("prompt").unique(), on="prompt").select(
        "prompt",
        pl.concat_str(pl.lit(TONGUE), pl.col("language").fill_null("")).alias("word"),
        pl.lit(TONGUE_WEIGHT).alias("rarity"),
    )
    words = pl.concat([words, tongues]).sort("prompt", "word")
    listed = words["word"].unique().sort()
    heard = words["prompt"].unique().sort().to_numpy().astype(np.int64)
    if not len(listed):
        return np.zeros((0, 0)), heard
    place = np.full(len(rows), NONE, np.int64)
    place[heard] = np.arange(heard.size)
    column = words["word"].cast(pl.Enum(listed)).to_physical().to_numpy()
    cells = (words["rarity"].to_numpy(), (place[words["prompt"].to_numpy()], column))
    weights = sparse.csr_array(cells, shape=(heard.size, len(listed)))
    length = np.sqrt(np.asarray(weights.multiply(weights).sum(axis=1))).ravel()
    scale = np.divide(1.0, length, out=np.zeros_like(length), where=length > 0)
    weights = sparse.csr_array(sparse.diags_array(scale) @ weights)
    across = directions(weights[_sampled(heard.size, seed)], DIMENSIONS, seed=seed)
    return unit_rows(np.asarray(weights @ across)), heard


def _sampled(size: int, seed: int) -> Indices:
    """Which of many rows are looked at to find directions and centres."""
    if size <= MOST_FITTED:
        return np.arange(size)
    random = np.random.default_rng(seed)
    return np.sort(random.choice(size, MOST_FITTED, replace=False))


def _grouped(vectors: Floats, groups: int, seed: int) -> Indices:
    some: Clusters = cluster(vectors[_sampled(len(vectors), seed)], groups, seed=seed)
    nearest = some.nearest(vectors)
    nearest[~vectors.any(axis=1)] = NONE
    return nearest


def _named(
    assigned: Indices, words: pl.DataFrame, rows: pl.DataFrame, least: int, seed: int
) -> TopicMap:
    """Name the groups that enough people are in; the others are none."""
    groups = rows.with_columns(pl.Series("topic", assigned)).filter(pl.col("topic") != NONE)
    names = _names(words, groups, least)
    sizes = groups.group_by("topic").agg(pl.len().alias("prompts"), pl.col("voter").n_unique())
    sizes = sizes.filter(pl.col("topic").is_in(list(names)) & (pl.col("voter") >= least))
    order = sizes.sort(["prompts", "topic"], descending=[True, False])["topic"].to_list()
    number = {topic: place for place, topic in enumerate(order)}
    topics = tuple(_topic(groups.filter(pl.col("topic") == topic), names[topic]) for topic in order)
    renamed = np.array([number.get(topic, NONE) for topic in assigned.tolist()], np.int64)
    return TopicMap(topics, renamed, least, seed)


def _names(words: pl.DataFrame, groups: pl.DataFrame, least: int) -> dict[int, tuple[str, ...]]:
    """Choose each group's words by how many of its people wrote them, and how few others did.

    A class-based TF-IDF that counts people instead of occurrences. A word that the group's
    prompts have no more often than all prompts of their language counts little: it is the
    language's, not the topic's.
    """
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
    return {
        int(topic): _unlike(ordered.filter(pl.col("topic") == topic)["word"].to_list())
        for topic in ordered["topic"].unique()
    }


def _unlike(words: list[str]) -> tuple[str, ...]:
    """Take the first words of which none begins another: `recipe` and `recipes` are one."""
    chosen: list[str] = []
    for word in words:
        if not any(word.startswith(other) or other.startswith(word) for other in chosen):
            chosen.append(word)
        if len(chosen) == NAMING_WORDS:
            break
    return tuple(chosen)


def _topic(members: pl.DataFrame, words: tuple[str, ...]) -> Topic:
    spoken = (
        members.group_by("language")
        .len("prompts")
        .sort(["prompts", "language"], descending=[True, False])
    )
    return Topic(words, members.height, members["voter"].n_unique(), dict(spoken.iter_rows()))
