"""Votes drawn from a model, in the shapes that public logs have."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import expit

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
KEYS = ("model_a", "model_b", "winner")
LABELS = ("model_a", "model_b", "tie", "both_bad")
STYLE = ("sum_assistant_tokens", "header_count", "list_count", "bold_count")
LENGTH_EFFECT = 0.25


@dataclass(frozen=True, slots=True)
class Log:
    """A log of votes on models 0 … K-1, popular ones first.

    Parameters
    ----------
    first, second, outcome
        Shape (N,). Side a, side b, and 0 a, 1 b, 2 tie, 3 both-bad.
    """

    models: int
    first: Codes
    second: Codes
    outcome: Codes


def draw_log(votes: int, models: int, *, seed: int, edge: Floats | float = 0.0) -> Log:
    """Draw battles on models of Zipf popularity; between equals three in ten are ties.

    Expected points are those of Bradley-Terry with ties as halves. `edge` is what side a has beyond
    its strength, in nats, of all votes or of each.
    """
    random = np.random.default_rng(seed)
    share = 1 / np.arange(1, models + 1)
    share /= share.sum()
    first = random.choice(models, votes, p=share)
    second = random.choice(models, votes, p=share)
    same = first == second
    second[same] = (first[same] + random.integers(1, models, same.sum())) % models
    strengths = random.normal(0, 0.8, models)
    chance = expit(strengths[first] - strengths[second] + edge)
    tie = 1.2 * chance * (1 - chance)
    drawn = random.random(votes)
    bounds = np.stack([chance - tie / 2, 1 - tie, 1 - tie / 2])
    outcome = (drawn > bounds).sum(axis=0)
    return Log(models, first, second, outcome)


def style_counts(votes: int, *, seed: int) -> tuple[Codes, Codes]:
    """Draw tokens, headers, list items and bold spans of both sides, shape (N, 4) each."""
    random = np.random.default_rng(seed)
    sides = []
    for _ in range(2):
        tokens = np.exp(random.normal(5.5, 0.6, votes)).astype(np.int64) + 1
        markup = [random.poisson(tokens / rate) for rate in (150, 60, 40)]
        sides.append(np.stack([tokens, *markup], axis=1))
    return sides[0], sides[1]


def length_edge(counts_a: Codes, counts_b: Codes) -> Floats:
    """Nats that the longer answer gains: :data:`LENGTH_EFFECT` per standard deviation."""
    a, b = counts_a[:, 0], counts_b[:, 0]
    difference = (a - b) / (a + b)
    edge: Floats = LENGTH_EFFECT * difference / difference.std()
    return edge


def log_frame(log: Log) -> pl.DataFrame:
    """Lay a log out as the published data sets do, with dictionary-coded columns."""
    names = [f"model-{number:05}" for number in range(log.models)]
    models = pl.Series(names, dtype=pl.Enum(names))
    labels = pl.Series(LABELS, dtype=pl.Enum(LABELS))
    return pl.DataFrame(
        {
            "model_a": models.gather(log.first),
            "model_b": models.gather(log.second),
            "winner": labels.gather(log.outcome),
        }
    )


def write_coded(frame: pl.DataFrame, file: Path) -> Path:
    """Write a Parquet file in which names and labels are dictionary codes."""
    frame.cast(dict.fromkeys(KEYS, pl.Categorical)).write_parquet(file)
    return file


def write_strings(frame: pl.DataFrame, file: Path) -> Path:
    """Write a Parquet file in which names and labels are plain strings."""
    frame.cast(dict.fromkeys(KEYS, pl.String)).write_parquet(file)
    return file
