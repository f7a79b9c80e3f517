"""Vectors of texts that somebody else made: what a linear classifier can read beside n-grams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tiltyard.labels.errors import LabelError

Row = npt.NDArray[np.float32]
Rows = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class VectorSpace:
    """Whose vectors they are: only those of one space can be compared.

    Attributes
    ----------
    model
        What the catalogue calls the embedding model.
    version
        A digest of everything that shapes its vectors.
    dimension
        How many numbers each has.
    """

    model: str
    version: str
    dimension: int

    def __str__(self) -> str:
        return f"{self.model}@{self.version}"


@dataclass(frozen=True, slots=True)
class Vectors:
    """Vectors of N texts, all of one space.

    Attributes
    ----------
    rows
        Shape (N, D). Of the length one each, or of zeros for a text without words.
    """

    space: VectorSpace
    rows: Rows

    def of(self, space: VectorSpace) -> Rows:
        """Give the vectors to who reads those of a space.

        Raises
        ------
        LabelError
            When they are of another.
        """
        if space != self.space:
            raise LabelError(
                f"Vectors of {space} with {space.dimension} numbers are read here, and these are "
                f"of {self.space} with {self.space.dimension}."
            )
        return self.rows

    def __getitem__(self, rows: npt.NDArray[np.bool_]) -> "Vectors":
        return Vectors(self.space, self.rows[rows])


def require_version(space: VectorSpace, version: str) -> None:
    """Refuse an embedding model that makes other vectors than those of a space.

    Raises
    ------
    LabelError
        When it does.
    """
    if version != space.version:
        raise LabelError(
            f"{space.model} is declared otherwise than when a classifier learned from its "
            "vectors: train it again, or declare the model as it was."
        )


def vectors_of(space: VectorSpace, texts: Sequence[str], known: Mapping[str, Row]) -> Vectors:
    """Put vectors into the order of texts; a text that has none gets zeros."""
    nothing = np.zeros(space.dimension, np.float32)
    rows = [known.get(text, nothing) for text in texts]
    return Vectors(space, np.array(rows, np.float32).reshape(len(texts), space.dimension))
