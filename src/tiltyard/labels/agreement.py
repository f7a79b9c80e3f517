"""How well labels agree with what somebody says is true: precision, recall, kappa."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
DRAWS, AT_ONCE = 2_000, 100
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Share:
    """A share of cases with its interval; the estimate is None where there were no cases.

    The interval is Wilson's (1927), which holds for few cases and for shares near 0 and 1.
    """

    estimate: float | None
    lower: float
    upper: float
    cases: int


@dataclass(frozen=True, slots=True)
class ClassAgreement:
    """One class: of those found, how many are true; of the true ones, how many were found.

    Cohen's kappa (1960) of having the class or not is None where truth and labels always say the
    same one thing.
    """

    name: str
    precision: Share
    recall: Share
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Labels against the truth.

    Attributes
    ----------
    accuracy
        Share of texts whose classes are all right.
    kappa, kappa_lower, kappa_upper
        Where every text has one class, Cohen's kappa of the classes: how much more often both say
        the same than two would that say each class as often by chance. Otherwise the mean of the
        classes' own. None where it cannot be told. The interval is the percentile bootstrap over
        texts.
    classes
        Each class by itself.
    """

    accuracy: Share
    kappa: float | None
    kappa_lower: float | None
    kappa_upper: float | None
    classes: tuple[ClassAgreement, ...]


def agreement(truth: Bools, found: Bools, classes: tuple[str, ...], *, seed: int = 0) -> Agreement:
    """Compare labels with the truth.

    Parameters
    ----------
    truth, found
        Shape (N, K). Which classes each text has, and which it was given.
    classes
        K names.
    seed
        Of the bootstrap; the same seed gives the same interval.
    """
    right, texts = truth & found, np.ones((1, len(truth)))
    kappa = _known(_kappa(texts, truth, found)[0])
    lower, upper = (None, None) if kappa is None else _kappa_interval(truth, found, seed)
    return Agreement(
        share(int((truth == found).all(axis=1).sum()), len(truth)),
        kappa,
        lower,
        upper,
        tuple(
            ClassAgreement(name, share(hits, given), share(hits, true), _known(own))
            for name, hits, given, true, own in zip(
                classes,
                right.sum(axis=0).tolist(),
                found.sum(axis=0).tolist(),
                truth.sum(axis=0).tolist(),
                _kappas_of_classes(texts, truth, found)[0],
                strict=True,
            )
        ),
    )


def share(hits: int, cases: int, confidence: float = CONFIDENCE) -> Share:
    """Give a share its Wilson interval.

    >>> share(0, 10).upper.__round__(3), share(9, 10).lower.__round__(3)
    (0.278, 0.596)
    """
    if cases == 0:
        return Share(None, 0.0, 1.0, 0)
    z = float(ndtri(0.5 + confidence / 2))
    middle, spread = hits / cases + z * z / (2 * cases), 1 + z * z / cases
    reach = z * np.sqrt(hits / cases * (1 - hits / cases) / cases + (z / (2 * cases)) ** 2)
    lower, upper = (middle - reach) / spread, (middle + reach) / spread
    return Share(hits / cases, max(0.0, float(lower)), min(1.0, float(upper)), cases)


def _kappa(weights: Floats, truth: Bools, found: Bools) -> Floats:
    """Cohen's kappa of the classes, or the mean of each class's own: shape (D,).

    Parameters
    ----------
    weights
        Shape (D, N). How often each text counts.
    """
    if (truth.sum(axis=1) == 1).all() and (found.sum(axis=1) == 1).all():
        texts = weights.sum(axis=1)
        same = weights @ (truth & found).any(axis=1) / texts
        return _beyond(same, ((weights @ truth) * (weights @ found)).sum(axis=1) / texts**2)
    own = _kappas_of_classes(weights, truth, found)
    told = np.isfinite(own)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(told, own, 0.0).sum(axis=1) / told.sum(axis=1))


def _kappas_of_classes(weights: Floats, truth: Bools, found: Bools) -> Floats:
    """Cohen's kappa of having each class or not: shape (D, K)."""
    texts = weights.sum(axis=1, keepdims=True)
    true, given = weights @ truth / texts, weights @ found / texts
    return _beyond(weights @ (truth == found) / texts, true * given + (1 - true) * (1 - given))


def _beyond(same: Floats, by_chance: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((same - by_chance) / (1 - by_chance))


def _known(kappa: float) -> float | None:
    return float(kappa) if np.isfinite(kappa) else None


def _kappa_interval(truth: Bools, found: Bools, seed: int) -> tuple[float, float]:
    draw, classes = np.random.default_rng(seed), truth.shape[1]
    kinds, counts = np.unique(np.hstack([truth, found]), axis=0, return_counts=True)
    sides = kinds[:, :classes], kinds[:, classes:]
    values = [
        _kappa(
            draw.multinomial(len(truth), counts / len(truth), AT_ONCE).astype(np.float64), *sides
        )
        for _ in range(DRAWS // AT_ONCE)
    ]
    tail = 50 * (1 - CONFIDENCE)
    lower, upper = np.nanpercentile(np.concatenate(values), [tail, 100 - tail])
    return float(lower), float(upper)
