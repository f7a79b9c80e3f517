"""Labelled examples from files: JSON lines, CSV or Parquet."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from tiltyard.battles.files import one_sentence, open_votes
from tiltyard.battles.notes import counted
from tiltyard.labels.errors import LabelError
from tiltyard.labels.examples import Examples, Origin, table_of
from tiltyard.labels.logistic import Choice

TEXTS = ("text", "prompt")
LABELS = ("label", "labels", "category", "subcategory")


def read_examples(
    path: str | Path, *, text: str | None = None, label: str | None = None, about: str | None = None
) -> Examples:
    """Read labelled examples from JSON lines, CSV or Parquet; rows without text or label are none.

    Parameters
    ----------
    path
        The file.
    text
        The column of texts; `text` or `prompt` when left out.
    label
        The column of labels: a name in each row, or a list of names, empty where no class fits.
        When left out, the one that is called as `about` or its plural, else `label`, `labels`,
        `category` or `subcategory`.
    about
        What the labels tell: the name of the labeller that learns or is judged.

    Raises
    ------
    LabelError
        When a column is missing or holds something else, there are no examples, or there are not
        two classes.
    VotesError
        When the file cannot be read at all.
    """
    frame = _read(Path(path))
    texts = _column(frame, path, text, TEXTS)
    labels = _column(frame, path, label or _called(about, frame), LABELS)
    if texts.dtype != pl.String:
        raise LabelError(f"{path}: the column {texts.name} holds {texts.dtype}, not text.")
    choice, names = _names(labels, path)
    worded = [row for row, asked in enumerate(texts) if asked and asked.strip()]
    rows = [row for row in worded if names[row] is not None]
    if not rows:
        raise LabelError(
            f"{path}: of {counted(len(texts), 'row')}, none has both a {texts.name} and a "
            f"{labels.name}."
        )
    found = _examples([str(texts[row]) for row in rows], [names[row] or () for row in rows], choice)
    left_out = len(texts) - len(worded), len(worded) - len(rows)
    return replace(found, origin=Origin(texts.name, labels.name, len(texts), *left_out))


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


def _called(about: str | None, frame: pl.DataFrame) -> str | None:
    """Find the column that is called as a labeller, where it has names."""
    columns = () if about is None else (about, f"{about}s")
    return next((name for name in columns if name in frame.columns and _named(frame[name])), None)


def _column(
    frame: pl.DataFrame, path: str | Path, named: str | None, usual: Sequence[str]
) -> pl.Series:
    name = named or next((name for name in usual if name in frame.columns), usual[0])
    if name not in frame.columns:
        raise LabelError(
            f"{path} has no column {name}; there are {', '.join(frame.columns)}: say which it is."
        )
    return frame[name]


def _named(labels: pl.Series) -> bool:
    dtype = labels.dtype
    many = isinstance(dtype, pl.List) and dtype.inner in {pl.String, pl.Null}
    return many or dtype == pl.String


def _names(labels: pl.Series, path: str | Path) -> tuple[Choice, list[Any]]:
    if not _named(labels):
        raise LabelError(
            f"{path}: the column {labels.name} holds {labels.dtype}, not names or lists of names."
        )
    given = labels.to_list()
    if labels.dtype == pl.String:
        return Choice.ONE, [(name,) if name else None for name in given]
    return Choice.ANY, [names and [name for name in names if name] for names in given]
