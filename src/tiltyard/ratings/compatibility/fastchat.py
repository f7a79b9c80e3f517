"""FastChat's ratings: `serve/monitor/rating_systems.py` as of its last change, April 2025.

What it does, and how that differs from an exact fit:

- The Bradley-Terry likelihood in units of 400 points, by scipy's L-BFGS-B from zero with a gradient
  tolerance of 1e-6 and at most 100 steps. It stops where a step raises the likelihood by less than
  2e-9 of itself: on 1.67 million real votes, up to 1.2 points from the maximum.
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
from tiltyard.ratings.votes import Votes

SCALE, MEAN = 400.0, 1000.0
NATS_PER_UNIT = float(np.log(10.0))
"""FastChat's parameters are points over 400; this many nats each."""
ANCHOR = ("mixtral-8x7b-instruct-v0.1", 1114.0)
"""The model FastChat anchors at, where there is one."""
RIDGE = 0.5
STYLE = ("sum_assistant_tokens", "header_count", "list_count", "bold_count")
"""Counts per side that FastChat controls for, in its order."""


def fit_fastchat(
    votes: Votes,
    *,
    anchor: tuple[int, float] | None = None,
    rounds: int = 100,
    seed: int = 0,
) -> CompatibleFit:
    """Ratings and bootstrap intervals as `compute_bt` and `compute_bootstrap_bt` give them.

    Parameters
    ----------
    votes
        N votes, all of weight one; both-bad is a tie.
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
        When there are no votes, or one has another weight than one.
    """
    ballots = Ballots.of(votes, by_appearance=True).distinct()
    none = np.empty((ballots.first.size, 0))
    total = ballots.count.sum()
    random = np.random.default_rng(seed)
    drawn = random.multinomial(int(total), ballots.count / total, size=rounds) / total
    fitted = [_minimum(ballots, none, weight, ridge=0.0) for weight in (ballots.count, *drawn)]
    return _report(np.array(fitted), ballots, votes.models, anchor)


def fit_fastchat_style(
    votes: Votes,
    features: Floats,
    *,
    anchor: tuple[int, float] | None = None,
    rounds: int = 0,
    seed: int = 42,
) -> CompatibleFit:
    """Ratings as `compute_style_control` and `compute_bootstrap_style_control` give them.

    Parameters
    ----------
    votes, anchor, rounds
        As for :func:`fit_fastchat`. Each round fits all N votes anew.
    features
        Shape (N, d), from :func:`fastchat_features`.
    seed
        Of numpy's legacy generator. FastChat takes what the process left; its script seeds 42.

    Raises
    ------
    CountsError
        When there are no votes, or one has another weight than one.
    """
    ballots = Ballots.of(votes, by_appearance=True)
    size = ballots.first.size
    random = np.random.RandomState(seed)  # the stream FastChat draws from
    fitted = [_minimum(ballots, features, ballots.count, ridge=RIDGE)]
    for _ in range(rounds):
        row = random.randint(0, size, size=size)
        drawn = ballots.rows(row)
        fitted.append(_minimum(drawn, features[row], ballots.count, ridge=RIDGE))
    return _report(np.array(fitted), ballots, votes.models, anchor)


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


def _minimum(ballots: Ballots, features: Floats, weight: Floats, *, ridge: float) -> Floats:
    """Shape (M + d,). Where L-BFGS-B leaves the weighted, penalised log-loss."""
    models = ballots.members.size

    def loss(parameters: Floats) -> tuple[float, Floats]:
        rating, coefficient = parameters[:models], parameters[models:]
        gap = (
            NATS_PER_UNIT * (rating[ballots.first] - rating[ballots.second])
            + features @ coefficient
        )
        terms = ballots.points * log_expit(gap) + (1 - ballots.points) * log_expit(-gap)
        residual = (ballots.points - expit(gap)) * weight
        slope = np.concatenate([NATS_PER_UNIT * ballots.per_model(residual), residual @ features])
        penalty = 0.5 * ridge * float(parameters @ parameters)
        return penalty - float(terms @ weight), ridge * parameters - slope

    start = np.zeros(models + features.shape[1])
    found: Floats = minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 100, "gtol": 1e-6}
    ).x
    return found


def _report(
    fitted: Floats, ballots: Ballots, models: int, anchor: tuple[int, float] | None
) -> CompatibleFit:
    """Scale the fit (row 0) and its resamples (the other rows)."""
    size = ballots.members.size
    points = spread(MEAN + SCALE * fitted[:, :size], ballots.members, models)
    if anchor is not None:
        points += anchor[1] - points[:, [anchor[0]]]
    ratings, resamples, coefficients = points[0], points[1:], fitted[0, size:]
    if not len(resamples):
        return CompatibleFit(ratings, None, None, None, coefficients)
    lower, upper = np.quantile(resamples, [0.025, 0.975], axis=0)
    return CompatibleFit(ratings, lower, upper, resamples.var(axis=0, ddof=1), coefficients)
