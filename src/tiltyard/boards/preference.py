"""How likely one model is preferred to another, by each estimator."""

import math
from collections.abc import Mapping

from scipy.special import expit


def preference(estimator: str, gap: float, level: float, parameters: Mapping[str, float]) -> float:
    """Chance that the first model wins, given that one of the two does.

    In the Bradley-Terry model with ties as halves, the same number is its expected points.

    Parameters
    ----------
    estimator
        As in a recipe.
    gap
        Nats that the first model is above the second.
    level
        Nats that the middle of the two is above the mean of all models.
    parameters
        Of the estimator, by name; see :class:`tiltyard.ratings.tie_models.TieModelFit`.
    """
    if estimator in {"bradley-terry", "davidson"}:
        return float(expit(gap))
    threshold = parameters["threshold"]
    bad = math.exp(parameters["bad_level"] - level) if "bad_level" in parameters else 0.0
    won = 1.0 / (math.exp(0.5 * gap) + math.exp(threshold - 0.5 * gap) + bad)
    lost = 1.0 / (math.exp(-0.5 * gap) + math.exp(threshold + 0.5 * gap) + bad)
    return float(expit(gap + math.log(won) - math.log(lost)))
