"""Models of the outcomes of a vote, written as sums of log-sum-exps so that one code fits them all.

With x and y the strengths of the two models and z the model's further parameters, every outcome k
of the three models below has

    ln p_k = l_k'v + sum_t c_kt LSE_t(v) + e_k ln(exp(m eta) - 1),      v = [x, y, z],

where LSE_t(v) = ln sum_j exp(o_tj + a_tj'v). No difference of probabilities is ever taken, so
nothing cancels, and derivatives are means and covariances of softmax weights.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp, softmax

from tiltyard.ratings.pair_counts import Floats

LN_2 = float(np.log(2.0))


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeModel:
    """One such model; L = 2 + the number of parameters.

    Parameters
    ----------
    name
        As recipes spell it.
    parameters
        Names of the parameters z.
    shift
        Shape (L,). What moves together with the strengths without changing any probability.
    terms
        One (o, A) per LSE_t: offsets of shape (J,) and forms of shape (J, L).
    linear
        Shape (outcomes, L). l_k. Outcomes are: first wins, second wins, tie, both-bad; a model of
        three outcomes takes both-bad for a tie.
    uses
        Shape (outcomes, T). c_kt.
    threshold
        m, and at which parameter of v the threshold eta stands; None for a model without one. Then
        e_k is 1 for a tie and 0 for the others.
    """

    name: str
    parameters: tuple[str, ...]
    shift: Floats
    terms: tuple[tuple[Floats, Floats], ...]
    linear: Floats
    uses: Floats
    threshold: tuple[int, int] | None


def _forms(*rows: tuple[float, ...]) -> tuple[Floats, Floats]:
    table = np.array(rows)
    return table[:, 0], table[:, 1:]


RAO_KUPPER = OutcomeModel(
    name="rao-kupper",
    parameters=("threshold",),
    shift=np.array([1.0, 1, 0]),
    terms=(
        _forms((0, 1, 0, 0), (0, 0, 1, 1)),  # x, y + eta
        _forms((0, 1, 0, 1), (0, 0, 1, 0)),  # x + eta, y
    ),
    linear=np.array([[1.0, 0, 0], [0, 1, 0], [1, 1, 0]]),
    uses=np.array([[-1.0, 0], [0, -1], [-1, -1]]),
    threshold=(2, 2),
)
"""P(first) = X / (X + tY), P(tie) the rest; X = exp(x), t = exp(eta) > 1 (Rao & Kupper 1967)."""

DAVIDSON = OutcomeModel(
    name="davidson",
    parameters=("log_tie_odds",),
    shift=np.array([1.0, 1, 0]),
    terms=(_forms((0, 1, 0, 0), (0, 0, 1, 0), (0, 0.5, 0.5, 1)),),
    linear=np.array([[1.0, 0, 0], [0, 1, 0], [0.5, 0.5, 1]]),
    uses=np.array([[-1.0], [-1], [-1]]),
    threshold=None,
)
"""Odds X : Y : nu sqrt(XY) of first, second and tie (Davidson 1970); the parameter is ln nu."""

FOUR_OUTCOMES = OutcomeModel(
    name="four-outcomes",
    parameters=("threshold", "bad_level"),
    shift=np.array([1.0, 1, 0, 1]),
    terms=(
        _forms((0, 1, 0, 0, 0), (0, 0, 1, 0, 0), (0, 0, 0, 0, 1)),  # x, y, beta
        _forms((0, 1, 0, 0, 0), (0, 0, 1, 1, 0), (0, 0, 0, 0, 1)),  # x, y + eta, beta
        _forms((0, 1, 0, 1, 0), (0, 0, 1, 0, 0), (0, 0, 0, 0, 1)),  # x + eta, y, beta
        _forms(
            *((0, 1, 0, 0, 0), (0, 0, 1, 0, 0), (0, 1, 0, 1, 0), (0, 0, 1, 1, 0)),
            (LN_2, 0, 0, 0, 1),
        ),
    ),
    linear=np.array([[1.0, 0, 0, 0], [0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 1]]),
    uses=np.array([[0.0, -1, 0, 0], [0, 0, -1, 0], [-1, -1, -1, 1], [-1, 0, 0, 0]]),
    threshold=(1, 2),
)
"""Three noisy utilities, X, Y and a bar Z = exp(beta) that both may fail to reach.

P(first) = X / (X + tY + Z), P(both-bad) = Z / (X + Y + Z), P(tie) the rest: the "grounded"
Rao-Kupper model (Frick et al. 2025, "Prompt-to-Leaderboard"), in which x - beta is how good a model
is by itself.
"""


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeTerms:
    """The log-sum-exps of a model at P pairs, and the boundary term, with their derivatives.

    Parameters
    ----------
    values
        Shape (T, P).
    gradients
        Shape (T, P, L).
    curvatures
        Shape (T, P, L, L).
    boundary
        ln(exp(m eta) - 1) and its first and second derivative by eta; zeros without a threshold.
    """

    values: Floats
    gradients: Floats
    curvatures: Floats
    boundary: tuple[float, float, float]


def outcome_terms(model: OutcomeModel, at: Floats) -> OutcomeTerms:
    """Evaluate the terms of `model` at v, shape (P, L), whose parameters are in the domain."""
    values, gradients, curvatures = [], [], []
    for offsets, forms in model.terms:
        logits = at @ forms.T + offsets
        weight = softmax(logits, axis=1)
        mean = weight @ forms
        second = np.einsum("pj,ja,jb->pab", weight, forms, forms)
        values.append(logsumexp(logits, axis=1))
        gradients.append(mean)
        curvatures.append(second - mean[:, :, None] * mean[:, None, :])
    return OutcomeTerms(
        np.array(values), np.array(gradients), np.array(curvatures), _boundary(model, at)
    )


def log_probabilities(model: OutcomeModel, at: Floats) -> Floats:
    """Shape (P, outcomes). ln p_k at v, shape (P, L)."""
    terms = outcome_terms(model, at)
    logs: Floats = at @ model.linear.T + terms.values.T @ model.uses.T
    if model.threshold:
        logs[:, TIE] += terms.boundary[0]
    return logs


def outcome_scores(model: OutcomeModel, terms: OutcomeTerms) -> Floats:
    """Shape (outcomes, P, L). Gradient of ln p_k by v."""
    scores: Floats = np.tensordot(model.uses, terms.gradients, 1) + model.linear[:, None, :]
    if model.threshold:
        scores[TIE, :, model.threshold[1]] += terms.boundary[1]
    return scores


TIE = 2
"""The row of ties among the outcomes."""


def _boundary(model: OutcomeModel, at: Floats) -> tuple[float, float, float]:
    if model.threshold is None or len(at) == 0:
        return 0.0, 0.0, 0.0
    times, place = model.threshold
    reach = times * float(at[0, place])
    inside = -float(np.expm1(-reach))
    value = reach + float(np.log(inside))
    return value, times / inside, -(times**2) * float(np.exp(-reach)) / inside**2
