"""The contextual Bradley-Terry model: strengths beside the effects of how an answer looks.

A vote between model i on side a and model j on side b, whose sides differ by z, is won by i with
probability 1 / (1 + exp(-(theta_i - theta_j + z'gamma))); ties and both-bad are half a win each
way. With z the differences in length and markup this is style control (Chiang et al. 2024,
"Chatbot Arena"; LMArena 2024, "Does style matter?"); with z = 1 throughout, gamma is the advantage
of side a.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from tiltyard.ratings.collinear import refuse_collinear, refuse_explained, refuse_zero
from tiltyard.ratings.estimable import refuse_silent, refuse_unless_estimable
from tiltyard.ratings.logistic import logistic, residuals
from tiltyard.ratings.newton import Slope, climb
from tiltyard.ratings.pair_counts import Floats
from tiltyard.ratings.pair_rows import PairRows
from tiltyard.ratings.scaling import FeatureError, refuse_unless_finite
from tiltyard.ratings.semidefinite import between, common_shift, pseudo_inverse
from tiltyard.ratings.votes import Votes


@dataclass(frozen=True, slots=True, eq=False)
class ContextualFit:
    """A contextual fit in the gauge where strengths sum to zero.

    Parameters
    ----------
    strengths
        Shape (K,). theta in nats, at equal features on both sides; they sum to zero.
    coefficients
        Shape (d,). gamma in nats per unit of each feature.
    covariance
        Shape (K + d, K + d). Sandwich covariance of [strengths, coefficients]. The rows of the
        strengths sum to zero over the strengths; contrasts and coefficients have the same variance
        in every gauge.
    bread
        Shape (K + d, K + d). H⁻¹ in the same gauge: the outside of the sandwich.
    log_likelihood
        Sum of the votes' weighted log-likelihoods, ties as halves, without the ridge's penalty.
    gradient
        Largest absolute element of the gradient, with the ridge's part.
    steps
        Newton steps taken.
    ridge
        What the fit was made with. With a ridge above 0 the estimates are pulled towards 0 and the
        covariance describes their spread about where they are pulled to.
    """

    strengths: Floats
    coefficients: Floats
    covariance: Floats
    bread: Floats
    log_likelihood: float
    gradient: float
    steps: int
    ridge: float

    @property
    def coefficient_errors(self) -> Floats:
        """Shape (d,). Standard errors of the coefficients."""
        errors: Floats = np.sqrt(np.diag(self.covariance))[len(self.strengths) :]
        return errors

    @property
    def p_values(self) -> Floats:
        """Shape (d,). Two-sided normal p-value of each coefficient against 0."""
        p_values: Floats = 2.0 * ndtr(-np.abs(self.coefficients) / self.coefficient_errors)
        return p_values


def fit_contextual(
    votes: Votes, features: Floats, *, ridge: float = 0.0, start: Floats | None = None
) -> ContextualFit:
    """Fit strengths and coefficients together by exact maximum likelihood.

    The covariance is H⁻¹ B H⁻¹ (Huber 1967; White 1980, HC0): H the information, with the ridge on
    its diagonal where the estimator has one, and B the sum of the outer products of single votes'
    scores about their mean, which is zero without a ridge.

    Parameters
    ----------
    votes
        N votes over K models, all of which can be rated together.
    features
        Shape (N, d). Differences, side a less side b, scaled as the coefficients should be read. A
        column of ones is the advantage of side a.
    ridge
        Maximise the log-likelihood less ``ridge / 2 * sum(gamma**2)``; not negative. Strengths are
        never shrunk.
    start
        Shape (K + d,). Strengths and coefficients to start from, such as the last fit's; not finite
        ones are ignored. The result does not depend on them.

    Raises
    ------
    FeatureError
        When the shape does not fit the votes, a value is not finite, or a column is zero
        throughout, told by the models alone, or (without a ridge) by them and other columns.
    NotEstimableError
        When the models cannot be rated together, when nothing but ties holds some of them, or
        when the features predict every vote.
    """
    _refuse_unless_usable(votes, features, ridge)
    rows = PairRows.of(votes, features)
    refuse_unless_estimable(rows.to_counts())
    free = common_shift(rows.models, len(rows.features))
    start = _start(rows, free, start)
    penalty = np.where(np.arange(start.size) < rows.models, 0.0, ridge)
    refuse_zero(rows.features, rows.weight)
    refuse = refuse_explained if ridge else refuse_collinear
    refuse(rows.products(0.25 * rows.weight), rows.models)
    top = climb(
        lambda at: slope_at(rows, penalty, at),
        start,
        free,
        _reach(rows),
        lambda place: f"model {place}" if place < rows.models else f"feature {place - rows.models}",
    )
    bread = pseudo_inverse(top.slope.information, free)
    meat = _meat(rows, top.at)
    value = top.slope.value + 0.5 * float(penalty @ top.at**2)
    strengths, coefficients = np.split(top.at, [rows.models])
    gradient = float(np.abs(top.slope.gradient).max())
    return ContextualFit(
        strengths, coefficients, between(bread, meat), bread, value, gradient, top.steps, ridge
    )


def _start(rows: PairRows, free: Floats, given: Floats | None) -> Floats:
    if given is None or not np.isfinite(given).all():
        return np.zeros(rows.models + len(rows.features))
    return np.asarray(given - free @ (free.T @ given), np.float64)


def slope_at(rows: PairRows, penalty: Floats, at: Floats) -> Slope:
    """Give the log-likelihood at strengths and coefficients `at`, less ``penalty @ at**2 / 2``."""
    votes = logistic(rows.points, rows.logits(at))
    value = -float(rows.weight @ votes.losses) - 0.5 * float(penalty @ at**2)
    gradient = rows.total(rows.weight * votes.residuals) - penalty * at
    information = rows.products(rows.weight * votes.variances) + np.diag(penalty)
    return Slope(value, gradient, information)


def _meat(rows: PairRows, at: Floats) -> Floats:
    """Shape (K + d, K + d). Sum over votes of the outer products of scores about their mean."""
    pull = rows.weight * residuals(rows.points, rows.logits(at))
    squares = pull**2
    speaking = rows.by_pair(squares) > SILENT * rows.by_pair(rows.weight**2)
    refuse_silent(rows.models, rows.first[speaking], rows.second[speaking])
    total = rows.total(pull)
    meat: Floats = rows.products(squares)
    meat -= np.outer(total, total) / np.count_nonzero(rows.weight)
    return meat


def _reach(rows: PairRows) -> Floats:
    """Shape (K + d,). Largest gradient there could be: weight times the size of the feature."""
    pairs = rows.by_pair(rows.weight)
    ends = np.concatenate([rows.first, rows.second])
    strengths = np.bincount(ends, np.tile(pairs, 2), rows.models)
    return np.concatenate([strengths, np.abs(rows.features) @ rows.weight])


def _refuse_unless_usable(votes: Votes, features: Floats, ridge: float) -> None:
    if features.shape[:1] != (len(votes),) or len(features.shape[1:]) != 1:
        raise FeatureError(
            f"Features of shape {features.shape} do not fit {len(votes)} votes: "
            f"give one row per vote and one column per feature, ({len(votes)}, d)."
        )
    if not 0 <= ridge < np.inf:
        raise FeatureError(f"A ridge of {ridge} is not a number from 0 up.")
    refuse_unless_finite(features)


SILENT = 1e-12
"""Mean squared residual below which a pair says nothing: ties fitted as equals, to rounding."""
