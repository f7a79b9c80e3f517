"""What a linear classifier weighs: n-grams with measures beside them, or vectors."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from tiltyard.labels.errors import LabelError
from tiltyard.labels.measures import measure_names
from tiltyard.labels.ngrams import BITS
from tiltyard.labels.reading import Reading
from tiltyard.labels.vectors import VectorSpace

Floats = npt.NDArray[np.float64]
Weights = npt.NDArray[np.float32]

EMPHASIS = 0.2
SHARED_BY = 2
"""An n-gram of one example alone says nothing about others."""


@dataclass(frozen=True)
class NgramFeatures:
    """Log counts of n-grams, weighed by inverse document frequency, and measures.

    Attributes
    ----------
    places
        Shape (D,). The places of hashed n-grams that have weights.
    rarity
        Shape (D,). Their inverse document frequency.
    emphasis
        How much a measure is scaled beside the n-grams, which have the length one over a text.
    bits
        The hashed vectors have 2**bits places.
    """

    places: npt.NDArray[np.int32]
    rarity: npt.NDArray[np.float32]
    emphasis: float = EMPHASIS
    bits: int = BITS

    @classmethod
    def learned(cls, read: Reading, emphasis: float) -> tuple[Self, sparse.csr_array]:
        """Choose the n-grams that two texts share, and give the features of all texts."""
        counts = read.ngrams
        frequency = np.bincount(counts.indices, minlength=counts.shape[1])
        places = np.flatnonzero(frequency >= min(SHARED_BY, len(read)))
        rarity = np.log((1 + len(read)) / (1 + frequency[places])) + 1
        ngrams = _weighed(sparse.csr_array(counts[:, places]), rarity)
        both = sparse.hstack([ngrams, sparse.csr_array(emphasis * read.measures)]).tocsr()
        return cls(places.astype(np.int32), rarity.astype(np.float32), emphasis), both

    def scores(self, read: Reading, weights: Weights) -> Floats:
        """Weigh the features of texts: shape (N, K)."""
        size = len(self.places)
        known = _weighed(_known(read.ngrams, self._rows, size), self.rarity.astype(np.float64))
        scores: Floats = known @ weights[:size] + read.measures @ (self.emphasis * weights[size:])
        return scores

    @property
    def size(self) -> int:
        """How many features it has."""
        return len(self.places) + len(measure_names())

    def head(self) -> dict[str, object]:
        """Say what it is, but for its arrays."""
        return {"emphasis": self.emphasis, "measures": measure_names(), "bits": self.bits}

    def arrays(self) -> dict[str, Any]:
        """Give its arrays."""
        return {"places": self.places, "rarity": self.rarity}

    @cached_property
    def _rows(self) -> npt.NDArray[np.int32]:
        """The row of every place's weights; -1 where it has none."""
        rows = np.full(1 << self.bits, -1, np.int32)
        rows[self.places] = np.arange(len(self.places))
        return rows


@dataclass(frozen=True)
class VectorFeatures:
    """The vectors of a space, as they are."""

    space: VectorSpace

    @classmethod
    def learned(cls, read: Reading, space: VectorSpace) -> tuple[Self, Floats]:
        """Give the features of all texts; there is nothing to choose."""
        return cls(space), read.vectors_in(space).astype(np.float64)

    def scores(self, read: Reading, weights: Weights) -> Floats:
        """Weigh the vectors of texts: shape (N, K)."""
        return read.vectors_in(self.space).astype(np.float64) @ weights

    @property
    def size(self) -> int:
        """How many features it has."""
        return self.space.dimension

    def head(self) -> dict[str, object]:
        """Say what it is."""
        return {"vectors": asdict(self.space)}

    def arrays(self) -> dict[str, Any]:
        """Give its arrays; it has none."""
        return {}


Features = NgramFeatures | VectorFeatures


def stored_features(head: Mapping[str, Any], arrays: Mapping[str, Any]) -> Features:
    """Make features again of their head and their arrays.

    Raises
    ------
    LabelError
        When the measures are not those of this version: their weights would weigh other things.
    """
    if "vectors" in head:
        return VectorFeatures(VectorSpace(**head["vectors"]))
    if list(head["measures"]) != list(measure_names()):
        raise LabelError(
            "it was trained by another version of Tiltyard, which measures texts otherwise: "
            "train it again."
        )
    return NgramFeatures(arrays["places"], arrays["rarity"], head["emphasis"], head["bits"])


def _known(counts: sparse.csr_array, rows: npt.NDArray[np.int32], size: int) -> sparse.csr_array:
    """Keep the n-grams that have weights, and number them as the weights are."""
    numbered = rows[counts.indices]
    known = numbered >= 0
    ends = np.concatenate([[0], np.cumsum(known)])[counts.indptr]
    return sparse.csr_array((counts.data[known], numbered[known], ends), (counts.shape[0], size))


def _weighed(counts: sparse.csr_array, rarity: Floats) -> sparse.csr_array:
    """Weigh n-grams, and give every text the length one, so that long ones do not speak louder."""
    data = counts.data * rarity[counts.indices]
    weighed = sparse.csr_array((data, counts.indices, counts.indptr), counts.shape)
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1.0
    return sparse.csr_array(sparse.diags_array(1.0 / lengths) @ weighed)
