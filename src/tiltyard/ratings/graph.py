"""What single pairs say about a fit: those it does not explain, and cycles nothing explains."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph
from scipy.special import betainc, expit, ndtri

from tiltyard.ratings.bradley_terry import (
    information,
    information_by_pair,
    squared_scores_by_pair,
)
from tiltyard.ratings.intervals import errors_of_differences
from tiltyard.ratings.pair_counts import Floats, Indices, PairCounts
from tiltyard.ratings.semidefinite import between, common_shift, pseudo_inverse

ENOUGH_INFORMATION = 5.0
"""n p (1 - p) from which a pair's points are near enough to normal to be called surprising."""


@dataclass(frozen=True, slots=True, eq=False)
class PairResiduals:
    """How far each pair's votes lie from what the strengths say; rows as in the counts.

    Parameters
    ----------
    observed, expected
        Shape (P,). The first model's share of the points; NaN observed where a pair has no votes.
    standardised
        Shape (P,). Points above expectation over their standard error: near standard normal if the
        model holds and the pair has :data:`ENOUGH_INFORMATION`. 0 where the pair alone decides
        its own expectation, since then nothing is left to compare.
    information
        Shape (P,). n p (1 - p).
    dispersion
        Variance of single votes, as a multiple of p (1 - p): below one with ties.
    """

    observed: Floats
    expected: Floats
    standardised: Floats
    information: Floats
    dispersion: float

    def surprising(self, confidence: float = 0.95) -> Indices:
        """Rows that one pair in a table the model explains would reach with 1 - `confidence`.

        Šidák's level over the pairs with :data:`ENOUGH_INFORMATION`; most surprising first.
        """
        judged = np.flatnonzero(self.information >= ENOUGH_INFORMATION)
        if judged.size == 0:
            return judged
        bound = float(ndtri(0.5 + 0.5 * confidence ** (1.0 / judged.size)))
        size = np.abs(self.standardised[judged])
        rows = judged[np.argsort(-size, kind="stable")]
        return rows[np.abs(self.standardised[rows]) > bound]


def pair_residuals(
    counts: PairCounts, strengths: Floats, squares: PairCounts | None = None
) -> PairResiduals:
    """Compare every pair's points with what its strengths predict.

    Pearson residuals over all votes of a pair, with the variance of a vote estimated from all pairs
    (McCullagh & Nelder 1989, "Generalized Linear Models", sections 4.5 and 12.5) and less what the
    pair itself pulled the fit towards it.

    Parameters
    ----------
    counts
        Weighted counts over K models.
    strengths
        Shape (K,). Their fit, in nats.
    squares
        The same votes counted with their weights squared; left out, weights are numbers of votes.
    """
    squares = squares or counts
    chance = expit(strengths[counts.first] - strengths[counts.second])
    above = counts.first_points * (1.0 - chance) - counts.second_points * chance
    spread = information_by_pair(squares, strengths)
    scatter = float(squared_scores_by_pair(squares, strengths).sum())
    dispersion = scatter / max(float(spread.sum()), TINY)
    share = _share_left(counts, squares, strengths)
    error = np.sqrt(dispersion * spread * np.maximum(share, 0.0))
    none = np.zeros(chance.size)
    judged = (share > NOTHING_LEFT) & (error > 0)
    return PairResiduals(
        observed=np.divide(
            counts.first_points, counts.totals, out=none + np.nan, where=counts.totals > 0
        ),
        expected=chance,
        standardised=np.divide(above, error, out=none, where=judged),
        information=information_by_pair(counts, strengths),
        dispersion=dispersion,
    )


TINY = 1e-300
NOTHING_LEFT = 1e-9
"""Share of a pair's variance below which rounding alone is left of it."""


def _share_left(counts: PairCounts, squares: PairCounts, strengths: Floats) -> Floats:
    """Shape (P,). The variance of each residual over that of the pair's points: 1 - leverage.

    With w the information and s the spread of a pair, the residual is its score less w times what
    the fit moved; its variance is s - 2 w s r + w² q, r and q being the variances of the difference
    by the pseudo-inverse H⁺ and by H⁺SH⁺. Without weights w = s and r = q.
    """
    weight = information_by_pair(counts, strengths)
    bread = pseudo_inverse(information(counts, strengths), common_shift(strengths.size))
    middle = information(squares, strengths)
    rows = counts.first, counts.second
    by_bread = errors_of_differences(bread)[rows] ** 2
    by_both = errors_of_differences(between(bread, middle))[rows] ** 2
    spread = information_by_pair(squares, strengths)
    gained = np.divide(weight**2 * by_both, spread, out=np.zeros_like(spread), where=spread > 0)
    return 1.0 - 2.0 * weight * by_bread + gained


@dataclass(frozen=True, slots=True, eq=False)
class SurvivingCycles:
    """Cycles of pairs that each hold with confidence.

    Parameters
    ----------
    triangles
        Shape (C, 3). Each model beats the next and the last beats the first; the lowest index
        comes first.
    tangles
        The groups of models within which a chain of certain wins leads from each to each, sorted,
        largest first: where no triangle is, a longer cycle may be.
    beats
        Shape (E, 2). All certain pairs, winner first.
    confidence
        Of all pairs together.
    """

    triangles: Indices
    tangles: tuple[Indices, ...]
    beats: Indices
    confidence: float


def surviving_cycles(
    counts: PairCounts, squares: PairCounts | None = None, *, confidence: float = 0.95
) -> SurvivingCycles:
    """Find A > B > C > A where each pair's own votes leave no doubt: no single scale fits those.

    Each pair is judged by the sign test on its wins and losses, ties aside, at Šidák's level over
    the pairs, so a cycle in a world without any is as rare as 1 - `confidence`.

    Parameters
    ----------
    counts
        Weighted counts over K models.
    squares
        The same votes counted with their weights squared. Weighted votes are judged as the number
        of equal votes that tell as much, (Σw)²/Σw².
    confidence
        Between 0 and 1, both excluded.
    """
    decided = np.flatnonzero(counts.first_wins + counts.second_wins > 0)
    level = confidence ** (1.0 / max(decided.size, 1))
    doubt = _sign_test(counts, squares or counts)
    sure = decided[doubt[decided] < 1.0 - level]
    up = counts.first_wins[sure] > counts.second_wins[sure]
    winner = np.where(up, counts.first[sure], counts.second[sure])
    loser = np.where(up, counts.second[sure], counts.first[sure])
    shape = (counts.models, counts.models)
    beats: sparse.csr_array = sparse.csr_array((np.ones(sure.size), (winner, loser)), shape=shape)
    return SurvivingCycles(
        _triangles(beats), _tangles(beats), np.column_stack([winner, loser]), confidence
    )


def _sign_test(counts: PairCounts, squares: PairCounts) -> Floats:
    """Shape (P,). Two-sided p-values of as uneven a split of wins and losses between equals."""
    decided = counts.first_wins + counts.second_wins
    seconds = squares.first_wins + squares.second_wins
    some = decided > 0
    votes = np.divide(decided**2, seconds, out=np.ones_like(decided), where=some)
    most = np.maximum(counts.first_wins, counts.second_wins)
    share = np.divide(most, decided, out=np.zeros_like(decided), where=some)
    tail = betainc(np.maximum(votes * share, 0.5), votes * (1.0 - share) + 1.0, 0.5)
    return np.where(some, np.minimum(1.0, 2.0 * tail), 1.0)


def _triangles(beats: sparse.csr_array) -> Indices:
    """Shape (C, 3). For each certain win, who is beaten by the loser and beats the winner."""
    through = (beats @ beats).T.multiply(beats).tocoo()
    after, before = beats.tocsr(), beats.T.tocsr()
    found = [
        (winner, loser, int(third))
        for winner, loser in zip(*(axis.tolist() for axis in through.coords), strict=True)
        for third in np.intersect1d(_row(after, loser), _row(before, winner))
        if winner < loser and winner < third
    ]
    return np.array(sorted(found), np.int64).reshape(-1, 3)


def _row(matrix: sparse.csr_array, row: int) -> Indices:
    return matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]].astype(np.int64)


def _tangles(beats: sparse.csr_array) -> tuple[Indices, ...]:
    component = csgraph.connected_components(beats, directed=True, connection="strong")[1]
    groups = [
        np.flatnonzero(component == part) for part in np.flatnonzero(np.bincount(component) > 1)
    ]
    return tuple(sorted(groups, key=lambda group: (-group.size, int(group[0]))))
