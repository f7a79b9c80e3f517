"""From rows of votes to counts by pair."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

from tiltyard.battles.cells import Cells
from tiltyard.battles.columns import OUTCOME
from tiltyard.battles.dictionaries import Dictionary
from tiltyard.battles.notes import Note
from tiltyard.battles.numbering import Numbering
from tiltyard.ratings.pair_counts import Floats, Indices, PairCounts

SIDES = ("model_a", "model_b")
KEYS = (*SIDES, "outcome", "weight")
SLICE = 250_000
"""This many rows are counted at a time: their numbers stay in the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class PairTable:
    """Votes counted by pair of models and outcome.

    Tables of parts of a log add up by `+` to the table of the whole, also when the parts know
    different models.

    Parameters
    ----------
    names
        Shape (K,). The models, sorted by code point; positions are the indices in the counts.
    votes
        How many votes.
    weights
        The sum of the votes' weights; equals `votes` when every weight is one.
    squares
        The sum of the squared weights, which the sandwich covariance needs.
    self_battles
        Votes left out because a model met itself, by model.
    notes
        What was noticed while reading.
    """

    names: tuple[str, ...]
    votes: PairCounts
    weights: PairCounts
    squares: PairCounts
    self_battles: dict[str, int]
    notes: tuple[Note, ...] = ()

    def __add__(self, other: "PairTable") -> Self:
        """Merge the counts of two sets of votes."""
        names = tuple(sorted({*self.names, *other.names}))
        mine, theirs = self._over(names), other._over(names)
        lost = {
            name: self.self_battles.get(name, 0) + other.self_battles.get(name, 0)
            for name in sorted({*self.self_battles, *other.self_battles})
        }
        votes, weights, squares = (one + two for one, two in zip(mine, theirs, strict=True))
        return type(self)(names, votes, weights, squares, lost, (*self.notes, *other.notes))

    def _over(self, names: tuple[str, ...]) -> tuple[PairCounts, PairCounts, PairCounts]:
        """Renumber the models as in `names`, which are sorted and hold all of them."""
        place = {name: number for number, name in enumerate(names)}
        number = np.array([place[name] for name in self.names], np.int64)
        votes, weights, squares = (
            PairCounts(
                len(names),
                number[counts.first],
                number[counts.second],
                counts.first_wins,
                counts.second_wins,
                counts.ties,
                counts.both_bad,
            )
            for counts in (self.votes, self.weights, self.squares)
        )
        return votes, weights, squares


def pair_table(frame: pl.DataFrame) -> PairTable:
    """Count the rows of a battles table.

    The order of the rows changes nothing, not even the last bit of a sum of weights: equal rows
    are grouped first, and the groups sorted.

    Parameters
    ----------
    frame
        Needs `model_a`, `model_b`, `outcome` (text or dictionary), `count` and `weight`.
    """
    if (frame["weight"] == 1).all():
        return _unweighted(frame)
    return _weighted(group_equal(frame.lazy()).collect())


def group_equal(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Make one row of all votes that are alike in models, outcome and weight."""
    return frame.group_by(KEYS).agg(pl.col("count").sum())


def tabulate(
    models: pl.Series, a: Indices, b: Indices, outcome: Indices, votes: Indices
) -> PairTable:
    """Make the table of groups of equal votes that all weigh one.

    Parameters
    ----------
    models
        Distinct names, all of which come into the table; `a` and `b` are positions in it.
    a, b, outcome, votes
        Shape (G,). The sides, the outcome in the order of :class:`Outcome`, and how many votes.
    """
    names, place = _sorted(models)
    a, b = place[a], place[b]
    apart = a != b
    counts = PairCounts.from_votes(
        a[apart], b[apart], outcome[apart], votes[apart], models=len(names)
    )
    return PairTable(names, counts, counts, counts, _self_battles(names, a[~apart], votes[~apart]))


def _unweighted(frame: pl.DataFrame) -> PairTable:
    names, codes = _codes(frame)
    models, cells = Numbering(), Cells()
    single = bool((frame["count"] == 1).all())
    for part in codes.iter_slices(SLICE):
        a, b, outcome = (part[name].to_numpy() for name in (*SIDES, "outcome"))
        count = None if single else part["count"].to_numpy()
        cells.add(models.of(a), models.of(b), outcome, count)
    return tabulate(names.words(models.codes), *cells.groups())


def _weighted(groups: pl.DataFrame) -> PairTable:
    dictionary, codes = _codes(groups)
    models = Numbering()
    left, right = (models.of(codes[side].to_numpy()) for side in SIDES)
    names, place = _sorted(dictionary.words(models.codes))
    a, b, outcome = place[left], place[right], codes["outcome"].to_numpy().astype(np.int64)
    weight, count = groups["weight"].to_numpy(), groups["count"].to_numpy()
    order = np.lexsort((weight, outcome, b, a))
    order = order[a[order] != b[order]]
    votes, weights, squares = (
        PairCounts.from_votes(
            a[order],
            b[order],
            outcome[order],
            count[order] * weight[order] ** power,
            models=len(names),
        )
        for power in (0, 1, 2)
    )
    same = a == b
    return PairTable(names, votes, weights, squares, _self_battles(names, a[same], count[same]))


def _codes(frame: pl.DataFrame) -> tuple[Dictionary, pl.DataFrame]:
    """Code models and outcomes; the models of both sides by one dictionary."""
    names = Dictionary.of(frame.schema, SIDES)
    outcome = pl.col("outcome").cast(OUTCOME).to_physical()
    sides = (names.code(side) for side in SIDES)
    return names, frame.select(*sides, outcome, "weight", "count")


def _sorted(models: pl.Series) -> tuple[tuple[str, ...], Indices]:
    """Sort names by code point, and say where each of `models` went."""
    order = models.arg_sort().to_numpy().astype(np.int64)
    place = np.empty(order.size, np.int64)
    place[order] = np.arange(order.size)
    return tuple(models.gather(order).to_list()), place


def _self_battles(
    names: tuple[str, ...], model: Indices, votes: npt.NDArray[np.int64]
) -> dict[str, int]:
    lost: Floats = np.bincount(model, votes, len(names)).astype(np.float64)
    return {names[index]: int(lost[index]) for index in np.flatnonzero(lost)}
