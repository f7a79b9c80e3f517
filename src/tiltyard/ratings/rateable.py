"""Rate what can be rated: the largest estimable part of a table of counts, and why not the rest."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

from tiltyard.ratings.bradley_terry import BradleyTerryFit, fit_bradley_terry
from tiltyard.ratings.connectivity import connectivity, held_by_ties
from tiltyard.ratings.pair_counts import Floats, Indices, PairCounts
from tiltyard.ratings.sparse import SparseFit, fit_sparse

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
    return RateableFit(*_rated(counts, lambda who: _fit_members(counts, squares, who, start)))


@dataclass(frozen=True, slots=True, eq=False)
class RateableSparseFit:
    """As :class:`RateableFit`, without a covariance of all models.

    Parameters
    ----------
    members
        Shape (R,), sorted. Which of the K models were rated.
    fit
        The fit over those: `fit.requested` are rows of `members`, in increasing order.
    left_out
        The other models by reason.
    """

    members: Indices
    fit: SparseFit | None
    left_out: dict[Reason, Indices]


def fit_rateable_sparse(
    counts: PairCounts,
    squares: PairCounts | None = None,
    *,
    requested: Indices,
    start: Floats | None = None,
) -> RateableSparseFit:
    """Do what :func:`fit_rateable` does for tens of thousands of models.

    Parameters
    ----------
    counts, squares, start
        As there.
    requested
        Which of the K models need an interval; those that cannot be rated are passed over.
    """

    def fit_members(members: Indices) -> SparseFit:
        within = None if squares is None else squares.restricted_to(members)
        rows = np.flatnonzero(np.isin(members, requested))
        begin = None if start is None else start[members]
        return fit_sparse(counts.restricted_to(members), within, requested=rows, start=begin)

    return RateableSparseFit(*_rated(counts, fit_members))


Fit = TypeVar("Fit", BradleyTerryFit, SparseFit)


def _rated(
    counts: PairCounts, fit_members: Callable[[Indices], Fit]
) -> tuple[Indices, Fit | None, dict[Reason, Indices]]:
    """Fit the members of the largest estimable part, less those that only ties hold there."""
    found = connectivity(counts)
    left_out: dict[Reason, Indices] = {
        "undefeated": found.undefeated,
        "winless": found.winless,
        "disconnected": found.disconnected,
    }
    members, fit = found.rated, None
    if members.size:
        fit = fit_members(members)
        tied = held_by_ties(counts.restricted_to(members), fit.strengths)
        if tied.size:
            left_out["only_ties"] = members[tied]
            members = np.delete(members, tied)
            fit = fit_members(members) if members.size else None
    return members, fit, {why: who for why, who in left_out.items() if who.size}


def _fit_members(
    counts: PairCounts, squares: PairCounts | None, members: Indices, start: Floats | None
) -> BradleyTerryFit:
    within = None if squares is None else squares.restricted_to(members)
    begin = None if start is None else start[members]
    return fit_bradley_terry(counts.restricted_to(members), within, begin)
