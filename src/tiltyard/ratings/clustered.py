"""Covariances for votes that are not independent: many by one voter, on one prompt, in one session.

The sandwich H⁻¹ B H⁻¹ stays; B adds up the scores of each cluster's votes before squaring them
(Liang & Zeger 1986, "Longitudinal data analysis using generalized linear models"). With two ways of
clustering, B is that of the first plus that of the second less that of their intersections
(Cameron, Gelbach & Miller 2011, "Robust inference with multiway clustering").

Each B is multiplied by G / (G - 1) x (N - 1) / (N - p), with G clusters, N votes of weight above
zero and p free parameters: the factor of Stata's regressions and of statsmodels. With few clusters,
below about 40, intervals are too short all the same.
"""

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

from tiltyard.errors import TiltyardError
from tiltyard.ratings.bradley_terry import BradleyTerryFit, information
from tiltyard.ratings.contextual import ContextualFit
from tiltyard.ratings.factored import FactoredFit, factored_scores
from tiltyard.ratings.logistic import residuals
from tiltyard.ratings.pair_counts import Floats, Indices
from tiltyard.ratings.semidefinite import between, common_shift, pseudo_inverse
from tiltyard.ratings.tie_models import TieModelFit, outcome_scores_of
from tiltyard.ratings.votes import Votes


class ClusterError(TiltyardError):
    """Clusters that do not fit the votes, or too few to learn from."""

    status = 422
    title = "These votes cannot be clustered"


def clustered_covariance(
    fit: BradleyTerryFit | ContextualFit | TieModelFit,
    votes: Votes,
    features: Floats | None,
    clusters: npt.ArrayLike,
    second: npt.ArrayLike | None = None,
) -> Floats:
    """Covariance of a fit when votes of a cluster may depend on one another.

    Parameters
    ----------
    fit
        Made from these votes.
    votes
        The N votes.
    features
        Shape (N, d) for a contextual fit, as it was given; None for the others.
    clusters
        Shape (N,). Integers, equal within a cluster; a vote with a negative one is alone in a
        cluster of its own, which is how a missing voter is given.
    second
        Another way to cluster the same votes, for a covariance robust to both.

    Returns
    -------
    Floats
        Shape of `fit.covariance`, in the same gauge.

    Raises
    ------
    ClusterError
        When there are fewer than two clusters, or the shapes do not fit.
    """
    if features is None:
        features = np.empty((len(votes), 0))
    _refuse_other_votes(fit, votes, features)
    scores, bread = _scores(fit, votes, features), _bread(fit, votes)
    return between_clusters(bread, scores, votes.weight, len(bread) - 1, clusters, second)


def clustered_factored_covariance(
    fit: FactoredFit,
    design: sparse.csr_array,
    points: npt.ArrayLike,
    weight: npt.ArrayLike | None,
    clusters: npt.ArrayLike,
    second: npt.ArrayLike | None = None,
) -> Floats:
    """Shape (p, p). The same for a factored fit, made from this design, points and weight."""
    scores = factored_scores(fit, design, points, weight)
    counted = np.ones(scores.shape[0]) if weight is None else np.asarray(weight, np.float64)
    free = scores.shape[1] - fit.null_space.shape[1]
    return between_clusters(fit.bread, scores, counted, free, clusters, second)


def between_clusters(
    bread: Floats,
    scores: sparse.csr_array,
    weight: Floats,
    free: int,
    clusters: npt.ArrayLike,
    second: npt.ArrayLike | None = None,
) -> Floats:
    """Sandwich `bread` around the scores summed by cluster.

    Parameters
    ----------
    bread
        Shape (p, p). H⁻¹, or H⁺ in the gauge wanted.
    scores
        Shape (N, p). Gradients of the single votes' weighted log-likelihoods.
    weight
        Shape (N,). Votes of weight zero are left out.
    free
        Number of free parameters.
    clusters, second
        As for :func:`clustered_covariance`.

    Returns
    -------
    Floats
        Shape (p, p). With two ways, eigenvalues that come out negative are set to zero, as
        Cameron, Gelbach & Miller propose.
    """
    counted = weight > 0
    codes = [_codes(way, weight.size)[counted] for way in (clusters, second) if way is not None]
    scores = scores if counted.all() else scores[counted]
    meats = [_meat(scores, code, free) for code in codes]
    if second is None:
        return between(bread, meats[0])
    overlap = _meat(scores, _both(codes[0], codes[1]), free)
    return _without_negative(between(bread, meats[0] + meats[1] - overlap))


def number_of_clusters(clusters: Indices) -> int:
    """Count the clusters, each negative label as one of its own."""
    known = clusters[clusters >= 0]
    return int(np.unique(known).size + clusters.size - known.size)


def _meat(scores: sparse.csr_array, codes: Indices, free: int) -> Floats:
    """Shape (p, p). B of one way of clustering, scores about their mean, with its factor."""
    sizes = np.bincount(codes).astype(np.float64)
    groups, votes = np.count_nonzero(sizes), codes.size
    if groups <= 1 or votes <= free:
        raise ClusterError(
            f"{votes} votes in {groups} clusters are too few for {free} parameters: "
            "clusters need at least two, and more votes than parameters."
        )
    votes_of = sparse.csc_array((np.ones(votes), codes, np.arange(votes + 1)), (sizes.size, votes))
    sums = votes_of.tocsr() @ scores
    mean = np.asarray(scores.sum(axis=0)).ravel() / votes
    lean = np.outer(sums.T @ sizes, mean)
    meat = (sums.T @ sums).toarray() - lean - lean.T + sizes @ sizes * np.outer(mean, mean)
    factor = groups / (groups - 1) * (votes - 1) / (votes - free)
    return np.asarray(factor * meat, np.float64)


def _codes(clusters: npt.ArrayLike, votes: int) -> Indices:
    """Shape (N,). The clusters in small numbers, with a fresh one for every negative."""
    codes = np.asarray(clusters)
    if codes.shape != (votes,) or codes.dtype.kind not in "iu":
        raise ClusterError(
            f"Clusters of shape {codes.shape} and type {codes.dtype} do not fit {votes} votes: "
            "give one integer per vote."
        )
    codes = codes.astype(np.int64)
    if codes.max(initial=0) > 4 * votes:
        named, row = np.unique(codes, return_inverse=True)
        codes = np.where(codes < 0, -1, row - np.searchsorted(named, 0))
    alone = np.flatnonzero(codes < 0)
    codes[alone] = codes.max(initial=0) + 1 + np.arange(alone.size)
    return codes


def _both(one: Indices, other: Indices) -> Indices:
    """Shape (N,). One number for every pair of clusters that occurs."""
    both: Indices = np.unique(one * (other.max(initial=0) + 1) + other, return_inverse=True)[1]
    return both


def _without_negative(covariance: Floats) -> Floats:
    values, vectors = linalg.eigh(covariance)
    if values[0] >= -1e-12 * values[-1]:
        return covariance
    clipped: Floats = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return clipped


def _refuse_other_votes(
    fit: BradleyTerryFit | ContextualFit | TieModelFit, votes: Votes, features: Floats
) -> None:
    wanted = fit.coefficients.size if isinstance(fit, ContextualFit) else 0
    if votes.models != fit.strengths.size or features.shape != (len(votes), wanted):
        raise ClusterError(
            f"{len(votes)} votes over {votes.models} models with features of shape "
            f"{features.shape} do not belong to a fit of {fit.strengths.size} models and "
            f"{wanted} features: give the votes and features it was made from."
        )


def _bread(fit: BradleyTerryFit | ContextualFit | TieModelFit, votes: Votes) -> Floats:
    if isinstance(fit, BradleyTerryFit):
        counts, _ = votes.to_counts()
        return pseudo_inverse(information(counts, fit.strengths), common_shift(votes.models))
    return fit.bread


def _scores(
    fit: BradleyTerryFit | ContextualFit | TieModelFit, votes: Votes, features: Floats
) -> sparse.csr_array:
    """Shape (N, p). Each vote's gradient, which touches two strengths and all other parameters."""
    if isinstance(fit, TieModelFit):
        local = outcome_scores_of(fit, votes.first, votes.second)
        outcome = np.minimum(votes.outcome, len(local) - 1)
        rows = local[outcome, np.arange(len(votes))] * votes.weight[:, None]
    else:
        strengths = fit.strengths
        logits = strengths[votes.first] - strengths[votes.second]
        if isinstance(fit, ContextualFit):
            logits += features @ fit.coefficients
        pull = votes.weight * residuals(votes.points, logits)
        rows = np.column_stack([pull, -pull, features * pull[:, None]])
    return _stacked(rows, votes)


def _stacked(rows: Floats, votes: Votes) -> sparse.csr_array:
    size = rows.shape[1]
    shared = np.broadcast_to(votes.models + np.arange(size - 2), (len(votes), size - 2))
    # SciPy multiplies with 32-bit indices faster.
    columns = np.column_stack([votes.first, votes.second, shared]).astype(np.int32)
    starts = np.arange(len(votes) + 1, dtype=np.int64) * size
    if rows.size <= np.iinfo(np.int32).max:
        starts = starts.astype(np.int32)
    shape = (len(votes), votes.models + size - 2)
    return sparse.csr_array((rows.ravel(), columns.ravel(), starts), shape=shape)
