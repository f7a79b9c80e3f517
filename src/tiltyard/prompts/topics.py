"""Topics: prompts of one language that share words, named by the words that set them apart.

A name never quotes one person: a word is known here only if enough different people wrote it, and
names a topic only if enough different people wrote it within that topic.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from tiltyard.prompts.clustering import Clusters, cluster, directions, unit_rows
from tiltyard.prompts.naming import topic_names
from tiltyard.prompts.tongues import Tongue, by_tongue, language_known, sampled
from tiltyard.prompts.words import read_texts, words_of
from tiltyard.ratings.pair_counts import Indices

LEAST_VOTERS = 5
MOST_WORDS = 20_000
MOST_FITTED = 20_000
DIMENSIONS = 60
LEAST_FITTED = 2_000
"""Directions and centres are found among so many prompts: of all, and of a language at least."""
TONGUE, TONGUE_WEIGHT = "\0", 1.5
"""Where languages are together, that of a prompt counts like a word that a fifth of them have."""
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
    texts = read_texts(asked["prompt"])
    rows = asked.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("prompt"),
        pl.col("voter").cast(pl.String).fill_null("").rank("dense").alias("voter"),
        language_known(pl.col("language").cast(pl.String), texts),
    )
    words = _known(words_of(texts), rows, least_voters)
    heard = words["prompt"].unique().sort().to_numpy().astype(np.int64)
    assigned = np.full(len(rows), NONE, np.int64)
    if heard.size > FEWEST:
        wanted = groups or _fitting(heard.size)
        for tongue in by_tongue(rows["language"], heard, wanted):
            most = max(LEAST_FITTED, MOST_FITTED * tongue.prompts.size // heard.size)
            found = _grouped(words, rows, tongue, most, seed)
            assigned[tongue.prompts] = np.where(found == NONE, NONE, found + assigned.max() + 1)
    return _named(assigned, words, rows, texts, least_voters, seed)


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


def _grouped(
    words: pl.DataFrame, rows: pl.DataFrame, tongue: Tongue, most: int, seed: int
) -> Indices:
    """Shape (M,). The group of each of a tongue's prompts; directions come from `most` of them."""
    if tongue.groups == 1:
        return np.zeros(tongue.prompts.size, np.int64)
    weights = _weights(words, rows, tongue)
    some = sampled(len(tongue.prompts), most, seed)
    vectors = unit_rows(np.asarray(weights @ directions(weights[some], DIMENSIONS, seed=seed)))
    found: Clusters = cluster(vectors[some], tongue.groups, seed=seed)
    nearest = found.nearest(vectors)
    nearest[~vectors.any(axis=1)] = NONE
    return nearest


def _weights(words: pl.DataFrame, rows: pl.DataFrame, tongue: Tongue) -> sparse.csr_array:
    """Shape (M, V), rows of length one. How much each word says of each of a tongue's prompts."""
    place = np.full(len(rows), NONE, np.int64)
    place[tongue.prompts] = np.arange(tongue.prompts.size)
    own = words.filter(pl.Series(place[words["prompt"].to_numpy()] != NONE))
    if tongue.language is None:
        own = pl.concat([own, _spoken(rows, tongue)]).sort("prompt", "word")
    listed = own["word"].unique().sort()
    column = own["word"].cast(pl.Enum(listed)).to_physical().to_numpy()
    cells = (own["rarity"].to_numpy(), (place[own["prompt"].to_numpy()], column))
    weights = sparse.csr_array(cells, shape=(tongue.prompts.size, len(listed)))
    length = np.sqrt(np.asarray(weights.multiply(weights).sum(axis=1))).ravel()
    scale = np.divide(1.0, length, out=np.zeros_like(length), where=length > 0)
    return sparse.csr_array(sparse.diags_array(scale) @ weights)


def _spoken(rows: pl.DataFrame, tongue: Tongue) -> pl.DataFrame:
    """Give the language of each prompt as a word of it."""
    together = pl.DataFrame({"prompt": tongue.prompts}, {"prompt": pl.UInt32})
    return together.join(rows, on="prompt").select(
        "prompt",
        pl.concat_str(pl.lit(TONGUE), pl.col("language").fill_null("")).alias("word"),
        pl.lit(TONGUE_WEIGHT).alias("rarity"),
    )


def _named(
    assigned: Indices,
    words: pl.DataFrame,
    rows: pl.DataFrame,
    texts: pl.Series,
    least: int,
    seed: int,
) -> TopicMap:
    """Name the groups that enough people are in; the others are none."""
    groups = rows.with_columns(pl.Series("topic", assigned)).filter(pl.col("topic") != NONE)
    names = topic_names(words, groups, texts, least)
    sizes = groups.group_by("topic").agg(pl.len().alias("prompts"), pl.col("voter").n_unique())
    sizes = sizes.filter(pl.col("topic").is_in(list(names)) & (pl.col("voter") >= least))
    order = sizes.sort(["prompts", "topic"], descending=[True, False])["topic"].to_list()
    number = {topic: place for place, topic in enumerate(order)}
    topics = tuple(_topic(groups.filter(pl.col("topic") == topic), names[topic]) for topic in order)
    renamed = np.array([number.get(topic, NONE) for topic in assigned.tolist()], np.int64)
    return TopicMap(topics, renamed, least, seed)


def _topic(members: pl.DataFrame, words: tuple[str, ...]) -> Topic:
    spoken = (
        members.group_by("language")
        .len("prompts")
        .sort(["prompts", "language"], descending=[True, False])
    )
    return Topic(words, members.height, members["voter"].n_unique(), dict(spoken.iter_rows()))
