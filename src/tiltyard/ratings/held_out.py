"""Compare estimators by how well they predict votes that they have not seen.

Every vote is scored by minus the log-probability of its outcome, one of four, so that an estimator
with ties and one without are judged on the same votes and the same events. What an estimator says
nothing about is completed with shares of the training votes:

- one that gives only the chance q of the first model (Bradley-Terry) predicts a win with
  (1 - t) q, where t is the share of ties and both-bad together;
- one that does not tell ties from both-bad splits them by their shares.

Shares are (k + 1/2) / (n + 1), so an outcome not yet seen is possible. The loss is the sum of three
parts, and where an estimator is completed it differs from others in the remaining parts alone:

- `tie`: was it a tie or both-bad, or did somebody win;
- `winner`: who won, given that somebody did; this part alone is what a board's order is about;
- `kind`: tie or both-bad, given that nobody won.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from tiltyard.ratings.bradley_terry import maximise
from tiltyard.ratings.folds import all_but, rated_in_all, split_votes
from tiltyard.ratings.pair_counts import Code, Floats, Indices, PairCounts
from tiltyard.ratings.tie_models import (
    TieModelFit,
    fit_davidson,
    fit_four_outcomes,
    fit_rao_kupper,
    outcome_probabilities,
)

Predict = Callable[[Indices, Indices], Floats]
"""From model indices, shape (M,), to probabilities: of the first winning, the second winning, and
if the estimator has them a tie, and both-bad; shape (M, 2), (M, 3) or (M, 4)."""

Estimator = Callable[[PairCounts], Predict]
"""From training votes to what they predict."""


@dataclass(frozen=True, slots=True)
class HeldOutLoss:
    """Mean loss per vote, in nats; lower is better.

    Parameters
    ----------
    total
        `tie` + `winner` + `kind`.
    tie, winner, kind
        The parts, each summed over its votes and divided by all votes scored.
    excess, excess_error
        The total less the best estimator's, and the standard error of that difference vote by vote;
        both 0 for the best. The error takes the votes as independent and the fits as given.
    """

    total: float
    tie: float
    winner: float
    kind: float
    excess: float
    excess_error: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Held-out losses of several estimators on the same votes.

    Parameters
    ----------
    losses
        By the estimators' names.
    votes
        How many votes were scored, each once.
    left_out
        Votes not scored, nor trained on: those of models that some training set cannot rate on wins
        and losses alone.
    folds
        How many.
    """

    losses: dict[str, HeldOutLoss]
    votes: int
    left_out: int
    folds: int


def ties_as_halves(train: PairCounts) -> Predict:
    """Bradley-Terry, in which a tie is half a win each."""
    strengths = maximise(train).strengths
    return lambda first, second: _two(expit(strengths[first] - strengths[second]))


def ties_dropped(train: PairCounts) -> Predict:
    """Bradley-Terry on wins and losses alone."""
    return ties_as_halves(train.without_ties())


def tie_model(fit: Callable[[PairCounts], TieModelFit]) -> Estimator:
    """Make an estimator of one of the fits in :mod:`tiltyard.ratings.tie_models`."""

    def estimator(train: PairCounts) -> Predict:
        fitted = fit(train)
        return lambda first, second: outcome_probabilities(fitted, first, second)

    return estimator


ESTIMATORS: Mapping[str, Estimator] = {
    "half": ties_as_halves,
    "drop": ties_dropped,
    "rao-kupper": tie_model(fit_rao_kupper),
    "davidson": tie_model(fit_davidson),
    "four-outcomes": tie_model(fit_four_outcomes),
}
"""By what they do with ties."""


def held_out_log_loss(
    votes: PairCounts,
    estimators: Mapping[str, Estimator] = ESTIMATORS,
    *,
    folds: int = 5,
    seed: int = 0,
) -> Comparison:
    """Fit all votes but one fold's, predict that fold, and so on round.

    Parameters
    ----------
    votes
        Numbers of votes, unweighted, over K models.
    estimators
        By name.
    folds
        Into how many parts the votes are drawn, each vote on its own.
    seed
        The same seed gives the same folds.

    Raises
    ------
    HeldOutError
        When the counts are not whole numbers, there are fewer than two folds, or no two models can
        be rated in every training set.
    NotEstimableError
        When an estimator finds no maximum, as four outcomes does not without both-bad.
    """
    parts = split_votes(votes, folds, seed)
    members = rated_in_all(parts)
    parts = [part.restricted_to(members) for part in parts]
    tests = [_cells(part) for part in parts]
    losses: dict[str, list[Floats]] = {name: [] for name in estimators}
    for fold, test in enumerate(tests):
        train = all_but(parts, fold)
        for name, estimator in estimators.items():
            predicted = completed(estimator(train)(test.first, test.second), train)
            losses[name].append(loss_by_part(predicted, test.outcome))
    size = np.concatenate([test.votes for test in tests])
    return Comparison(
        compared({name: np.concatenate(loss) for name, loss in losses.items()}, size),
        votes=round(float(size.sum())),
        left_out=round(float(votes.totals.sum() - size.sum())),
        folds=folds,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """A table as one row per pair and outcome; `votes` is how many."""

    first: Indices
    second: Indices
    outcome: Indices
    votes: Floats


def _cells(counts: PairCounts) -> _Cells:
    columns = (counts.first_wins, counts.second_wins, counts.ties, counts.both_bad)
    return _Cells(
        np.tile(counts.first, len(Code)),
        np.tile(counts.second, len(Code)),
        np.repeat(np.arange(len(Code)), counts.first.size),
        np.concatenate(columns),
    )


def loss_by_part(predicted: Floats, outcome: Indices) -> Floats:
    """Shape (M, 3). The loss of one vote each: tie, winner, kind.

    Parameters
    ----------
    predicted
        Shape (M, 4). Probabilities of the outcomes.
    outcome
        Shape (M,). Values of :class:`~tiltyard.ratings.pair_counts.Code`.
    """
    won = outcome <= Code.B
    group = np.where(won, predicted[:, :2].sum(axis=1), predicted[:, 2:].sum(axis=1))
    within = predicted[np.arange(outcome.size), outcome] / group
    loss = -np.log(np.maximum(within, np.finfo(np.float64).tiny))
    none = np.zeros(outcome.size)
    return np.column_stack([-np.log(group), np.where(won, loss, none), np.where(won, none, loss)])


def completed(predicted: Floats, train: PairCounts) -> Floats:
    """Shape (M, 4). Predictions for all four outcomes, as the module says.

    Parameters
    ----------
    predicted
        Shape (M, 2), (M, 3) or (M, 4).
    train
        The votes to take shares from.
    """
    tied = float((train.ties + train.both_bad).sum())
    split = _smoothed(float(train.both_bad.sum()), tied)
    nobody = _smoothed(tied, float(train.totals.sum()))
    if predicted.shape[1] == 2:  # noqa: PLR2004  # the two models
        predicted = np.column_stack([(1.0 - nobody) * predicted, np.full(len(predicted), nobody)])
    if predicted.shape[1] == 3:  # noqa: PLR2004  # and a tie
        either = predicted[:, 2]
        predicted = np.column_stack([predicted[:, :2], (1.0 - split) * either, split * either])
    return predicted


def _smoothed(some: float, whole: float) -> float:
    """Share of `some` in `whole` (Krichevsky & Trofimov 1981): never 0, never 1."""
    return (some + 0.5) / (whole + 1.0)


def _two(chance: Floats) -> Floats:
    return np.column_stack([chance, 1.0 - chance])


def compared(losses: Mapping[str, Floats], size: Floats) -> dict[str, HeldOutLoss]:
    """Average the losses over the votes, and against the best.

    Parameters
    ----------
    losses
        Shape (M, 3) each, from :func:`loss_by_part`.
    size
        Shape (M,). How many votes have each loss.
    """
    best = min(losses.values(), key=lambda loss: float(size @ loss.sum(axis=1)))
    return {name: _summary(loss, best, size) for name, loss in losses.items()}


def _summary(loss: Floats, best: Floats, size: Floats) -> HeldOutLoss:
    votes = float(size.sum())
    tie, winner, kind = (float(size @ part) / votes for part in loss.T)
    apart = (loss - best).sum(axis=1)
    excess = float(size @ apart) / votes
    variance = float(size @ (apart - excess) ** 2) / votes
    return HeldOutLoss(
        tie + winner + kind, tie, winner, kind, excess, float(variance / votes) ** 0.5
    )
