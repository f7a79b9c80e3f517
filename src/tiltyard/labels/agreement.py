"""How well labels agree with what somebody says is true: precision, recall, kappa."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from tiltyard.labels.kappa import Bools, kappa, kappa_interval, kappas_of_classes

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
        classes' own. None where it cannot be told. The interval is a bootstrap over texts that
        knows of what was never seen (:func:`~tiltyard.labels.kappa.kappa_interval`).
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
    right, own = truth & found, _known(kappa(truth, found))
    lower, upper = (
        (None, None)
        if own is None
        else kappa_interval(truth, found, confidence=CONFIDENCE, seed=seed)
    )
    return Agreement(
        share(int((truth == found).all(axis=1).sum()), len(truth)),
        own,
        lower,
        upper,
        tuple(
            ClassAgreement(name, share(hits, given), share(hits, true), _known(beyond))
            for name, hits, given, true, beyond in zip(
                classes,
                right.sum(axis=0).tolist(),
                found.sum(axis=0).tolist(),
                truth.sum(axis=0).tolist(),
                kappas_of_classes(truth, found),
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


def _known(figure: float) -> float | None:
    return float(figure) if np.isfinite(figure) else None
