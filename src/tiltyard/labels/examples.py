"""Labelled examples: texts of which somebody has said what they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tiltyard.labels.errors import LabelError
from tiltyard.labels.logistic import Choice
from tiltyard.labels.reading import Reading
from tiltyard.labels.vectors import Vectors


@dataclass(frozen=True, slots=True)
class Origin:
    """Which columns of a file were read as examples, and how many rows were none.

    Attributes
    ----------
    text, label
        The columns.
    rows
        Of the file.
    without_text, without_label
        Rows that were left out; one that has neither is without a text.
    """

    text: str
    label: str
    rows: int
    without_text: int
    without_label: int


@dataclass(frozen=True)
class Examples:
    """Texts and the classes they have.

    Attributes
    ----------
    texts
        N texts.
    classes
        K names in alphabetical order.
    truth
        Shape (N, K). Which classes each text has.
    choice
        Whether each text was given exactly one class, or a list of any number.
    vectors
        Of the texts, where a classifier is to read them.
    origin
        What was read of which file; None of examples that were put together.
    """

    texts: tuple[str, ...]
    classes: tuple[str, ...]
    truth: npt.NDArray[np.bool_]
    choice: Choice
    vectors: Vectors | None = None
    origin: Origin | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def names(self, row: int) -> tuple[str, ...]:
        """Name the classes of one text."""
        return tuple(self.classes[place] for place in np.flatnonzero(self.truth[row]))

    def __getitem__(self, rows: npt.NDArray[np.bool_]) -> "Examples":
        texts = tuple(self.texts[row] for row in np.flatnonzero(rows))
        vectors = None if self.vectors is None else self.vectors[rows]
        return replace(self, texts=texts, truth=self.truth[rows], vectors=vectors)

    @property
    def read(self) -> Reading:
        """The texts as classifiers read them."""
        return Reading(self.texts, self.vectors)


def table_of(names: Sequence[Sequence[str]], classes: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Write down which classes each text has: shape (N, K)."""
    number = {name: place for place, name in enumerate(classes)}
    table = np.zeros((len(names), len(classes)), np.bool_)
    for row, given in enumerate(names):
        table[row, [number[name] for name in given]] = True
    return table


def extended(seed: Examples, more: Examples) -> Examples:
    """Put examples behind those of a seed; they may have no class that the seed has not.

    Raises
    ------
    LabelError
        When they have.
    """
    unknown = sorted(set(more.classes) - set(seed.classes))
    if unknown:
        raise LabelError(
            f"The examples have the class {unknown[0]}; what is extended has "
            f"{', '.join(seed.classes)}."
        )
    rows = (*(seed.names(row) for row in range(len(seed))), *map(more.names, range(len(more))))
    return Examples(
        (*seed.texts, *more.texts),
        seed.classes,
        table_of(rows, seed.classes),
        seed.choice,
        origin=more.origin,
    )
