"""arena-rank's ratings, as of version 0.1.1.

What it does, and how that differs from an exact fit:

- The Bradley-Terry likelihood per vote, by L-BFGS until two steps change it by less than 1e-9: on
  1.67 million real votes, up to 0.3 points from the maximum.
- Its sandwich adds 1e-5 times the *number of votes* to the diagonal of the Hessian (1e-5 when
  pairs are balanced). A model with few votes in a large log gets far too narrow an interval: with
  50 votes in a million, about half the width.
- Style control shrinks coefficients by `ridge` / 2 times their squared length on the likelihood
  *per vote*: a prior as heavy as all votes together. A length coefficient of 0.25 comes out near
  0.03. The ridge is not in the Hessian of the interval.
- Style control balances pairs unless told not to: each vote counts 1 / max(votes on its pair, 50).
"""

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from tiltyard.ratings.compatibility.ballots import Ballots
from tiltyard.ratings.compatibility.draws import multinomial
from tiltyard.ratings.compatibility.quasi_newton import minimise
from tiltyard.ratings.compatibility.result import CompatibleFit, spread
from tiltyard.ratings.compatibility.threefry import Key
from tiltyard.ratings.intervals import normal_interval, points_per_nat
from tiltyard.ratings.pair_counts import Floats
from tiltyard.ratings.votes import Votes

MEAN = 1000.0
HESSIAN_RIDGE = 1e-5
STYLE = ("sum_assistant_tokens", "header_count", "bold_count", "list_count")
"""Counts per side that its published leaderboard controls for, in the order of its notebook."""


def fit_arena_rank(
    votes: Votes,
    *,
    pair_balanced: bool = False,
    confidence: float = 0.95,
    rounds: int = 0,
    seed: int = 42,
) -> CompatibleFit:
    """Ratings and intervals as `BradleyTerry.compute_ratings_and_cis` gives them.

    Parameters
    ----------
    votes
        N votes, all of weight one; both-bad is a tie. Models must be numbered in the order of
        their names, as there, for the bootstrap to draw the same.
    pair_balanced
        Its `reweighted`.
    confidence
        Of the intervals.
    rounds
        0 for its sandwich interval; else its bootstrap's quantiles over this many resamples.
    seed
        Of the bootstrap.

    Raises
    ------
    CountsError
        When there are no votes, or one has another weight than one.
    """
    ballots = Ballots.of(votes, by_appearance=False).distinct()
    balance = ballots.pair_balance() if pair_balanced else np.ones(ballots.first.size)
    none = np.empty((ballots.first.size, 0))
    fitted = _minimum(ballots, none, balance * ballots.count, ridge=0.0)
    if rounds:
        total = ballots.count.sum()
        drawn = multinomial(Key.from_seed(seed), int(total), ballots.count / total, rounds)
        resamples = [_minimum(ballots, none, balance * count, ridge=0.0) for count in drawn]
        return _by_quantiles(fitted, np.array(resamples), ballots, votes.models, confidence)
    regular = HESSIAN_RIDGE * (1.0 if pair_balanced else ballots.count.sum())
    return _by_normal(
        fitted, _variances(ballots, balance, fitted, regular), ballots, votes.models, confidence
    )


def fit_arena_rank_style(
    votes: Votes,
    features: Floats,
    *,
    ridge: float = 1.0,
    pair_balanced: bool = True,
    confidence: float = 0.95,
    rounds: int = 0,
    seed: int = 42,
) -> CompatibleFit:
    """Ratings as `ContextualBradleyTerry.compute_ratings_and_cis` gives them.

    Parameters
    ----------
    votes, pair_balanced, confidence, rounds, seed
        As for :func:`fit_arena_rank`, but pairs are balanced unless told not to, and the
        bootstrap draws single votes.
    features
        Shape (N, d), such as from :func:`arena_rank_features`; standardised here once more, as its
        dataset does.
    ridge
        Its `reg`.

    Raises
    ------
    CountsError
        When there are no votes, or one has another weight than one.
    """
    ballots = Ballots.of(votes, by_appearance=False)
    size = ballots.first.size
    deviation = features.std(axis=0)
    scaled = (features - features.mean(axis=0)) / np.where(deviation == 0, 1, deviation)
    weight = ballots.pair_balance() if pair_balanced else np.ones(size)
    weight = weight / weight.mean()
    fitted = _minimum(ballots, scaled, weight, ridge, per=size)
    if rounds:
        resamples = []
        for key in Key.from_seed(seed).split(rounds):
            row = key.below(size, size)
            drawn = ballots.rows(row)
            resamples.append(_minimum(drawn, scaled[row], weight[row], ridge, per=size))
        return _by_quantiles(fitted, np.array(resamples), ballots, votes.models, confidence)
    variances = _variances_with_features(ballots, scaled, weight, fitted, ridge)
    return _by_normal(fitted, variances, ballots, votes.models, confidence)


def arena_rank_features(counts_a: npt.ArrayLike, counts_b: npt.ArrayLike) -> Floats:
    """Style differences as the notebook of arena-rank makes them.

    Parameters
    ----------
    counts_a, counts_b
        Shape (N, d). Style counts of the two sides.

    Returns
    -------
    Floats
        Shape (N, d). z-scores, by the sample deviation, of (a - b) / (a + b), 0 where both are 0.
    """
    a, b = np.asarray(counts_a, np.float64), np.asarray(counts_b, np.float64)
    difference = (a - b) / np.where(a + b == 0, 1, a + b)
    scaled: Floats = (difference - difference.mean(axis=0)) / difference.std(axis=0, ddof=1)
    return scaled


def _minimum(
    ballots: Ballots, features: Floats, weight: Floats, ridge: float, per: float | None = None
) -> Floats:
    """Shape (M + d,). Where its L-BFGS leaves the weighted log-loss over `per`, plus the ridge."""
    models = ballots.members.size
    total = per or float(weight.sum())

    def loss(parameters: Floats) -> tuple[float, Floats]:
        gap, coefficient = _gap(ballots, features, parameters), parameters[models:]
        terms = ballots.points * gap - np.logaddexp(0.0, gap)
        residual = (ballots.points - expit(gap)) * weight / total
        shrink = ridge * coefficient
        slope = np.concatenate([-ballots.per_model(residual), shrink - residual @ features])
        return 0.5 * float(shrink @ coefficient) - float(terms @ weight) / total, slope

    return minimise(loss, np.zeros(models + features.shape[1]))


def _gap(ballots: Ballots, features: Floats, parameters: Floats) -> Floats:
    rating, coefficient = np.split(parameters, [ballots.members.size])
    gap: Floats = rating[ballots.first] - rating[ballots.second] + features @ coefficient
    return gap


def _variances(ballots: Ballots, balance: Floats, fitted: Floats, regular: float) -> Floats:
    """Shape (M,). Diagonal of H⁻¹ B H⁻¹ with `regular` on the diagonal of H."""
    chance = expit(fitted[ballots.first] - fitted[ballots.second])
    weight = balance * ballots.count
    hessian = ballots.laplacian(weight * chance * (1 - chance)) + regular * np.eye(fitted.size)
    meat = ballots.laplacian(((ballots.points - chance) * balance) ** 2 * ballots.count)
    bread = np.linalg.inv(hessian)
    variances: Floats = np.diag(bread @ meat @ bread)
    return variances


def _variances_with_features(
    ballots: Ballots, features: Floats, weight: Floats, fitted: Floats, ridge: float
) -> Floats:
    """Shape (M + d,). Its sandwich, whose Hessian has 1e-5 where the ridge belongs."""
    chance = expit(_gap(ballots, features, fitted))
    size = ballots.first.size
    hessian = _block(ballots, features, weight * chance * (1 - chance) / size)
    hessian += HESSIAN_RIDGE * np.eye(fitted.size)
    meat = _block(ballots, features, ((ballots.points - chance) * weight) ** 2 / size)
    shrunk = ridge * np.concatenate(
        [np.zeros(ballots.members.size), fitted[ballots.members.size :]]
    )
    bread = np.linalg.inv(hessian)
    variances: Floats = np.diag(bread @ (meat - np.outer(shrunk, shrunk) / size) @ bread) / size
    return variances


def _block(ballots: Ballots, features: Floats, weight: Floats) -> Floats:
    """Shape (M + d, M + d). Sum over the votes of `weight` times xx', x the row of the design."""
    weighted = weight[:, None] * features
    cross = np.stack([ballots.per_model(column) for column in weighted.T], axis=1)
    return np.block([[ballots.laplacian(weight), cross], [cross.T, features.T @ weighted]])


def _by_normal(
    fitted: Floats, variances: Floats, ballots: Ballots, models: int, confidence: float
) -> CompatibleFit:
    size = ballots.members.size
    lower, upper = normal_interval(fitted[:size], np.sqrt(variances[:size]), confidence)
    ratings, lower, upper = _scaled(np.stack([fitted[:size], lower, upper]), ballots, models)
    squares = spread(variances[:size] * points_per_nat() ** 2, ballots.members, models)
    return CompatibleFit(ratings, lower, upper, squares, fitted[size:])


def _by_quantiles(
    fitted: Floats, resamples: Floats, ballots: Ballots, models: int, confidence: float
) -> CompatibleFit:
    size = ballots.members.size
    points = _scaled(resamples[:, :size], ballots, models)
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(points, [tail, 1 - tail], axis=0)
    ratings = _scaled(fitted[:size], ballots, models)
    return CompatibleFit(ratings, lower, upper, points.var(axis=0), fitted[size:])


def _scaled(strengths: Floats, ballots: Ballots, models: int) -> Floats:
    return spread(MEAN + points_per_nat() * strengths, ballots.members, models)
