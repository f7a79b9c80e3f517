"""When votes are enough: the goals of a simulation."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.special import ndtri

from tiltyard.arena.pairing.weighing import BELIEVED
from tiltyard.ratings.intervals import normal_interval, points_per_nat, rank_by_overlap
from tiltyard.ratings.pair_counts import Floats, Indices, PairCounts
from tiltyard.ratings.rateable import RateableFit

Goal = Literal["top ten", "ratings", "newcomers", "win table"]
GOALS: tuple[Goal, ...] = get_args(Goal)

TOP = 10
PLACES = 3.0
"""The ranks that the 95 % intervals of the ten best models leave open, on average."""
POINTS = 25.0
"""How far the 95 % intervals of the ratings reach, on average."""
WIN_SHARE = 0.2
"""How far the 95 % interval of a pair's win share reaches, on average over all pairs."""
CONFIDENCE = 0.95
Z = float(ndtri(0.5 + 0.5 * CONFIDENCE))


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Votes so far and their fit.

    Attributes
    ----------
    counts, rated
        By model, the best first.
    present, late
        Who can be drawn now, and which of them joined late.
    """

    counts: PairCounts
    rated: RateableFit
    present: Indices
    late: Indices


def reached(state: State, places: float = PLACES) -> list[Goal]:
    """Name the goals that these votes reach; who has no rating is nowhere near."""
    lower, upper = _intervals(state)
    reach = 0.5 * (upper - lower)
    goals: dict[Goal, bool] = {
        "top ten": _open_places(lower, upper, state.present) <= places,
        "ratings": bool(reach[state.present].mean() <= POINTS),
        "newcomers": state.late.size > 0 and bool(reach[state.late].max() <= POINTS),
        "win table": _win_share_reach(state) <= WIN_SHARE,
    }
    return [goal for goal, there in goals.items() if there]


def _intervals(state: State) -> tuple[Floats, Floats]:
    """Shapes (K,), in points; without end for models without a rating."""
    lower = np.full(state.counts.models, -np.inf)
    upper = np.full(state.counts.models, np.inf)
    if state.rated.fit is not None:
        fit, members = state.rated.fit, state.rated.members
        error = np.sqrt(np.diag(fit.covariance))
        bounds = normal_interval(fit.strengths, error, CONFIDENCE)
        lower[members], upper[members] = (points_per_nat() * bound for bound in bounds)
    return lower, upper


def _open_places(lower: Floats, upper: Floats, present: Indices) -> float:
    """Ranks left open by the intervals of the ten best of those present, on average."""
    ranks = rank_by_overlap(lower[present], upper[present])
    return float((ranks.worst - ranks.best + 1)[:TOP].mean())


def _win_share_reach(state: State) -> float:
    """Half the interval of a pair's win share, averaged; one vote for each side is believed."""
    counts = state.counts
    votes = counts.totals + BELIEVED
    share = (counts.first_points + 0.5 * BELIEVED) / votes
    reach = Z * np.sqrt(share * (1 - share) / votes)
    pairs = state.present.size * (state.present.size - 1) // 2
    unseen = Z * 0.5 / BELIEVED**0.5
    return float(reach.sum() + (pairs - votes.size) * unseen) / pairs
