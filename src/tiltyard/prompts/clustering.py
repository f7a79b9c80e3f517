"""Spherical k-means: directions that lie together, the same every time.

Vectors count by their direction (Dhillon & Modha 2001, "Concept decompositions for large sparse
text data"); centres begin by k-means++ (Arthur & Vassilvitskii 2007) from a seed, and the best of
a few starts is taken.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from tiltyard.ratings.pair_counts import Floats, Indices

STARTS, STEPS = 4, 60


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Directions, grouped.

    Parameters
    ----------
    centres
        Shape (k, d), of length one.
    cohesion
        Mean cosine of a vector and its centre: 1 where all of each group point one way.
    """

    centres: Floats
    cohesion: float

    def nearest(self, vectors: Floats) -> Indices:
        """Shape (N,). The number of the centre that each vector, shape (N, d), is nearest to."""
        nearest: Indices = (vectors @ self.centres.T).argmax(axis=1)
        return nearest


def cluster(vectors: Floats, groups: int, *, seed: int = 0) -> Clusters:
    """Group vectors by direction.

    Parameters
    ----------
    vectors
        Shape (N, d), each of length one; N at least `groups`.
    groups
        How many groups.
    seed
        The same seed and vectors give the same groups.
    """
    random = np.random.default_rng(seed)
    found = [_climb(vectors, _begin(vectors, groups, random)) for _ in range(STARTS)]
    return max(found, key=lambda clusters: clusters.cohesion)


def _begin(vectors: Floats, groups: int, random: np.random.Generator) -> Floats:
    """Draw vectors far from one another as first centres."""
    chosen = [int(random.integers(len(vectors)))]
    apart = np.full(len(vectors), np.inf)
    while len(chosen) < groups:
        apart = np.minimum(apart, np.maximum(1.0 - vectors @ vectors[chosen[-1]], 0.0))
        total = apart.sum()
        weights = apart / total if total > 0 else None
        chosen.append(int(random.choice(len(vectors), p=weights)))
    return vectors[chosen]


def _climb(vectors: Floats, centres: Floats) -> Clusters:
    """Move centres to the middle of what is nearest to them until nothing moves."""
    before = None
    for _ in range(STEPS):
        nearest = (vectors @ centres.T).argmax(axis=1)
        if before is not None and np.array_equal(nearest, before):
            break
        before = nearest
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, vectors)
        empty = np.bincount(nearest, minlength=len(centres)) == 0
        centres = np.where(empty[:, None], centres, unit_rows(sums))
    return Clusters(centres, float((vectors @ centres.T).max(axis=1).mean()))


def unit_rows(rows: Floats) -> Floats:
    """Scale rows to length one; a row of zeros stays."""
    length = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    scaled: Floats = np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)
    return scaled


def directions(rows: sparse.csr_array, dimensions: int, *, seed: int = 0) -> Floats:
    """Shape (V, d). The d main directions among sparse rows, shape (N, V): latent semantics.

    Words that occur together become one direction, so that short texts without a common word can
    still be near one another (Deerwester et al. 1990, "Indexing by latent semantic analysis").
    """
    most = min(dimensions, min(rows.shape) - 1)
    if most < 1:
        return np.eye(rows.shape[1])
    start = np.random.default_rng(seed).standard_normal(min(rows.shape))
    _, _, found = svds(rows, k=most, v0=start)
    across: Floats = found.T
    return across
