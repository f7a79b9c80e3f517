"""FastChat's ratings: `serve/monitor/rating_systems.py` as of its last change, April 2025.

What it does, and how that differs from an exact fit:

- The Bradley-Terry likelihood in units of 400 points, by scipy's L-BFGS-B from zero with a gradient
  tolerance of 1e-6 and at most 100 steps. It stops where the likelihood rises by less than
  2e-9 of itself, some hundredths of a point from the maximum.
- Intervals are 2.5 % and 97.5 % quantiles of 100 multinomial resamples of the distinct votes.
- Style control scales (a - b) / (a + b + 1) to unit variance and shrinks *all* parameters, ratings
  too, by 0.25 times their squared length.
- If an anchor is rated, everything is shifted to it, resample by resample: its interval has no
  width, and the other intervals are of differences to it.
"""

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from tiltyard.ratings.compatibility.ballots import Ballots
from tiltyard.ratings.compatibility.result import CompatibleFit, spread
from tiltyard.ratings.pair_counts import Floats

SCALE, MEAN = 400.0, 1000.0
NATS_PER_UNIT = float(np.log(10.0))
"""FastChat's parameters are points over 400; this many nats each."""
ANCHOR = ("mixtral-8x7b-instruct-v0.1", 1114.0)
"""The model FastChat anchors at, where there is one."""
RIDGE = 0.5
STYLE = ("sum_assistant_tokens", "header_count", "list_count", "bold_count")
"""Counts per side that FastChat controls for, in its order."""


def fit_fastchat(
    model_a: npt.ArrayLike,
    model_b: npt.ArrayLike,
    outcome: npt.ArrayLike,
    *,
    models: int,
    anchor: tuple[int, float] | None = None,
    rounds: int = 100,
    seed: int = 0,
) -> CompatibleFit:
    """Ratings and bootstrap intervals as `compute_bt` and `compute_bootstrap_bt` give them.

    Parameters
    ----------
    model_a, model_b
        Shape (N,). Indices of the models on the two sides.
    outcome
        Shape (N,). Values of :class:`~tiltyard.ratings.pair_counts.Code`; both-bad is a tie.
    models
        Number of models, K.
    anchor
        A model and its rating: where :data:`ANCHOR` is among the models, FastChat takes it.
        Left out, and with all votes linked, ratings average 1000.
    rounds
        Resamples; 0 for no interval.
    seed
        Of numpy's default generator. FastChat takes 0.

    Raises
    ------
    CountsError
        When the arrays are not votes.
    """
    votes = Ballots.of(model_a, model_b, outcome, models=models, by_appearance=True).distinct()
    none = np.empty((votes.first.size, 0))
    total = votes.count.sum()
    random = np.random.default_rng(seed)
    drawn = random.multinomial(int(total), votes.count / total, size=rounds) / total
    fitted = [_minimum(votes, none, weight, ridge=0.0) for weight in (votes.count, *drawn)]
    return _report(np.array(fitted), votes, models, anchor)


def fit_fastchat_style(
    model_a: npt.ArrayLike,
    model_b: npt.ArrayLike,
    outcome: npt.ArrayLike,
    features: Floats,
    *,
    models: int,
    anchor: tuple[int, float] | None = None,
    rounds: int = 0,
    seed: int = 42,
) -> CompatibleFit:
    """Ratings as `compute_style_control` and `compute_bootstrap_style_control` give them.

    Parameters
    ----------
    model_a, model_b, outcome, models, anchor, rounds
        As for :func:`fit_fastchat`. Each round fits all N votes anew.
    features
        Shape (N, d), from :func:`fastchat_features`.
    seed
        Of numpy's legacy generator. FastChat takes what the process left; its script seeds 42.

    Raises
    ------
    CountsError
        When the arrays are not votes.
    """
    votes = Ballots.of(model_a, model_b, outcome, models=models, by_appearance=True)
    size = votes.first.size
    random = np.random.RandomState(seed)  # the stream FastChat draws from
    fitted = [_minimum(votes, features, votes.count, ridge=RIDGE)]
    for _ in range(rounds):
        row = random.randint(0, size, size=size)
        drawn = Ballots(
            votes.members, votes.first[row], votes.second[row], votes.points[row], votes.count
        )
        fitted.append(_minimum(drawn, features[row], votes.count, ridge=RIDGE))
    return _report(np.array(fitted), votes, models, anchor)


def fastchat_features(counts_a: npt.ArrayLike, counts_b: npt.ArrayLike) -> Floats:
    """Style differences as `preprocess_for_style` makes them, of mean zero and unit variance.

    Parameters
    ----------
    counts_a, counts_b
        Shape (N, d). Style counts of the two sides; fractions are cut off, as there.

    Returns
    -------
    Floats
        Shape (N, d). z-scores, by the population deviation, of (a - b) / (a + b + 1).
    """
    a, b = (np.trunc(np.asarray(side, np.float64)) for side in (counts_a, counts_b))
    difference = (a - b) / (a + b + 1)
    scaled: Floats = (difference - difference.mean(axis=0)) / difference.std(axis=0)
    return scaled


def _minimum(votes: Ballots, features: Floats, weight: Floats, *, ridge: float) -> Floats:
    """Shape (M + d,). Where L-BFGS-B leaves the weighted, penalised log-loss."""
    models = votes.members.size

    def loss(parameters: Floats) -> tuple[float, Floats]:
        rating, coefficient = parameters[:models], parameters[models:]
        gap = NATS_PER_UNIT * (rating[votes.first] - rating[votes.second]) + features @ coefficient
        terms = votes.points * log_expit(gap) + (1 - votes.points) * log_expit(-gap)
        residual = (votes.points - expit(gap)) * weight
        slope = np.concatenate([NATS_PER_UNIT * votes.per_model(residual), residual @ features])
        penalty = 0.5 * ridge * float(parameters @ parameters)
        return penalty - float(terms @ weight), ridge * parameters - slope

    start = np.zeros(models + features.shape[1])
    found: Floats = minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 100, "gtol": 1e-6}
    ).x
    return found


def _report(
    fitted: Floats, votes: Ballots, models: int, anchor: tuple[int, float] | None
) -> CompatibleFit:
    """Scale the fit (row 0) and its resamples (the other rows)."""
    size = votes.members.size
    points = spread(MEAN + SCALE * fitted[:, :size], votes.members, models)
    if anchor is not None:
        points += anchor[1] - points[:, [anchor[0]]]
    ratings, resamples, coefficients = points[0], points[1:], fitted[0, size:]
    if not len(resamples):
        return CompatibleFit(ratings, None, None, None, coefficients)
    lower, upper = np.quantile(resamples, [0.025, 0.975], axis=0)
    return CompatibleFit(ratings, lower, upper, resamples.var(axis=0, ddof=1), coefficients)
