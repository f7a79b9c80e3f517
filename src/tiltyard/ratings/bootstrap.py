"""The bootstrap: fit the votes again and again, drawn anew with replacement (Efron 1979).

Drawing N votes with replacement is one multinomial draw of the table of counts, so a round costs
what the table costs, however many votes it holds. A round's estimate lies within a few standard
errors of the estimate from all votes, so all rounds climb together by the Cholesky factor of that
one fit (chord steps), and only a round that does not settle gets Newton steps of its own.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse
from scipy.special import expit

from tiltyard.ratings.bradley_terry import information, maximise
from tiltyard.ratings.connectivity import connectivity, joined_both_ways
from tiltyard.ratings.pair_counts import Floats, Indices, PairCounts
from tiltyard.ratings.resampling import ClusterUrn, Draws, ResamplingError, VoteUrn
from tiltyard.ratings.votes import Votes

SETTLED = 1e-7
"""Nats: a step below which a round counts as fitted; 0.00002 rating points."""

MOST_CHORDS = 30
SPOILT = 0.1
"""Share of rounds that a covariance may leave out because a model is endless in them."""

ELEMENTS = 1_000_000
"""Numbers of rounds drawn and climbed at once: 8 MB an array, small enough for the processor's
caches. Without a bound, a thousand rounds of 200,000 clusters would hold 3 GB of draws."""


def bootstrap(
    counts: PairCounts, squares: PairCounts | None = None, *, rounds: int, seed: int
) -> Floats:
    """Fit `rounds` tables of votes drawn with replacement from the table.

    Parameters
    ----------
    counts
        Weighted counts over K models, all of which can be rated together.
    squares
        The same votes counted with their weights squared; left out, a count of 5 is five votes. See
        :class:`~tiltyard.ratings.resampling.VoteUrn` for what weights mean here.
    rounds
        How many tables to draw.
    seed
        The same seed gives the same result.

    Returns
    -------
    Floats
        Shape (rounds, K), nats, each row summing to zero. In a round where the votes drawn place a
        model above everything it is inf, below everything -inf, and NaN where nothing links it to
        the rest; the others then keep the mean that they have in the fit of all votes.

    Raises
    ------
    NotEstimableError
        When the votes themselves cannot be fitted.
    ResamplingError
        When `rounds` is not positive or no vote has weight.
    """
    return _refit(counts, VoteUrn.of(counts, squares), rounds, seed)


def bootstrap_clusters(votes: Votes, clusters: Indices, *, rounds: int, seed: int) -> Floats:
    """Fit `rounds` tables of whole clusters drawn with replacement.

    Votes of one voter, or on one prompt, are more alike than votes of strangers; drawing them
    together keeps that in the spread (Davison & Hinkley 1997, section 3.8).

    Parameters
    ----------
    votes
        N votes over K models, all of which can be rated together.
    clusters
        Shape (N,). Labels: equal means the same cluster, negative (not known) a cluster of its own.
    rounds, seed
        As for :func:`bootstrap`.

    Returns
    -------
    Floats
        Shape (rounds, K), as from :func:`bootstrap`.

    Raises
    ------
    NotEstimableError, ResamplingError
        As :func:`bootstrap` does; also when the labels are not N.
    """
    counts, _ = votes.to_counts()
    return _refit(counts, ClusterUrn.of(votes, clusters, counts), rounds, seed)


def percentile_interval(strengths: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Bounds between which `confidence` of the rounds lie, model by model.

    The bounds are values that occurred, rounded outwards, so they are infinite where too many
    rounds are; a round that is NaN counts against both bounds.

    Parameters
    ----------
    strengths
        Shape (rounds, K). What :func:`bootstrap` returns, in any unit.
    confidence
        Between 0 and 1, both excluded.
    """
    unknown, tail = np.isnan(strengths), 0.5 - 0.5 * confidence
    low, high = np.where(unknown, -np.inf, strengths), np.where(unknown, np.inf, strengths)
    lower: Floats = np.quantile(low, tail, axis=0, method="lower")
    upper: Floats = np.quantile(high, 1.0 - tail, axis=0, method="higher")
    return lower, upper


def mostly_finite(strengths: Floats) -> Indices:
    """Say which models have a covariance over the rounds: those that are rarely endless.

    A model of few votes wins all of them in many a round, or loses all. To leave such rounds out
    would take the spread of every other model from the few that remain, so that model is left out.

    Parameters
    ----------
    strengths
        Shape (rounds, K). What :func:`bootstrap` returns.

    Returns
    -------
    Indices
        As many models as can be, the most often finite ones first in line, such that all of them
        are finite in nine of ten rounds and in two at least; in ascending order.
    """
    endless = ~np.isfinite(strengths)
    order = np.argsort(endless.sum(axis=0), kind="stable")
    spoilt = np.logical_or.accumulate(endless[:, order], axis=1).sum(axis=0)
    rounds = len(strengths)
    return np.sort(order[(spoilt <= SPOILT * rounds) & (spoilt <= rounds - 2)])


def _refit(counts: PairCounts, urn: VoteUrn | ClusterUrn, rounds: int, seed: int) -> Floats:
    if rounds < 1:
        raise ResamplingError(f"{rounds} rounds are no bootstrap: ask for at least one.")
    climb = _Climb.of(counts)
    random = np.random.default_rng(seed)
    at_once = max(1, ELEMENTS // max(counts.first.size, urn.size))
    batches = [min(at_once, rounds - done) for done in range(0, rounds, at_once)]
    return np.concatenate([climb.to_tops(urn.draw(batch, random)) for batch in batches])


@dataclass(frozen=True, slots=True, eq=False)
class _Climb:
    """What all rounds share.

    Parameters
    ----------
    counts
        The table that was drawn from.
    centre
        Shape (K,). The fit of all votes.
    differences
        Shape (P, K). +1 and -1 where a pair has its models.
    factor
        The Cholesky factor of the information at the centre.
    """

    counts: PairCounts
    centre: Floats
    differences: sparse.csr_array
    factor: tuple[Floats, bool]

    @classmethod
    def of(cls, counts: PairCounts) -> "_Climb":
        centre = maximise(counts).strengths
        pairs = counts.first.size
        ends = np.column_stack([counts.first, counts.second]).ravel()
        differences = sparse.csr_array(
            (np.tile([1.0, -1.0], pairs), ends, np.arange(0, 2 * pairs + 1, 2)),
            shape=(pairs, counts.models),
        )
        laplacian = information(counts, centre)
        lifted = laplacian + np.trace(laplacian) / counts.models**2
        return cls(counts, centre, differences, linalg.cho_factor(lifted))

    def to_tops(self, draws: Draws) -> Floats:
        """Shape (rounds, K). The estimates of a batch of rounds."""
        strengths, settled = self._by_chords(draws)
        for column in range(settled.size):
            table = self._table(draws, column)
            if not joined_both_ways(table):
                strengths[:, column] = self._of_part(table)
            elif not settled[column]:
                strengths[:, column] = maximise(table, self.centre).strengths
        return strengths.T

    def _by_chords(self, draws: Draws) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
        """Shape (K, rounds). Where chord steps lead, and whether they settled there."""
        won, totals = draws.first_points, draws.first_points + draws.second_points
        gather, spread = self.differences, self.differences.T.tocsr()
        strengths = np.tile(self.centre[:, None], won.shape[1])
        moving = np.arange(won.shape[1])
        for _ in range(MOST_CHORDS):
            here = strengths[:, moving]
            gradient = spread @ (won - totals * expit(gather @ here))
            step = linalg.cho_solve(self.factor, gradient, check_finite=False)
            strengths[:, moving] = here + step - step.mean(axis=0)
            far = np.abs(step).max(axis=0) > SETTLED
            if not far.all():
                moving, won, totals = moving[far], won[:, far], totals[:, far]
            if moving.size == 0:
                break
        settled = np.ones(strengths.shape[1], np.bool_)
        settled[moving] = False
        return strengths, settled

    def _table(self, draws: Draws, column: int) -> PairCounts:
        """One round as counts; half points do for ties, since the fit asks for points alone."""
        drawn = draws.first_points[:, column].copy(), draws.second_points[:, column].copy()
        none = np.zeros(self.counts.first.size)
        return PairCounts(
            self.counts.models, self.counts.first, self.counts.second, *drawn, none, none
        )

    def _of_part(self, table: PairCounts) -> Floats:
        """Shape (K,). The estimate where the votes drawn leave some models unlinked."""
        found = connectivity(table)
        strengths = np.full(table.models, np.nan)
        strengths[found.undefeated] = np.inf
        strengths[found.winless] = -np.inf
        if found.rated.size:
            top = maximise(table.restricted_to(found.rated))
            strengths[found.rated] = top.strengths + self.centre[found.rated].mean()
        return strengths
