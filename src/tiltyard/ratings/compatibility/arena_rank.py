"""arena-rank's ratings, as of version 0.1.1.

What it does, and how that differs from an exact fit:

- The Bradley-Terry likelihood per vote, by L-BFGS until two steps change it by less than 1e-9: some
  hundredths of a point from the maximum, more with features.
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

MEAN = 1000.0
HESSIAN_RIDGE = 1e-5
STYLE = ("sum_assistant_tokens", "header_count", "bold_count", "list_count")
"""Counts per side that its published leaderboard controls for, in the order of its notebook."""


def fit_arena_rank(
    model_a: npt.ArrayLike,
    model_b: npt.ArrayLike,
    outcome: npt.ArrayLike,
    *,
    models: int,
    pair_balanced: bool = False,
    confidence: float = 0.95,
    rounds: int = 0,
    seed: int = 42,
) -> CompatibleFit:
    """Ratings and intervals as `BradleyTerry.compute_ratings_and_cis` gives them.

    Parameters
    ----------
    model_a, model_b
        Shape (N,). Indices of the models on the two sides, numbered in the order of their names.
    outcome
        Shape (N,). Values of :class:`~tiltyard.ratings.pair_counts.Code`; both-bad is a tie.
    models
        Number of models, K.
    pair_balanced
        Its `reweighted`.
    confidence
        Of the intervals.
    rounds
        0 for its sandwich interval; else its bootstrap's quantiles over so many resamples.
    seed
        Of the bootstrap.

    Raises
    ------
    CountsError
        When the arrays are not votes.
    """
    votes = Ballots.of(model_a, model_b, outcome, models=models, by_appearance=False).distinct()
    balance = votes.pair_balance() if pair_balanced else np.ones(votes.first.size)
    none = np.empty((votes.first.size, 0))
    fitted = _minimum(votes, none, balance * votes.count, ridge=0.0)
    if rounds:
        total = votes.count.sum()
        drawn = multinomial(Key.from_seed(seed), int(total), votes.count / total, rounds)
        resamples = [_minimum(votes, none, balance * count, ridge=0.0) for count in drawn]
        return _by_quantiles(fitted, np.array(resamples), votes, models, confidence)
    regular = HESSIAN_RIDGE * (1.0 if pair_balanced else votes.count.sum())
    return _by_normal(
        fitted, _variances(votes, balance, fitted, regular), votes, models, confidence
    )


def fit_arena_rank_style(
    model_a: npt.ArrayLike,
    model_b: npt.ArrayLike,
    outcome: npt.ArrayLike,
    features: Floats,
    *,
    models: int,
    ridge: float = 1.0,
    pair_balanced: bool = True,
    confidence: float = 0.95,
    rounds: int = 0,
    seed: int = 42,
) -> CompatibleFit:
    """Ratings as `ContextualBradleyTerry.compute_ratings_and_cis` gives them.

    Parameters
    ----------
    model_a, model_b, outcome, models, pair_balanced, confidence, rounds, seed
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
        When the arrays are not votes.
    """
    votes = Ballots.of(model_a, model_b, outcome, models=models, by_appearance=False)
    size = votes.first.size
    deviation = features.std(axis=0)
    scaled = (features - features.mean(axis=0)) / np.where(deviation == 0, 1, deviation)
    weight = votes.pair_balance() if pair_balanced else np.ones(size)
    weight = weight / weight.mean()
    fitted = _minimum(votes, scaled, weight, ridge, per=size)
    if rounds:
        resamples = []
        for key in Key.from_seed(seed).split(rounds):
            row = key.below(size, size)
            drawn = Ballots(
                votes.members, votes.first[row], votes.second[row], votes.points[row], votes.count
            )
            resamples.append(_minimum(drawn, scaled[row], weight[row], ridge, per=size))
        return _by_quantiles(fitted, np.array(resamples), votes, models, confidence)
    variances = _variances_with_features(votes, scaled, weight, fitted, ridge)
    return _by_normal(fitted, variances, votes, models, confidence)


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
    votes: Ballots, features: Floats, weight: Floats, ridge: float, per: float | None = None
) -> Floats:
    """Shape (M + d,). Where its L-BFGS leaves the weighted log-loss over `per`, plus the ridge."""
    models = votes.members.size
    total = per or float(weight.sum())

    def loss(parameters: Floats) -> tuple[float, Floats]:
        gap, coefficient = _gap(votes, features, parameters), parameters[models:]
        terms = votes.points * gap - np.logaddexp(0.0, gap)
        residual = (votes.points - expit(gap)) * weight / total
        shrink = ridge * coefficient
        slope = np.concatenate([-votes.per_model(residual), shrink - residual @ features])
        return 0.5 * float(shrink @ coefficient) - float(terms @ weight) / total, slope

    return minimise(loss, np.zeros(models + features.shape[1]))


def _gap(votes: Ballots, features: Floats, parameters: Floats) -> Floats:
    rating, coefficient = np.split(parameters, [votes.members.size])
    gap: Floats = rating[votes.first] - rating[votes.second] + features @ coefficient
    return gap


def _variances(votes: Ballots, balance: Floats, fitted: Floats, regular: float) -> Floats:
    """Shape (M,). Diagonal of H⁻¹ B H⁻¹ with `regular` on the diagonal of H."""
    chance = expit(fitted[votes.first] - fitted[votes.second])
    weight = balance * votes.count
    hessian = votes.laplacian(weight * chance * (1 - chance)) + regular * np.eye(fitted.size)
    meat = votes.laplacian(((votes.points - chance) * balance) ** 2 * votes.count)
    bread = np.linalg.inv(hessian)
    variances: Floats = np.diag(bread @ meat @ bread)
    return variances


def _variances_with_features(
    votes: Ballots, features: Floats, weight: Floats, fitted: Floats, ridge: float
) -> Floats:
    """Shape (M + d,). Its sandwich, whose Hessian has 1e-5 where the ridge belongs."""
    chance = expit(_gap(votes, features, fitted))
    size = votes.first.size
    hessian = _block(votes, features, weight * chance * (1 - chance) / size)
    hessian += HESSIAN_RIDGE * np.eye(fitted.size)
    meat = _block(votes, features, ((votes.points - chance) * weight) ** 2 / size)
    shrunk = ridge * np.concatenate([np.zeros(votes.members.size), fitted[votes.members.size :]])
    bread = np.linalg.inv(hessian)
    variances: Floats = np.diag(bread @ (meat - np.outer(shrunk, shrunk) / size) @ bread) / size
    return variances


def _block(votes: Ballots, features: Floats, weight: Floats) -> Floats:
    """Shape (M + d, M + d). Sum over the votes of `weight` times xx', x the row of the design."""
    weighted = weight[:, None] * features
    cross = np.stack([votes.per_model(column) for column in weighted.T], axis=1)
    return np.block([[votes.laplacian(weight), cross], [cross.T, features.T @ weighted]])


def _by_normal(
    fitted: Floats, variances: Floats, votes: Ballots, models: int, confidence: float
) -> CompatibleFit:
    size = votes.members.size
    lower, upper = normal_interval(fitted[:size], np.sqrt(variances[:size]), confidence)
    ratings, lower, upper = _scaled(np.stack([fitted[:size], lower, upper]), votes, models)
    squares = spread(variances[:size] * points_per_nat() ** 2, votes.members, models)
    return CompatibleFit(ratings, lower, upper, squares, fitted[size:])


def _by_quantiles(
    fitted: Floats, resamples: Floats, votes: Ballots, models: int, confidence: float
) -> CompatibleFit:
    size = votes.members.size
    points = _scaled(resamples[:, :size], votes, models)
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(points, [tail, 1 - tail], axis=0)
    ratings = _scaled(fitted[:size], votes, models)
    return CompatibleFit(ratings, lower, upper, points.var(axis=0), fitted[size:])


def _scaled(strengths: Floats, votes: Ballots, models: int) -> Floats:
    return spread(MEAN + points_per_nat() * strengths, votes.members, models)
