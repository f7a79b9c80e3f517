"""Online Elo ratings, for comparison only: they depend on the order of the votes.

After each vote the winner takes from the loser what the vote was unexpected by (Elo 1978, "The
Rating of Chessplayers"). Late votes count more than early ones and nothing converges, so the same
votes in another order give other ratings: :func:`order_spread` says by how much. To compare
models, fit :mod:`tiltyard.ratings.bradley_terry`.
"""

from dataclasses import dataclass

import numpy as np

from tiltyard.ratings.pair_counts import Floats
from tiltyard.ratings.votes import Votes


@dataclass(frozen=True, slots=True, eq=False)
class EloRatings:
    """Ratings after the last vote.

    Parameters
    ----------
    ratings
        Shape (K,), points. Their mean is `initial`, weights or not: what one side gains, the other
        loses.
    k, scale, initial
        As they were given.
    """

    ratings: Floats
    k: float
    scale: float
    initial: float


def online_elo(
    votes: Votes, *, k: float = 4.0, scale: float = 400.0, initial: float = 1000.0
) -> EloRatings:
    """Pass once over the votes, in their order.

    A vote of weight w moves both ratings by w k (y - p), y being 1, 1/2 or 0 and p the expected
    points of side a. The sum stays: the evalica package moves by k (w y - p), which does not keep
    it.

    Parameters
    ----------
    votes
        In the order they were cast.
    k
        The most that a vote of weight one can move a rating, in points.
    scale
        Points in odds of ten to one.
    initial
        Where everybody starts.
    """
    ratings = [initial] * votes.models
    columns = (votes.first, votes.second, votes.points, votes.weight * k)
    for a, b, points, most in zip(*(column.tolist() for column in columns), strict=True):
        expected = 1.0 / (1.0 + 10.0 ** ((ratings[b] - ratings[a]) / scale))
        moved = most * (points - expected)
        ratings[a] += moved
        ratings[b] -= moved
    return EloRatings(np.array(ratings), k, scale, initial)


def order_spread(
    votes: Votes, *, shuffles: int, seed: int, k: float = 4.0, scale: float = 400.0
) -> Floats:
    """Shape (K,). Standard deviation of the ratings over random orders of the same votes, points.

    Parameters
    ----------
    votes
        N votes.
    shuffles
        How many orders to try, at least two.
    seed
        The same seed gives the same orders.
    k, scale
        As for :func:`online_elo`.
    """
    random = np.random.default_rng(seed)
    orders = (random.permutation(len(votes)) for _ in range(shuffles))
    ratings = [online_elo(votes.rows(order), k=k, scale=scale).ratings for order in orders]
    spread: Floats = np.std(ratings, axis=0, ddof=1)
    return spread
