"""Texts as classifiers read them: what several need is made once, and only if it is needed."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from tiltyard.labels.errors import LabelError
from tiltyard.labels.measures import measured
from tiltyard.labels.ngrams import hashed_ngrams
from tiltyard.labels.vectors import Rows, Vectors, VectorSpace


class Reading:
    """N texts.

    Parameters
    ----------
    texts
        The texts.
    vectors
        Their vectors, where somebody has made them.
    """

    def __init__(self, texts: Sequence[str], vectors: Vectors | None = None) -> None:
        self.texts = texts
        self.vectors = vectors

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def ngrams(self) -> sparse.csr_array:
        """Their hashed n-grams, as :func:`hashed_ngrams` counts them."""
        return hashed_ngrams(self.texts)

    @cached_property
    def measures(self) -> npt.NDArray[np.float64]:
        """Their measures, as :func:`measured` takes them."""
        return measured(self.texts)

    def vectors_in(self, space: VectorSpace) -> Rows:
        """Give their vectors.

        Raises
        ------
        LabelError
            When nobody has made them, or they are of another space.
        """
        if self.vectors is None:
            raise LabelError(f"This reads vectors of {space}, and the texts come without any.")
        return self.vectors.of(space)
