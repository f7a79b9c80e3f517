"""Weights for votes: to count pairs alike, to undo the choice of pairs, to forget old votes.

Multiplying all weights by one number changes neither estimates nor their sandwich covariance, so
nothing here is normalised.
"""

import numpy as np

from tiltyard.errors import TiltyardError
from tiltyard.ratings.pair_counts import Floats, Indices, PairCounts

LEAST_VOTES = 50.0
"""A pair counts as having at least this many votes, so that few votes do not outweigh many."""


class WeightError(TiltyardError):
    """A probability or an age that no vote can have."""

    status = 422
    title = "These votes cannot be weighted"


def pair_balanced(
    first: Indices, second: Indices, models: int, *, least: float = LEAST_VOTES
) -> Floats:
    """Weigh each vote 1 / max(n, `least`), n being the votes on its pair, whichever the sides.

    Every pair with at least `least` votes then weighs the same, as if all pairs had been drawn
    equally often (the reweighting of the arena-rank package).

    Parameters
    ----------
    first, second
        Shape (N,). Indices of the two models, 0 … `models` - 1.
    models
        Number of models, K.
    least
        Votes below which a pair gets no more weight per vote; positive.

    Returns
    -------
    Floats
        Shape (N,).
    """
    pair = np.minimum(first, second) * models + np.maximum(first, second)
    _, row, votes = np.unique(pair, return_inverse=True, return_counts=True)
    weights: Floats = (1.0 / np.maximum(votes, least))[row]
    return weights


def balance_pairs(
    votes: PairCounts,
    weights: PairCounts | None = None,
    squares: PairCounts | None = None,
    *,
    least: float = LEAST_VOTES,
) -> tuple[PairCounts, PairCounts]:
    """Do what :func:`pair_balanced` does, on the table of the votes.

    Parameters
    ----------
    votes
        Numbers of votes, unweighted.
    weights, squares
        The sums of the weights they had before, and of those squared; left out, all were one.
    least
        As there.

    Returns
    -------
    tuple[PairCounts, PairCounts]
        The weighted counts and those of the squared weights, as the sandwich needs them.
    """
    weight = 1.0 / np.maximum(votes.totals, least)
    return (weights or votes).scaled(weight), (squares or votes).scaled(weight**2)


def inverse_propensity(probability: Floats) -> Floats:
    """Weigh each vote 1 / p, p being how likely its pair was drawn (Horvitz & Thompson 1952).

    The votes then speak for all pairs alike, whatever the pairing favoured. Take p from the log:
    an estimate of it from the votes themselves is :func:`pair_balanced`.

    Parameters
    ----------
    probability
        Shape (N,). Above 0, at most 1.

    Raises
    ------
    WeightError
        When a probability is missing or out of range, naming the first such vote.
    """
    _require((probability > 0) & (probability <= 1), "a pair probability outside 0 … 1, or none")
    return 1.0 / probability


def half_life(age: Floats, half: float) -> Floats:
    """Weigh each vote 2^(-age / half): a vote of that age counts half as much as one of today.

    Parameters
    ----------
    age
        Shape (N,). Not negative, finite; in the unit of `half`.
    half
        Positive.

    Raises
    ------
    WeightError
        When an age is missing, negative or infinite, naming the first such vote.
    """
    if not half > 0:
        raise WeightError(f"A half-life of {half} forgets nothing or everything: give one above 0.")
    _require((age >= 0) & np.isfinite(age), "an age that is missing, negative or infinite")
    return np.exp2(-age / half)


def effective_votes(weights: Floats) -> float:
    """How many votes of equal weight tell as much: (Σw)² / Σw² (Kish 1965); 0 for no votes."""
    squares = float(weights @ weights)
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def _require(fine: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]", said: str) -> None:
    if not fine.all():
        wrong, first = np.count_nonzero(~fine), int((~fine).argmax()) + 1
        raise WeightError(
            f"{wrong:,} of {fine.size:,} votes have {said}; the first is vote {first}."
        )
