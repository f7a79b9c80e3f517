"""Models in which a tie is an outcome of its own, not half a win.

Rao & Kupper 1967, "Ties in paired-comparison experiments"; Davidson 1970, "On extending the
Bradley-Terry model to accommodate ties"; and a model of four outcomes in which both-bad puts the
strengths on an absolute scale. All are fitted by exact maximum likelihood on counts by pair, with
the sandwich covariance of strengths and parameters together.
"""

from dataclasses import dataclass

import numpy as np

from tiltyard.ratings.connectivity import held_by_ties
from tiltyard.ratings.estimable import NotEstimableError, refuse_unless_estimable
from tiltyard.ratings.newton import Slope, climb
from tiltyard.ratings.outcome_models import (
    DAVIDSON,
    FOUR_OUTCOMES,
    RAO_KUPPER,
    TIE,
    OutcomeModel,
    log_probabilities,
    outcome_scores,
    outcome_terms,
)
from tiltyard.ratings.pair_counts import Floats, Indices, PairCounts
from tiltyard.ratings.semidefinite import between, pseudo_inverse


@dataclass(frozen=True, slots=True, eq=False)
class TieModelFit:
    """A fit in the gauge where strengths sum to zero.

    Parameters
    ----------
    model
        "rao-kupper", "davidson" or "four-outcomes".
    strengths
        Shape (K,). In nats; they sum to zero.
    parameters
        By name. `threshold` (Rao-Kupper, four outcomes), in nats, above 0: how far ahead is ahead.
        `log_tie_odds` (Davidson): ln of the odds of a tie against one win between equals.
        `bad_level` (four outcomes): the strength, on the models' scale, of the bar below which
        both are bad.
    covariance
        Shape (K + m, K + m). Sandwich covariance of [strengths, parameters in that order].
    bread
        Shape (K + m, K + m). The inverse information in the same gauge: the sandwich's outside.
    log_likelihood
        Sum of the votes' weighted log-likelihoods, over three outcomes or four.
    gradient
        Largest absolute element of the score.
    steps
        Newton steps taken.
    """

    model: str
    strengths: Floats
    parameters: dict[str, float]
    covariance: Floats
    bread: Floats
    log_likelihood: float
    gradient: float
    steps: int


def fit_rao_kupper(counts: PairCounts, squares: PairCounts | None = None) -> TieModelFit:
    """Fit wins with a threshold: p = 1 / (1 + exp(eta - gap)), and ties the rest.

    Parameters
    ----------
    counts, squares
        As for :func:`~tiltyard.ratings.bradley_terry.fit_bradley_terry`. Both-bad counts as a tie.

    Raises
    ------
    NotEstimableError
        When the models cannot be rated together, there are no ties or nothing but ties, or ties
        alone hold some models.
    """
    return _fit(RAO_KUPPER, counts, squares)


def fit_davidson(counts: PairCounts, squares: PairCounts | None = None) -> TieModelFit:
    """Fit ties as likely as nu times the geometric mean of the two wins.

    Parameters and errors are those of :func:`fit_rao_kupper`.
    """
    return _fit(DAVIDSON, counts, squares)


def fit_four_outcomes(counts: PairCounts, squares: PairCounts | None = None) -> TieModelFit:
    """Fit ties and both-bad apart: `strengths - bad_level` is how good a model is by itself.

    Parameters and errors are those of :func:`fit_rao_kupper`; votes without any both-bad are
    refused too.
    """
    return _fit(FOUR_OUTCOMES, counts, squares)


def outcome_probabilities(fit: TieModelFit, first: Indices, second: Indices) -> Floats:
    """Probability of each outcome of a vote between `first` and `second`.

    Parameters
    ----------
    first, second
        Shape (N,). Model indices.

    Returns
    -------
    Floats
        Shape (N, 3): first wins, second wins, tie. Shape (N, 4) with both-bad last for a fit of
        four outcomes.
    """
    places, row = _distinct(fit, first, second)
    chances: Floats = np.exp(log_probabilities(MODELS[fit.model], estimates(fit)[places]))
    return chances[row]


def outcome_scores_of(fit: TieModelFit, first: Indices, second: Indices) -> Floats:
    """Gradient of each outcome's log-probability, by [first, second, parameters].

    Returns
    -------
    Floats
        Shape (outcomes, N, 2 + m), with outcomes as in :func:`outcome_probabilities`.
    """
    places, row = _distinct(fit, first, second)
    model = MODELS[fit.model]
    return outcome_scores(model, outcome_terms(model, estimates(fit)[places]))[:, row]


def estimates(fit: TieModelFit) -> Floats:
    """Shape (K + m,). [strengths, parameters], as the covariance has them."""
    return np.concatenate([fit.strengths, list(fit.parameters.values())])


MODELS = {model.name: model for model in (RAO_KUPPER, DAVIDSON, FOUR_OUTCOMES)}


def _fit(model: OutcomeModel, counts: PairCounts, squares: PairCounts | None) -> TieModelFit:
    refuse_unless_estimable(counts)
    cells = _cells(model, counts)
    start = np.concatenate([np.zeros(counts.models), _start(model, cells.sum(axis=1))])
    shift = np.concatenate([np.ones(counts.models), model.shift[2:]])
    places = _places(counts.first, counts.second, counts.models, len(model.parameters))
    free = (shift / np.linalg.norm(shift))[:, None]
    names = [*(f"model {index}" for index in range(counts.models)), *model.parameters]
    top = climb(
        lambda at: _slope(model, cells, places, at),
        start,
        free,
        _reach(counts, start),
        names.__getitem__,
    )
    gauge = np.eye(start.size)
    gauge[:, : counts.models] -= shift[:, None] / counts.models
    at = gauge @ top.at
    strengths, parameters = np.split(at, [counts.models])
    bread = gauge @ pseudo_inverse(top.slope.information, free) @ gauge.T
    meat = _meat(model, _cells(model, squares or counts), places, at)
    _refuse_silent(squares or counts, strengths, meat)
    return TieModelFit(
        model.name,
        strengths,
        dict(zip(model.parameters, parameters.tolist(), strict=True)),
        between(bread, meat),
        bread,
        top.slope.value,
        float(np.abs(top.slope.gradient).max()),
        top.steps,
    )


def _cells(model: OutcomeModel, counts: PairCounts) -> Floats:
    """Shape (outcomes, P). The counts of each pair by the outcomes that the model tells apart."""
    wins = (counts.first_wins, counts.second_wins)
    if len(model.linear) > TIE + 1:
        return np.stack([*wins, counts.ties, counts.both_bad])
    return np.stack([*wins, counts.ties + counts.both_bad])


def _start(model: OutcomeModel, totals: Floats) -> Floats:
    """Shape (m,). The parameters that explain the totals if all models were equal."""
    decided = totals[0] + totals[1]
    for outcome, total in zip(("win", "tie", "both-bad"), [decided, *totals[TIE:]], strict=False):
        if total == 0:
            raise NotEstimableError(
                f"No vote is a {outcome}, so the {model.name} model has no estimate: "
                "choose a model without that outcome, such as Bradley-Terry."
            )
    tie = totals[TIE] / (decided + totals[TIE])
    bad = totals[-1] / totals.sum()
    starts = {
        "threshold": np.log((1 + tie) / (1 - tie)),
        "log_tie_odds": np.log(2 * tie / (1 - tie)),
        "bad_level": np.log(2 * bad / (1 - bad)),
    }
    return np.array([starts[name] for name in model.parameters])


def _distinct(fit: TieModelFit, first: Indices, second: Indices) -> tuple[Indices, Indices]:
    """Places of the ordered pairs that occur, and which of them each vote is."""
    models = len(fit.strengths)
    pairs, row = np.unique(first * models + second, return_inverse=True)
    return _places(pairs // models, pairs % models, models, len(fit.parameters)), row


def _places(first: Indices, second: Indices, models: int, parameters: int) -> Indices:
    """Shape (P, L). Where each pair's v = [x, y, parameters] stands in [strengths, parameters]."""
    shared = np.broadcast_to(models + np.arange(parameters), (first.size, parameters))
    return np.column_stack([first, second, shared])


def _reach(counts: PairCounts, start: Floats) -> Floats:
    """Shape (K + m,). Largest gradient there could be."""
    weight = np.full(start.size, counts.totals.sum())
    weight[: counts.models] = counts.per_model(counts.totals, counts.totals)
    return weight


def _slope(model: OutcomeModel, cells: Floats, places: Indices, at: Floats) -> Slope:
    size = at.size
    if model.threshold and at[places[0, model.threshold[1]]] <= 0:
        return Slope(-np.inf, np.zeros(size), np.eye(size))
    local = at[places]
    terms = outcome_terms(model, local)
    logs = log_probabilities(model, local)
    pull = np.einsum("kp,kpl->pl", cells, outcome_scores(model, terms))
    curve = -np.einsum("tp,tpab->pab", model.uses.T @ cells, terms.curvatures)
    information = _spread(places, curve, size)
    if model.threshold:
        place = places[0, model.threshold[1]]
        information[place, place] -= terms.boundary[2] * cells[TIE].sum()
    gradient = np.bincount(places.ravel(), pull.ravel(), size).astype(np.float64, copy=False)
    return Slope(float((cells.T * logs).sum()), gradient, information)


def _meat(model: OutcomeModel, cells: Floats, places: Indices, at: Floats) -> Floats:
    """Shape (K + m, K + m). Sum over votes of the outer products of their scores."""
    scores = outcome_scores(model, outcome_terms(model, at[places]))
    return _spread(places, np.einsum("kp,kpa,kpb->pab", cells, scores, scores), at.size)


def _spread(places: Indices, blocks: Floats, size: int) -> Floats:
    """Shape (size, size). Add each pair's (L, L) block where its strengths and parameters stand."""
    cell = places[:, :, None] * size + places[:, None, :]
    sums = np.bincount(cell.ravel(), blocks.ravel(), size * size)
    return sums.astype(np.float64, copy=False).reshape(size, size)


def _refuse_silent(squares: PairCounts, strengths: Floats, meat: Floats) -> None:
    """Refuse models whose votes are all of one kind and fitted exactly: they leave no residual."""
    weight = squares.per_model(squares.totals, squares.totals)
    silent = np.flatnonzero(np.diag(meat)[: squares.models] <= SILENT * weight)
    held = np.union1d(silent, held_by_ties(squares, strengths))
    if held.size:
        raise NotEstimableError(
            f"Nothing but ties links models {', '.join(map(str, held))} to the others, "
            "so their ratings have no interval; leave them out or collect votes that decide."
        )


SILENT = 1e-12
"""Mean squared score below which a model's votes say nothing of how sure its rating is."""
