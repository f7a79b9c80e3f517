"""Ranks that hold for all models at once, the chance of being best, and who is tied with whom."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tiltyard.ratings.intervals import errors_of_differences
from tiltyard.ratings.pair_counts import Floats, Indices

ELEMENTS = 2_000_000
"""Draws times models held at once."""


@dataclass(frozen=True, slots=True, eq=False)
class RankSets:
    """For every model a set of ranks, such that all sets together hold with the confidence.

    Parameters
    ----------
    best, worst
        Shape (K,). The set is every rank from `best` to `worst`; 1 is the best.
    above
        Shape (K, K). True at (i, j) where model i is certainly stronger than model j.
    critical
        How many standard errors a difference must exceed.
    confidence, draws, seed
        As they were asked for.
    """

    best: Indices
    worst: Indices
    above: npt.NDArray[np.bool_]
    critical: float
    confidence: float
    draws: int
    seed: int


def simultaneous_rank_sets(
    strengths: Floats,
    covariance: Floats,
    confidence: float = 0.95,
    *,
    draws: int = 10_000,
    seed: int = 0,
) -> RankSets:
    """Rank models by the differences that are certain, all pairs judged at once.

    With probability `confidence` no difference of two true strengths lies further from its estimate
    than `critical` standard errors, the quantile of the largest of all |t| (max-t, as in Tukey's
    method but with the covariance of the estimates). Whenever that holds, every model's true rank
    lies in its set (Mogstad, Romano, Shaikh & Wilhelm 2024, "Inference for ranks").

    Parameters
    ----------
    strengths
        Shape (K,).
    covariance
        Shape (K, K). Of the strengths, in any gauge. A model of NaN variance is not certain to
        differ from any other.
    confidence
        Between 0 and 1, both excluded; for all models together.
    draws, seed
        Normal draws for the quantile. 10,000 place its level within half a percentage point.
    """
    errors = errors_of_differences(covariance)
    critical = _largest_t(covariance, errors, confidence, draws, seed)
    above = strengths[:, None] - strengths > critical * errors
    best, worst = 1 + above.sum(axis=0), strengths.size - above.sum(axis=1)
    return RankSets(best, worst, above, critical, confidence, draws, seed)


def probability_best(
    strengths: Floats, covariance: Floats, *, draws: int = 10_000, seed: int = 0
) -> Floats:
    """Shape (K,). How often each model is the strongest when strengths are drawn from N(θ, V).

    The probability of being best given the votes, under a flat prior and the normal approximation.

    Parameters
    ----------
    strengths
        Shape (K,).
    covariance
        Shape (K, K). Of the strengths, in any gauge; with a NaN, so is the result.
    draws, seed
        Normal draws. 10,000 place a probability within 0.01.
    """
    if not np.isfinite(covariance).all():
        return np.full(strengths.size, np.nan)
    wins = np.zeros(strengths.size, np.int64)
    for noise in _noise(covariance, draws, seed):
        strongest = np.argmax(strengths[:, None] + noise, axis=0)
        wins += np.bincount(strongest, minlength=strengths.size)
    return wins / draws


def tie_groups(strengths: Floats, above: npt.NDArray[np.bool_]) -> tuple[Indices, ...]:
    """Group models that follow each other and of which none is certainly above another.

    Groups overlap, like the letters behind means in a table: sharing one says "these cannot be told
    apart", and every model is in at least one. A group stops before the first model that is certain
    to differ from a member, and none lies inside another.

    Parameters
    ----------
    strengths
        Shape (K,).
    above
        Shape (K, K). As in :class:`RankSets`.

    Returns
    -------
    tuple[Indices, ...]
        Model indices, strongest first, groups and members alike.
    """
    order = np.argsort(-strengths, kind="stable")
    differs = (above | above.T)[np.ix_(order, order)]
    groups: list[Indices] = []
    end = 0
    for start in range(order.size):
        before = end
        while end < order.size and not differs[start:end, end].any():
            end += 1
        if end > before:
            groups.append(order[start:end])
    return tuple(groups)


def sidak_level(confidence: float, variants: int) -> float:
    """Confidence that each of `variants` independent intervals needs for all to have `confidence`.

    For the best of several private variants: its interval at this level covers as often as one
    interval at `confidence` would without the choice (Šidák 1967).
    """
    return float(confidence ** (1.0 / variants))


def bonferroni_level(confidence: float, variants: int) -> float:
    """As :func:`sidak_level`, whatever the dependence between the intervals; a little wider."""
    return 1.0 - (1.0 - confidence) / variants


def _largest_t(
    covariance: Floats, errors: Floats, confidence: float, draws: int, seed: int
) -> float:
    """Quantile, over draws, of the largest standardised difference of two models."""
    known = np.flatnonzero(np.isfinite(np.diag(covariance)))
    errors = errors[np.ix_(known, known)]
    scale = np.divide(1.0, errors, out=np.zeros_like(errors), where=errors > 0)
    largest = np.zeros(draws)
    done = 0
    for noise in _noise(covariance[np.ix_(known, known)], draws, seed):
        batch = largest[done : done + noise.shape[1]]
        for model in range(len(noise) - 1):
            apart = np.abs(noise[model + 1 :] - noise[model]) * scale[model, model + 1 :, None]
            np.maximum(batch, apart.max(axis=0), out=batch)
        done += batch.size
    return float(np.quantile(largest, confidence, method="higher"))


def _noise(covariance: Floats, draws: int, seed: int) -> Iterator[Floats]:
    """Draw from N(0, V) in batches of shape (K, n), V being singular along the gauge."""
    if covariance.size == 0:
        return
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    random = np.random.default_rng(seed)
    at_once = max(1, ELEMENTS // len(covariance))
    for done in range(0, draws, at_once):
        yield root @ random.standard_normal((len(root), min(at_once, draws - done)))
