"""The Bradley-Terry model: exact maximum likelihood and its sandwich covariance.

A vote between models i and j with outcome y (1 for i, 0 for j, 1/2 for a tie or both-bad) has
log-likelihood y ln p + (1 - y) ln(1 - p) with p = 1 / (1 + exp(theta_j - theta_i))
(Bradley & Terry 1952, "Rank analysis of incomplete block designs"). Strengths are identified up to
a common shift; here they sum to zero.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import linalg
from scipy.special import expit, log_expit

from tiltyard.ratings.estimable import MOST_MODELS, NotEstimableError, refuse_unless_joined
from tiltyard.ratings.newton import on_grid
from tiltyard.ratings.pair_counts import Floats, PairCounts

GRADIENT_TOLERANCE = 1e-9
MOST_STEPS = 200


@dataclass(frozen=True, slots=True, eq=False)
class BradleyTerryFit:
    """A Bradley-Terry fit in the gauge where strengths sum to zero.

    Parameters
    ----------
    strengths
        Shape (K,). theta in nats; they sum to zero.
    covariance
        Shape (K, K). Sandwich covariance of `strengths`; its rows sum to zero. The variance of a
        contrast c'theta with sum(c) = 0 is c'Vc, and no choice of gauge changes it.
    log_likelihood
        Sum of the votes' weighted log-likelihoods, ties as halves.
    gradient
        Largest absolute element of the score at `strengths`.
    steps
        Newton steps taken.
    """

    strengths: Floats
    covariance: Floats
    log_likelihood: float
    gradient: float
    steps: int


def fit_bradley_terry(
    counts: PairCounts, squares: PairCounts | None = None, start: Floats | None = None
) -> BradleyTerryFit:
    """Fit by Newton's method with step halving; no ridge, no prior.

    Parameters
    ----------
    counts
        Weighted counts over K >= 2 models, all of which can be rated together.
    squares
        The same votes counted with their weights squared, for the covariance. Left out, every vote
        counts as itself: a count of 5 is five votes of weight one.
    start
        Shape (K,), nats. Strengths to start from, such as the last fit's; one that fits worse than
        equal strengths, or is not finite, is ignored. The result does not depend on it: see
        :data:`tiltyard.ratings.newton.GRID`.

    Raises
    ------
    NotEstimableError
        When the estimate does not exist, naming the undefeated, winless or disconnected models;
        :func:`tiltyard.ratings.rateable.fit_rateable` leaves those out instead.
    """
    top = _from_grid(counts, maximise(counts, start))
    covariance = sandwich(counts, squares or counts, top.strengths)
    return BradleyTerryFit(top.strengths, covariance, top.log_likelihood, top.gradient, top.steps)


@dataclass(frozen=True, slots=True, eq=False)
class Maximum:
    """The top of the likelihood: strengths that sum to zero, and how they were found.

    Fields mean what they mean in :class:`BradleyTerryFit`.
    """

    strengths: Floats
    log_likelihood: float
    gradient: float
    steps: int


def newton_direction(counts: PairCounts, strengths: Floats, gradient: Floats) -> Floats:
    """Shape (K,). Newton's step, summing to zero, by a Cholesky factor of the K x K information."""
    factor = linalg.cho_factor(
        _without_null_space(information(counts, strengths)), overwrite_a=True, check_finite=False
    )
    direction: Floats = linalg.cho_solve(factor, gradient, check_finite=False)
    direction -= direction.mean()
    return direction


def maximise(
    counts: PairCounts,
    start: Floats | None = None,
    direction: Callable[[PairCounts, Floats, Floats], Floats] = newton_direction,
) -> Maximum:
    """Climb to the top of the likelihood, as :func:`fit_bradley_terry` does; no covariance.

    Parameters
    ----------
    counts, start
        As there.
    direction
        What solves Newton's equations, from the counts, the strengths and the gradient.

    Raises
    ------
    NotEstimableError
        When there is no top, or double precision does not reach a gradient of zero.
    """
    refuse_unless_joined(counts)
    if start is not None:
        try:
            return _climb(counts, start, direction)
        except linalg.LinAlgError:
            pass  # so far from the top that the information vanishes: not a start at all
    try:
        return _climb(counts, None, direction)
    except linalg.LinAlgError:
        raise NotEstimableError(
            "Newton's equations cannot be solved: "
            "the weights span too many orders of magnitude for double precision."
        ) from None


def _climb(
    counts: PairCounts,
    start: Floats | None,
    direction: Callable[[PairCounts, Floats, Floats], Floats],
) -> Maximum:
    strengths, height = _start(counts, start)
    tolerance = _tolerance(counts)
    size = np.inf
    for step in range(MOST_STEPS):
        gradient = score(counts, strengths)
        size = float(np.abs(gradient).max())
        if size <= tolerance:
            return Maximum(strengths, height, size, step)
        way = direction(counts, strengths, gradient)
        strengths, height = _uphill(counts, strengths, height, gradient, way)
    raise NotEstimableError(
        f"Newton's method left a gradient of {size:.1e} after {MOST_STEPS} steps: "
        "the weights span too many orders of magnitude for double precision."
    )


def _from_grid(counts: PairCounts, top: Maximum) -> Maximum:
    """End at the same bits whatever way led to the top."""
    weight = information_by_pair(counts, top.strengths)
    unit = counts.per_model(weight, weight)
    start = on_grid(top.strengths + _newton_step(counts, top.strengths), unit)
    start -= start.mean()
    strengths = start + _newton_step(counts, start)
    gradient = float(np.abs(score(counts, strengths)).max())
    return Maximum(strengths, log_likelihood(counts, strengths), gradient, top.steps)


def _newton_step(counts: PairCounts, strengths: Floats) -> Floats:
    return newton_direction(counts, strengths, score(counts, strengths))


def log_likelihood(counts: PairCounts, strengths: Floats) -> float:
    """Return the sum over votes of y ln p + (1 - y) ln(1 - p), times their weights."""
    gap = strengths[counts.first] - strengths[counts.second]
    # The likelier outcome costs ln(1 + e^-|gap|), the other |gap| more: nothing cancels.
    surprises = np.where(gap > 0, counts.second_points, counts.first_points)
    gap = np.abs(gap)
    return float((counts.totals * log_expit(gap) - surprises * gap).sum())


def score(counts: PairCounts, strengths: Floats) -> Floats:
    """Shape (K,). Gradient of the log-likelihood, written so that nothing cancels within a pair."""
    gap = strengths[counts.first] - strengths[counts.second]
    pull = counts.first_points * expit(-gap) - counts.second_points * expit(gap)
    return counts.per_model(pull, -pull)


def information(counts: PairCounts, strengths: Floats) -> Floats:
    """Shape (K, K). Negative Hessian H: the graph Laplacian with weights n p (1 - p)."""
    return _laplacian(counts, information_by_pair(counts, strengths))


def information_by_pair(counts: PairCounts, strengths: Floats) -> Floats:
    """Shape (P,). n p (1 - p): what each pair tells about the difference of its two strengths."""
    less = expit(-np.abs(strengths[counts.first] - strengths[counts.second]))
    return counts.totals * less * (1.0 - less)


def squared_scores_by_pair(squares: PairCounts, strengths: Floats) -> Floats:
    """Shape (P,). Sum over each pair's votes of (w (y - p))²: the middle of the sandwich.

    Each outcome enters with its own residual: a tie leaves (1/2 - p)², which is not what a win and
    a loss would leave.
    """
    gap = strengths[squares.first] - strengths[squares.second]
    win, loss = expit(-gap), expit(gap)
    tie = 0.5 * (win - loss)
    halves = squares.ties + squares.both_bad
    return squares.first_wins * win**2 + squares.second_wins * loss**2 + halves * tie**2


def sandwich(counts: PairCounts, squares: PairCounts, strengths: Floats) -> Floats:
    """Covariance H⁺ B H⁺ of the strengths in the sum-zero gauge (Huber 1967; White 1980, HC0).

    B sums the outer products of single votes' scores, :func:`squared_scores_by_pair`.

    Parameters
    ----------
    counts
        Weighted counts: the weights w of the likelihood, for the information H.
    squares
        Counts weighted by w², for B.
    strengths
        Shape (K,). Where to evaluate, in nats.

    Returns
    -------
    Floats
        Shape (K, K).
    """
    bread = _pseudo_inverse(information(counts, strengths))
    middle = _laplacian(squares, squared_scores_by_pair(squares, strengths))
    covariance: Floats = bread @ middle @ bread
    return 0.5 * (covariance + covariance.T)


def _start(counts: PairCounts, start: Floats | None) -> tuple[Floats, float]:
    """Take the given start where it beats equal strengths, whose likelihood needs no sum."""
    level = -float(np.log(2.0)) * float(counts.totals.sum())
    if start is not None:
        height = log_likelihood(counts, start)
        if height > level:
            return start - start.mean(), height
    return np.zeros(counts.models), level


def _uphill(
    counts: PairCounts, strengths: Floats, here: float, gradient: Floats, direction: Floats
) -> tuple[Floats, float]:
    """Take the step, halved until the likelihood rises as much as its slope promises."""
    promise = float(gradient @ direction)
    rounding = 1e-13 * abs(here)
    length = 1.0
    there = log_likelihood(counts, strengths + direction)
    while there < here + 1e-4 * length * promise - rounding and length > SHORTEST_STEP:
        length /= 2
        there = log_likelihood(counts, strengths + length * direction)
    return strengths + length * direction, there


SHORTEST_STEP = 2.0**-40


def _tolerance(counts: PairCounts) -> float:
    """Absolute 1e-9, less where a model's whole weight is below one, never below rounding."""
    weight = counts.per_model(counts.totals, counts.totals)
    rounding = 16 * np.finfo(np.float64).eps * float(weight.max())
    return max(GRADIENT_TOLERANCE * min(1.0, float(weight.min())), rounding)


def _laplacian(counts: PairCounts, weight: Floats) -> Floats:
    if counts.models > MOST_MODELS:
        raise NotEstimableError(
            f"{counts.models:,} models are too many for matrices of all pairs: the limit is "
            f"{MOST_MODELS:,}."
        )
    above = np.zeros((counts.models, counts.models))
    above.ravel()[counts.first * counts.models + counts.second] = -weight
    matrix: Floats = above + above.T
    np.fill_diagonal(matrix, -matrix.sum(axis=1))
    return matrix


def _without_null_space(laplacian: Floats) -> Floats:
    """Add c 11'/K with c the mean diagonal: the same on sum-zero vectors, but invertible."""
    models = len(laplacian)
    return laplacian + float(np.trace(laplacian)) / models**2


def _pseudo_inverse(laplacian: Floats) -> Floats:
    """Invert on sum-zero vectors: (H + c 11'/K)⁻¹ - 11'/(cK) is exactly H⁺."""
    factor = linalg.cho_factor(_without_null_space(laplacian), overwrite_a=True, check_finite=False)
    half: Floats = linalg.lapack.dpotri(factor[0], lower=factor[1], overwrite_c=True)[0]
    above = np.triu(half, 1)
    inverse: Floats = above + above.T
    np.fill_diagonal(inverse, np.diag(half))
    inverse -= 1.0 / float(np.trace(laplacian))
    return inverse
