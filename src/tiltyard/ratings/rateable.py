"""Rate what can be rated: the largest estimable part of a table of counts, and why not the rest."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tiltyard.ratings.bradley_terry import BradleyTerryFit, fit_bradley_terry
from tiltyard.ratings.connectivity import connectivity, held_by_ties
from tiltyard.ratings.pair_counts import Floats, Indices, PairCounts

Reason = Literal["undefeated", "winless", "disconnected", "only_ties"]


@dataclass(frozen=True, slots=True, eq=False)
class RateableFit:
    """A fit of the models that can be rated together.

    Parameters
    ----------
    members
        Shape (R,), sorted. Which of the K models were rated: row r of `fit` is model `members[r]`.
    fit
        The fit over those; None when no two models can be rated together.
    left_out
        The other models by reason, each array sorted and not empty. See
        :class:`~tiltyard.ratings.connectivity.Connectivity` for the first three reasons and
        :func:`~tiltyard.ratings.connectivity.held_by_ties` for the last.
    """

    members: Indices
    fit: BradleyTerryFit | None
    left_out: dict[Reason, Indices]


def fit_rateable(
    counts: PairCounts, squares: PairCounts | None = None, start: Floats | None = None
) -> RateableFit:
    """Fit the largest set of models with an estimate and an honest interval; explain the others.

    Parameters
    ----------
    counts, squares, start
        As for :func:`~tiltyard.ratings.bradley_terry.fit_bradley_terry`, over any models; `start`
        has a value for each of the K, whether it can be rated or not.
    """
    found = connectivity(counts)
    left_out: dict[Reason, Indices] = {
        "undefeated": found.undefeated,
        "winless": found.winless,
        "disconnected": found.disconnected,
    }
    members, fit = found.rated, None
    if members.size:
        fit = _fit_members(counts, squares, members, start)
        tied = held_by_ties(counts.restricted_to(members), fit.strengths)
        if tied.size:
            left_out["only_ties"] = members[tied]
            members = np.delete(members, tied)
            fit = _fit_members(counts, squares, members, start) if members.size else None
    return RateableFit(members, fit, {why: who for why, who in left_out.items() if who.size})


def _fit_members(
    counts: PairCounts, squares: PairCounts | None, members: Indices, start: Floats | None
) -> BradleyTerryFit:
    within = None if squares is None else squares.restricted_to(members)
    begin = None if start is None else start[members]
    return fit_bradley_terry(counts.restricted_to(members), within, begin)
