"""How one person's taste departs from everybody's, and how much tastes differ at all.

A person's strengths are everybody's plus a departure, theta + delta, and departures are drawn from
N(0, tau² I). With everybody's strengths known, the person's own votes and this prior give delta
(a mixed logistic model with one level: Bradley & Terry strengths with random effects). With few
votes delta stays near zero; with many it is what the person's votes say.

Everybody's strengths are estimates too, with a covariance V, and the person's votes are among
theirs: a departure moves them by V H delta, with H the information of these votes. So they err by
V* = V + tau² V H H V. Of that W = (H + I/tau²)⁻¹ / tau² reaches the person's strengths, and what W
leaves is missing in the departure:

    Var(theta + delta) = P + W V* W',    Var(delta) = P + (I - W) V* (I - W)',

with P the covariance of delta for a known theta. No term stands between the two: P is of what the
person's votes leave open, and those are all that everybody's strengths know of the person.

tau is estimated by moments from everybody's votes: two votes of one person that share a model have
residuals that agree as often as tastes differ, and independent ones would not agree at all.
"""

from dataclasses import dataclass

import numpy as np

from tiltyard.ratings.logistic import logistic, residuals
from tiltyard.ratings.newton import Slope, climb
from tiltyard.ratings.pair_counts import CountsError, Floats, Indices
from tiltyard.ratings.semidefinite import pseudo_inverse
from tiltyard.ratings.votes import Votes


@dataclass(frozen=True, slots=True, eq=False)
class Departure:
    """One person's (or group's) departure from everybody's strengths.

    Parameters
    ----------
    departures
        Shape (K,). delta in nats; they sum to zero.
    covariance, own_covariance
        Shapes (K, K). Of delta and of theta + delta, given the votes, the prior and what is known
        of everybody's strengths.
    own_share
        Between 0 and 1: by how much the votes narrowed the prior, averaged over the models. 0 is
        everybody's board, 1 would be the person's alone.
    """

    departures: Floats
    covariance: Floats
    own_covariance: Floats
    own_share: float


def fit_departure(
    votes: Votes, strengths: Floats, spread: float, known: Floats | None = None
) -> Departure:
    """Fit a departure by penalised maximum likelihood (the mode of its posterior).

    Parameters
    ----------
    votes
        The person's own, over K models.
    strengths
        Shape (K,). Everybody's, in nats.
    spread
        tau, in nats, above 0: how far tastes lie from everybody's, one standard deviation.
    known
        Shape (K, K). V, the covariance of everybody's strengths, in any gauge; their votes hold the
        person's. Left out, they are known exactly.

    Raises
    ------
    CountsError
        When the spread is not above 0.
    """
    if not 0.0 < spread < np.inf:
        raise CountsError(f"A spread of tastes of {spread} is not a finite number above 0.")
    models, ridge = strengths.size, 1.0 / spread**2
    offset = strengths[votes.first] - strengths[votes.second]

    def slope(at: Floats) -> Slope:
        logits = offset + at[votes.first] - at[votes.second]
        found = logistic(votes.points, logits)
        pull = votes.weight * found.residuals
        value = -float(votes.weight @ found.losses) - 0.5 * ridge * float(at @ at)
        gradient = _signed_sum(votes, pull) - ridge * at
        information = _laplacian(votes, votes.weight * found.variances) + ridge * np.eye(models)
        return Slope(value, gradient, information)

    none = np.empty((models, 0))
    reach = np.bincount(np.concatenate([votes.first, votes.second]), minlength=models) + ridge
    top = climb(slope, np.zeros(models), none, reach.astype(np.float64), "model {}".format)
    inside = pseudo_inverse(top.slope.information, none)
    # What all departures have in common changes no probability.
    centre = np.eye(models) - 1.0 / models
    alone = centre @ inside @ centre
    free = (models - 1) / ridge
    share = 1.0 - float(np.trace(alone)) / free if models > 1 else 0.0
    pull, rest = ridge * inside, np.eye(models) - ridge * inside
    own = top.slope.information - ridge * np.eye(models)
    theirs = np.zeros_like(alone) if known is None else _with_departure(known, own, spread)
    return Departure(
        top.at - top.at.mean(),
        alone + rest @ theirs @ rest.T,
        alone + pull @ theirs @ pull.T,
        min(max(share, 0.0), 1.0),
    )


def _with_departure(known: Floats, own: Floats, spread: float) -> Floats:
    """Add to V what departures move everybody's strengths by, through votes of information H."""
    moved = spread * (known @ own)
    found: Floats = known + moved @ moved.T
    return found


@dataclass(frozen=True, slots=True)
class Spread:
    """How much tastes differ.

    Parameters
    ----------
    variance
        tau², nats squared; below 0 where chance made people agree less than by chance.
    weight
        What it was divided by: the more, the surer.
    voters
        People with two votes or more that share a model.
    """

    variance: float
    weight: float
    voters: int


def spread_of_tastes(votes: Votes, strengths: Floats, voters: Indices) -> Spread:
    """Estimate how much people's strengths differ from everybody's.

    For every person and model, the products of the residuals of two different votes are summed;
    their expectation is tau² times the product of the votes' informations, twice that where both
    votes are on the same pair.

    Parameters
    ----------
    votes
        N votes over K models.
    strengths
        Shape (K,). Everybody's, in nats.
    voters
        Shape (N,). Who cast each vote, 0 … V-1.
    """
    logits = strengths[votes.first] - strengths[votes.second]
    pull = votes.weight * residuals(votes.points, logits)
    heft = votes.weight * logistic(votes.points, logits).variances
    models = strengths.size
    ends = np.concatenate([votes.first, votes.second])
    who = np.concatenate([voters, voters])
    of_model = _numbered(who * models + ends)
    signed = np.concatenate([pull, -pull])
    twice = np.concatenate([heft, heft])
    agreed = _squares(of_model, signed) - float(signed @ signed)
    weight = _squares(of_model, twice) - float(twice @ twice)
    low, high = np.minimum(votes.first, votes.second), np.maximum(votes.first, votes.second)
    of_pair = _numbered((voters * models + low) * models + high)
    weight += 2.0 * (_squares(of_pair, heft) - float(heft @ heft))
    shared = np.bincount(of_model) > 1
    people = np.unique(who[shared[of_model]]).size
    return Spread(_widened(agreed / weight) if weight > 0 else 0.0, weight, int(people))


FLATTER = (16.0 * np.sqrt(3.0) / (15.0 * np.pi)) ** 2
"""Averaged over tastes, the logistic curve is flatter: by 1 / sqrt(1 + this times their variance)
(Zeger, Liang & Albert 1988, "Models for longitudinal data: a generalized estimating equation
approach")."""
MOST_MOMENT = 1.0
"""With a moment this large the flattening cannot be undone: tastes have nothing in common."""


def _widened(moment: float) -> float:
    """Undo that residuals are of the flatter curve; two models' departures meet in each vote."""
    return moment / (1.0 - 2.0 * FLATTER * min(moment, MOST_MOMENT)) if moment > 0 else moment


def _squares(groups: Indices, values: Floats) -> float:
    """Sum of the squares of the groups' sums."""
    sums = np.bincount(groups, values)
    return float(sums @ sums)


def _numbered(keys: Indices) -> Indices:
    numbers: Indices = np.unique(keys, return_inverse=True)[1]
    return numbers


def _signed_sum(votes: Votes, pull: Floats) -> Floats:
    models = votes.models
    gained = np.bincount(votes.first, pull, models) - np.bincount(votes.second, pull, models)
    return gained.astype(np.float64)


def _laplacian(votes: Votes, weight: Floats) -> Floats:
    """Shape (K, K). Sum over votes of weight times (e_i - e_j)(e_i - e_j)'."""
    matrix = np.zeros((votes.models, votes.models))
    np.add.at(matrix, (votes.first, votes.second), -weight)
    matrix += matrix.T
    matrix[np.diag_indices(votes.models)] = -matrix.sum(axis=1)
    return matrix
