"""Labelled examples: texts of which somebody has said what they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tiltyard.battles.files import one_sentence, open_votes
from tiltyard.labels.errors import LabelError
from tiltyard.labels.logistic import Choice
from tiltyard.labels.reading import Reading
from tiltyard.labels.vectors import Vectors

TEXTS = ("text", "prompt")
LABELS = ("label", "labels", "category", "subcategory")


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
    """

    texts: tuple[str, ...]
    classes: tuple[str, ...]
    truth: npt.NDArray[np.bool_]
    choice: Choice
    vectors: Vectors | None = None

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
        (*seed.texts, *more.texts), seed.classes, table_of(rows, seed.classes), seed.choice
    )


def read_examples(
    path: str | Path, *, text: str | None = None, label: str | None = None
) -> Examples:
    """Read labelled examples from JSON lines, CSV or Parquet.

    Parameters
    ----------
    path
        The file.
    text
        The column of texts; `text` or `prompt` when left out.
    label
        The column of labels: a name in each row, or a list of names, empty where no class fits.
        `label`, `labels`, `category` or `subcategory` when left out.

    Raises
    ------
    LabelError
        When a column is missing or holds something else, or there are not two classes.
    VotesError
        When the file cannot be read at all.
    """
    frame = _read(Path(path))
    texts = _column(frame, path, text, TEXTS)
    labels = _column(frame, path, label, LABELS)
    if texts.dtype != pl.String:
        raise LabelError(f"{path}: the column {texts.name} holds {texts.dtype}, not text.")
    choice, names = _names(labels, path)
    rows = [row for row, asked in enumerate(texts) if asked and names[row] is not None]
    return _examples([str(texts[row]) for row in rows], [names[row] or () for row in rows], choice)


def _examples(texts: list[str], names: list[Sequence[str]], choice: Choice) -> Examples:
    classes = tuple(sorted({name for given in names for name in given}))
    if len(classes) < (2 if choice is Choice.ONE else 1):
        raise LabelError(
            f"The examples have {len(classes)} of the two classes that there must be: "
            "add examples of another."
        )
    return Examples(tuple(texts), classes, table_of(names, classes), choice)


def _read(file: Path) -> pl.DataFrame:
    with one_sentence(file):
        opened = open_votes(file, {})
        if isinstance(opened, pl.LazyFrame):
            return opened.collect()
    if isinstance(opened, list) and all(isinstance(record, dict) for record in opened):
        return pl.DataFrame(opened, infer_schema_length=None, strict=False)
    raise LabelError(f"{file} holds no examples: one JSON object a line, with a text and a label.")


def _column(
    frame: pl.DataFrame, path: str | Path, named: str | None, usual: Sequence[str]
) -> pl.Series:
    name = named or next((name for name in usual if name in frame.columns), usual[0])
    if name not in frame.columns:
        raise LabelError(
            f"{path} has no column {name}; there are {', '.join(frame.columns)}: say which it is."
        )
    return frame[name]


def _names(labels: pl.Series, path: str | Path) -> tuple[Choice, list[Any]]:
    if labels.dtype == pl.String:
        return Choice.ONE, [None if not name else (name,) for name in labels]
    if isinstance(labels.dtype, pl.List) and labels.dtype.inner in {pl.String, pl.Null}:
        given = labels.to_list()
        return Choice.ANY, [names and [name for name in names if name] for names in given]
    raise LabelError(
        f"{path}: the column {labels.name} holds {labels.dtype}, not names or lists of names."
    )
