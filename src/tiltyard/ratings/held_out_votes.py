"""Compare estimators that need the votes themselves, such as those that control for features.

Losses are those of :mod:`tiltyard.ratings.held_out`.
"""

from collections.abc import Callable, Mapping

import numpy as np
from scipy.special import expit

from tiltyard.ratings.contextual import fit_contextual
from tiltyard.ratings.folds import HeldOutError, rated_in_all
from tiltyard.ratings.held_out import (
    Comparison,
    Estimator,
    compared,
    completed,
    loss_by_part,
)
from tiltyard.ratings.pair_counts import Floats, Indices
from tiltyard.ratings.votes import Votes

VotePredict = Callable[[Votes, Indices], Floats]
"""As :data:`tiltyard.ratings.held_out.Predict`, from votes and which rows of all votes they are."""

VoteEstimator = Callable[[Votes, Indices], VotePredict]
"""From training votes, and which rows of all votes they are, to what they predict."""


def by_counts(estimator: Estimator) -> VoteEstimator:
    """Use an estimator that needs no more than counts."""

    def lifted(train: Votes, _: Indices) -> VotePredict:
        predict = estimator(train.to_counts()[0])
        return lambda test, _: predict(test.first, test.second)

    return lifted


def with_features(features: Floats, *, ridge: float = 0.0) -> VoteEstimator:
    """Use Bradley-Terry with difference features, ties as halves.

    Parameters
    ----------
    features, ridge
        As for :func:`~tiltyard.ratings.contextual.fit_contextual`, for all votes.
    """

    def estimator(train: Votes, rows: Indices) -> VotePredict:
        fit = fit_contextual(train, features[rows], ridge=ridge)

        def predict(test: Votes, rows: Indices) -> Floats:
            gap = fit.strengths[test.first] - fit.strengths[test.second]
            chance = expit(gap + features[rows] @ fit.coefficients)
            return np.column_stack([chance, 1.0 - chance])

        return predict

    return estimator


def held_out_log_loss_of_votes(
    votes: Votes, estimators: Mapping[str, VoteEstimator], fold: Indices
) -> Comparison:
    """Fit all votes but one fold's, predict that fold, and so on round.

    Parameters
    ----------
    votes
        N votes over K models. Estimators may use their weights; each counts once in the loss.
    estimators
        By name.
    fold
        Shape (N,). The fold of each vote, 0, 1, …: drawn at random, or by voter so that nobody is
        on both sides.

    Raises
    ------
    HeldOutError
        When there are fewer than two folds, the folds are not N, or no two models can be rated in
        every training set.
    """
    folds = int(fold.max(initial=0)) + 1
    if fold.shape != votes.first.shape or folds <= 1:
        raise HeldOutError(
            f"{len(votes):,} votes need as many fold numbers, from two folds at least."
        )
    parts = [votes.rows(fold == number).to_counts()[0] for number in range(folds)]
    inside, rows = votes.restricted_to(rated_in_all(parts))
    losses: dict[str, list[Floats]] = {name: [] for name in estimators}
    for number in range(folds):
        learnt, tested = np.flatnonzero(fold[rows] != number), np.flatnonzero(fold[rows] == number)
        train, test = inside.rows(learnt), inside.rows(tested)
        counts, _ = train.to_counts()
        for name, estimator in estimators.items():
            predicted = estimator(train, rows[learnt])(test, rows[tested])
            losses[name].append(loss_by_part(completed(predicted, counts), test.outcome))
    stacked = {name: np.concatenate(loss) for name, loss in losses.items()}
    return Comparison(
        compared(stacked, np.ones(rows.size)), rows.size, len(votes) - rows.size, folds
    )
