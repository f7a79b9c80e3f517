"""One logistic model for contestants made of parts: model and harness, player and goal.

A vote with design row x is won with probability 1 / (1 + exp(-x'beta)). Columns are the levels of
the factors, +1 for what argues for the win and -1 for what argues against it, so that one call
rates players against models and goals, models with their harnesses or retrievers, or one person's
taste as penalised departures from everybody's (LMArena 2024, "Statistical extensions of the
Bradley-Terry and Elo models").
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from tiltyard.ratings.estimable import MOST_MODELS, NotEstimableError
from tiltyard.ratings.logistic import logistic, residuals
from tiltyard.ratings.newton import Slope, climb
from tiltyard.ratings.pair_counts import CountsError, Floats, Indices
from tiltyard.ratings.scaling import FeatureError
from tiltyard.ratings.semidefinite import between, null_space_of, pseudo_inverse


@dataclass(frozen=True, slots=True, eq=False)
class FactoredFit:
    """A factored fit, in the gauge where coefficients are orthogonal to what votes cannot tell.

    Parameters
    ----------
    coefficients
        Shape (p,). beta in nats per unit of each column. Where columns are redundant (every level
        of a factor raised alike, say), the solution of least norm: levels that only a common shift
        leaves open sum to zero, and columns without votes are zero.
    covariance
        Shape (p, p). Sandwich covariance, in the same gauge.
    bread
        Shape (p, p). The inverse of the information and the penalty: the sandwich's outside.
    null_space
        Shape (p, q). Orthonormal directions that change no probability and are not penalised.
    log_likelihood
        Sum of the votes' weighted log-likelihoods, without the penalty.
    gradient
        Largest absolute element of the gradient, with the penalty's part.
    steps
        Newton steps taken.
    penalty
        Shape (p,). What the fit was made with.
    """

    coefficients: Floats
    covariance: Floats
    bread: Floats
    null_space: Floats
    log_likelihood: float
    gradient: float
    steps: int
    penalty: Floats

    def contrast(self, weights: npt.ArrayLike) -> tuple[float, float]:
        """Estimate c'beta, and its standard error.

        Parameters
        ----------
        weights
            Shape (p,). c, such as +1 and -1 at two levels of a factor.

        Raises
        ------
        NotEstimableError
            When the votes do not determine this contrast.
        """
        c = np.asarray(weights, np.float64)
        if np.abs(c @ self.null_space).max(initial=0.0) > UNTOLD * np.linalg.norm(c):
            raise NotEstimableError(
                "The votes do not determine this contrast: it changes when parameters that no vote "
                "can tell apart are moved; compare levels of one factor that meet."
            )
        return float(c @ self.coefficients), float(np.sqrt(c @ self.covariance @ c))


UNTOLD = 1e-6
"""Share of a contrast that may lie in the null space, for rounding."""


def signed_levels(
    plus: npt.ArrayLike, minus: npt.ArrayLike | None, levels: int
) -> sparse.csr_array:
    """Shape (N, levels). Columns of one factor: +1 at the level in `plus`, -1 at that in `minus`.

    Put factors side by side with ``scipy.sparse.hstack(blocks, format="csr")``; negate the block
    of a factor that only argues against the win.

    Parameters
    ----------
    plus, minus
        Shape (N,). Level numbers 0 … levels-1; a negative number is no level, and None for `minus`
        no level throughout.
    levels
        Number of levels.

    Raises
    ------
    FeatureError
        When a number is `levels` or more.
    """
    forth = _one_hot(np.asarray(plus, np.int64), levels)
    if minus is None:
        return forth
    return sparse.csr_array(forth - _one_hot(np.asarray(minus, np.int64), levels))


def _one_hot(codes: Indices, levels: int) -> sparse.csr_array:
    if codes.max(initial=-1) >= levels:
        raise FeatureError(f"Level {codes.max()} lies outside 0 … {levels - 1}.")
    present = np.flatnonzero(codes >= 0)
    cells = (np.ones(present.size), (present, codes[present]))
    return sparse.csr_array(cells, shape=(codes.size, levels))


def fit_factored(
    design: sparse.csr_array,
    points: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    penalty: float | npt.ArrayLike = 0.0,
) -> FactoredFit:
    """Fit by exact, optionally penalised maximum likelihood.

    Parameters
    ----------
    design
        Shape (N, p). Signed features, one row per vote.
    points
        Shape (N,). 1 for a win of the side that the signs favour, 0 for a loss, 1/2 for a tie.
    weight
        Shape (N,), finite and not negative; 1 for every vote when left out.
    penalty
        One number, or shape (p,). Maximise the log-likelihood less
        ``sum(penalty * beta**2) / 2``; not negative. The covariance then describes the spread
        about what the penalised estimates aim at.

    Raises
    ------
    FeatureError
        When the design or the penalty is not finite or of another shape.
    CountsError
        When there are no votes, or a point or weight is out of range.
    NotEstimableError
        When the likelihood has no finite maximum, or nothing but ties holds a column.
    """
    votes = _votes(design, points, weight)
    size = votes.design.shape[1]
    ridge = _penalty(penalty, size)
    free = null_space_of(votes.products(0.25 * votes.weight) + np.diag(ridge))
    reach = abs(votes.design).T @ votes.weight
    top = climb(
        lambda at: _slope(votes, ridge, at), np.zeros(size), free, reach, "column {}".format
    )
    bread = pseudo_inverse(top.slope.information, free)
    meat = _meat(votes, ridge, free, top.at)
    return FactoredFit(
        top.at,
        between(bread, meat),
        bread,
        free,
        top.slope.value + 0.5 * float(ridge @ top.at**2),
        float(np.abs(top.slope.gradient).max(initial=0.0)),
        top.steps,
        ridge,
    )


def factored_scores(
    fit: FactoredFit, design: sparse.csr_array, points: npt.ArrayLike, weight: npt.ArrayLike | None
) -> sparse.csr_array:
    """Shape (N, p). Gradient of each vote's weighted log-likelihood at the estimate.

    With :func:`~tiltyard.ratings.clustered.between_clusters` and ``fit.bread`` this gives the
    covariance for votes that come in clusters.
    """
    votes = _votes(design, points, weight)
    pull = votes.weight * residuals(votes.points, votes.design @ fit.coefficients)
    return votes.scaled(pull)


@dataclass(frozen=True, slots=True, eq=False)
class _Votes:
    """Checked arrays: design (N, p), points (N,), weight (N,)."""

    design: sparse.csr_array
    points: Floats
    weight: Floats

    def scaled(self, factor: Floats) -> sparse.csr_array:
        """Shape (N, p). Each row times its factor."""
        x = self.design
        data = x.data * np.repeat(factor, np.diff(x.indptr))
        return sparse.csr_array((data, x.indices, x.indptr), shape=x.shape)

    def products(self, weight: Floats) -> Floats:
        """Shape (p, p). Sum of weight times xx' over votes."""
        return np.asarray((self.design.T @ self.scaled(weight)).toarray(), np.float64)


def _votes(design: sparse.csr_array, points: npt.ArrayLike, weight: npt.ArrayLike | None) -> _Votes:
    x = sparse.csr_array(design).astype(np.float64)
    y = np.asarray(points, np.float64)
    w = np.ones(y.shape) if weight is None else np.asarray(weight, np.float64)
    if y.shape != x.shape[:1] or w.shape != x.shape[:1] or y.size == 0:
        raise CountsError(
            f"A design of shape {x.shape} with points of shape {y.shape} and weights of shape "
            f"{w.shape} is not one or more votes: give one row, point and weight per vote."
        )
    if x.shape[1] > MOST_MODELS:
        raise FeatureError(f"{x.shape[1]:,} columns are too many: the limit is {MOST_MODELS:,}.")
    if not np.isfinite(x.data).all():
        bad = np.unique(x.indices[~np.isfinite(x.data)])
        raise FeatureError("NaN or infinite in the design: leave those votes out.", bad.tolist())
    if not ((y >= 0) & (y <= 1)).all():
        raise CountsError("A vote's points lie outside 0 … 1.")
    if not ((w >= 0) & (w < np.inf)).all():
        raise CountsError("A weight is negative or not a finite number.")
    return _Votes(x, y, w)


def _penalty(penalty: float | npt.ArrayLike, columns: int) -> Floats:
    ridge = np.asarray(penalty, np.float64)
    if ridge.shape not in ((), (columns,)) or not ((ridge >= 0) & (ridge < np.inf)).all():
        raise FeatureError(
            f"The penalty must be one number from 0 up, or one for each of {columns} columns."
        )
    return np.broadcast_to(ridge, (columns,)).copy()


def _slope(votes: _Votes, ridge: Floats, at: Floats) -> Slope:
    found = logistic(votes.points, votes.design @ at)
    value = -float(votes.weight @ found.losses) - 0.5 * float(ridge @ at**2)
    gradient = votes.design.T @ (votes.weight * found.residuals) - ridge * at
    information = votes.products(votes.weight * found.variances) + np.diag(ridge)
    return Slope(value, gradient, information)


def _meat(votes: _Votes, ridge: Floats, free: Floats, at: Floats) -> Floats:
    """Shape (p, p). Sum over votes of the outer products of scores about their mean."""
    pull = votes.weight * residuals(votes.points, votes.design @ at)
    total = votes.design.T @ pull
    meat = votes.products(pull**2)
    _refuse_silent(meat + np.diag(ridge), free)
    meat -= np.outer(total, total) / np.count_nonzero(votes.weight)
    return meat


def _refuse_silent(meat: Floats, free: Floats) -> None:
    """Refuse directions that only ties fitted exactly bear on: they would claim certainty."""
    silent = null_space_of(meat)
    if silent.shape[1] <= free.shape[1]:
        return
    silent -= free @ (free.T @ silent)
    apart = np.abs(silent - np.median(silent, axis=0)).max(axis=1) > UNTOLD
    raise NotEstimableError(
        f"Nothing but ties links columns {', '.join(map(str, np.flatnonzero(apart)))} to the "
        "others, so their coefficients have no interval; leave them out or collect votes that "
        "decide."
    )
