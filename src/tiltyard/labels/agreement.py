"""How well labels agree with what somebody says is true: precision, recall, kappa."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

Bools = npt.NDArray[np.bool_]
DRAWS = 2_000
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
    """One class: of those found, how many are true; of the true ones, how many were found."""

    name: str
    precision: Share
    recall: Share


@dataclass(frozen=True, slots=True)
class Agreement:
    """Labels against the truth.

    Attributes
    ----------
    accuracy
        Share of texts whose classes are all right.
    kappa, kappa_lower, kappa_upper
        Cohen's kappa (1960) over all decisions of class and text, None where either side always
        says the same; the interval is the percentile bootstrap over texts.
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
    right = truth & found
    kappa = _kappa(truth, found)
    lower, upper = _kappa_interval(truth, found, seed) if kappa is not None else (None, None)
    return Agreement(
        share(int((truth == found).all(axis=1).sum()), len(truth)),
        kappa,
        lower,
        upper,
        tuple(
            ClassAgreement(
                name,
                share(int(right[:, place].sum()), int(found[:, place].sum())),
                share(int(right[:, place].sum()), int(truth[:, place].sum())),
            )
            for place, name in enumerate(classes)
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


def _cells(truth: Bools, found: Bools) -> npt.NDArray[np.float64]:
    """Count, for each text, decisions that are both yes, only true, only found: shape (N, 3)."""
    kinds = (truth & found, truth & ~found, ~truth & found)
    return np.column_stack([kind.sum(axis=1) for kind in kinds]).astype(np.float64)


def _kappas(cells: npt.NDArray[np.float64], decisions: float) -> npt.NDArray[np.float64]:
    both, missed, false = cells.T / decisions
    true, given = both + missed, both + false
    chance = true * given + (1 - true) * (1 - given)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((1 - missed - false - chance) / (1 - chance))


def _kappa(truth: Bools, found: Bools) -> float | None:
    value = float(_kappas(_cells(truth, found).sum(axis=0)[None], max(1, truth.size))[0])
    return value if np.isfinite(value) else None


def _kappa_interval(truth: Bools, found: Bools, seed: int) -> tuple[float, float]:
    draw, texts = np.random.default_rng(seed), len(truth)
    kinds, counts = np.unique(_cells(truth, found), axis=0, return_counts=True)
    drawn = draw.multinomial(texts, counts / texts, DRAWS) @ kinds
    values = _kappas(drawn, truth.size)
    tail = 50 * (1 - CONFIDENCE)
    lower, upper = np.nanpercentile(values, [tail, 100 - tail])
    return float(lower), float(upper)
