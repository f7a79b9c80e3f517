"""Cohen's kappa (1960) of labels and the truth, with an interval that holds at the edges."""

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
DRAWS, AT_ONCE = 2_000, 100
UNSEEN = 1.0
"""This many texts are shared by the cells of a table, and go to those that are empty."""


def kappa(truth: Bools, found: Bools) -> float:
    """Kappa of the classes where every text has one, otherwise the mean of the classes' own.

    Parameters
    ----------
    truth, found
        Shape (N, K). Which classes each text has, and which it was given.
    """
    return float(_mean(_kappas(_tables(np.ones((1, len(truth))), truth, found)))[0])


def kappas_of_classes(truth: Bools, found: Bools) -> Floats:
    """Kappa of having each class or not: shape (K,); not a number where both say one thing."""
    return np.asarray(_kappas(_of_each_class(np.ones((1, len(truth))), truth, found))[0])


def kappa_interval(
    truth: Bools, found: Bools, *, confidence: float, seed: int
) -> tuple[float, float]:
    """Interval of :func:`kappa`: percentiles of a bootstrap over texts, smoothed where it must be.

    What a sample has nowhere, resampling it never finds: where all are right, every draw has a
    kappa of one, and the interval would be a point (Efron and Tibshirani 1993, "An Introduction to
    the Bootstrap", chapter 13). So each draw gets texts in cells of the table that are empty: on
    average one divided by the number of cells in each, after Perks (1947, "Some observations on
    inverse probability including a new indifference rule"), who lets all cells share one. Cells
    with texts get none, which would draw the mean over many rare classes down.

    `benchmarks/coverage_kappa.py` has how often such intervals hold the truth.
    """
    draw = np.random.default_rng(seed)
    kinds, counts = np.unique(np.hstack([truth, found]), axis=0, return_counts=True)
    sides = np.hsplit(kinds, 2)
    there = _tables(counts[None].astype(np.float64), *sides)
    told = np.isfinite(_kappas(there))[0]
    unseen = (there[:, told] == 0) * UNSEEN / there[0, 0].size
    values = []
    for _ in range(DRAWS // AT_ONCE):
        times = draw.multinomial(len(truth), counts / len(truth), AT_ONCE).astype(np.float64)
        drawn = _tables(times, *sides)[:, told]
        values.append(_mean(_kappas(drawn + draw.poisson(unseen, drawn.shape))))
    tail = 50 * (1 - confidence)
    lower, upper = np.nanpercentile(np.concatenate(values), [tail, 100 - tail])
    own = kappa(truth, found)
    return min(float(lower), own), max(float(upper), own)


def _tables(weights: Floats, truth: Bools, found: Bools) -> Floats:
    """Count texts in one table of all classes, or in one of each: shape (D, T, C, C).

    Parameters
    ----------
    weights
        Shape (D, N). How often each text counts.
    """
    if (truth.sum(axis=1) == 1).all() and (found.sum(axis=1) == 1).all():
        return np.asarray((weights[:, None, :] * truth.T) @ found.astype(np.float64))[:, None]
    return _of_each_class(weights, truth, found)


def _of_each_class(weights: Floats, truth: Bools, found: Bools) -> Floats:
    cells = (truth & found, truth & ~found, ~truth & found, ~truth & ~found)
    counts = np.stack([weights @ cell for cell in cells], axis=-1)
    return counts.reshape(*counts.shape[:2], 2, 2)


def _kappas(tables: Floats) -> Floats:
    """Kappa of each table, shape (..., C, C): not a number where both always say one thing."""
    texts, same = tables.sum(axis=(-2, -1)), np.trace(tables, axis1=-2, axis2=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        by_chance = (tables.sum(axis=-1) * tables.sum(axis=-2)).sum(axis=-1) / texts
        return np.asarray((same - by_chance) / (texts - by_chance))


def _mean(kappas: Floats) -> Floats:
    """Mean over the tables whose kappa can be told."""
    told = np.isfinite(kappas)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(told, kappas, 0.0).sum(axis=-1) / told.sum(axis=-1))
