"""Votes split into folds, to learn from all but one and test on that one."""

from collections.abc import Sequence
from functools import reduce
from operator import add

import numpy as np

from tiltyard.errors import TiltyardError
from tiltyard.ratings.connectivity import connectivity
from tiltyard.ratings.pair_counts import Indices, PairCounts


class HeldOutError(TiltyardError):
    """Votes that cannot be split: weighted ones, too few folds, or too few votes to learn from."""

    status = 422
    title = "These estimators cannot be compared"


def split_votes(votes: PairCounts, folds: int, seed: int) -> list[PairCounts]:
    """Draw a fold for every vote; the tables of the folds add up to the whole.

    Raises
    ------
    HeldOutError
        When the counts are not whole numbers or there are fewer than two folds.
    """
    if folds <= 1:
        raise HeldOutError(f"{folds} folds leave nothing to learn from: ask for two or more.")
    cells = np.stack([votes.first_wins, votes.second_wins, votes.ties, votes.both_bad])
    if (cells != np.rint(cells)).any():
        raise HeldOutError("Weighted votes cannot be split: compare on the numbers of votes.")
    drawn = np.random.default_rng(seed).multinomial(
        cells.astype(np.int64), np.full(folds, 1.0 / folds)
    )
    return [
        PairCounts(votes.models, votes.first, votes.second, *drawn[..., fold].astype(np.float64))
        for fold in range(folds)
    ]


def all_but(parts: Sequence[PairCounts], fold: int) -> PairCounts:
    """Add up all folds but one."""
    return reduce(add, (part for number, part in enumerate(parts) if number != fold))


def rated_in_all(parts: Sequence[PairCounts]) -> Indices:
    """Models that can be rated on wins and losses alone, whichever fold is left out.

    Raises
    ------
    HeldOutError
        When there are none.
    """
    members = np.arange(parts[0].models)
    while True:
        within = [part.restricted_to(members) for part in parts]
        kept = np.ones(members.size, np.bool_)
        for fold in range(len(parts)):
            rated = connectivity(all_but(within, fold).without_ties()).rated
            kept &= np.isin(np.arange(members.size), rated)
        if members.size == 0:
            raise HeldOutError(
                "No two models can be rated whichever fold is left out: collect votes or fold less."
            )
        if kept.all():
            return members
        # Without the others' votes, some of those left may no longer be linked.
        members = members[kept]
