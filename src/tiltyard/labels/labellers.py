"""The labellers that ship with Tiltyard, and trained ones by their file."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from tiltyard.labels import duplicates, publishers
from tiltyard.labels.errors import LabelError
from tiltyard.labels.identity import IdentityLabeller
from tiltyard.labels.labeller import (
    Batch,
    ColumnType,
    Conversation,
    Label,
    Labeller,
    LabelSource,
)
from tiltyard.labels.language import LanguageLabeller
from tiltyard.labels.linear import LinearClassifier
from tiltyard.labels.logistic import Choice
from tiltyard.labels.personal_data import PersonalDataLabeller
from tiltyard.labels.reading import Reading
from tiltyard.labels.refusal import RefusalLabeller
from tiltyard.labels.shape import ShapeLabeller
from tiltyard.labels.style_labels import RegexStyleLabeller, StyleLabeller
from tiltyard.labels.tone import ToneLabeller
from tiltyard.labels.trained import KINDS, TrainedLabeller, seed_of
from tiltyard.labels.vectors import VectorSpace

SIDE_A = "_a"
JUDGES = frozenset({"language", *KINDS})
"""The labellers that say how sure they are; all others count."""


@cache
def shipped_labellers() -> tuple[Labeller, ...]:
    """All labellers that need nothing but this package, in the order of their columns."""
    return (
        LanguageLabeller(),
        ShapeLabeller(),
        *(TrainedLabeller(kind) for kind in KINDS.values()),
        StyleLabeller(),
        RegexStyleLabeller(),
        RefusalLabeller(),
        IdentityLabeller(),
        ToneLabeller(),
        PersonalDataLabeller(),
    )


def label_sources(labellers: Sequence[Labeller]) -> tuple[LabelSource, ...]:
    """Name everything that labels battles: labellers, what finds copies, and publishers."""
    return (*labellers, duplicates.Copies(), publishers.Publishers())


def score_column(source: LabelSource) -> str | None:
    """Name the column that says how sure a source is; None where it does not judge."""
    return f"{source.name}_score" if source.name in JUDGES else None


def columns_of(source: LabelSource) -> dict[str, ColumnType]:
    """Name the columns of labels from a source, with their types: its own, and its score."""
    score = score_column(source)
    return {**source.columns, **({} if score is None else {score: pl.Float64})}


def label_columns() -> dict[str, ColumnType]:
    """Name every column that labels of battles have, with its type."""
    return {
        column: dtype
        for source in label_sources(shipped_labellers())
        for column, dtype in columns_of(source).items()
    }


def chosen_labellers(named: Sequence[str], directory: Path) -> tuple[Labeller, ...]:
    """Find labellers of battles by their names or files; all of :func:`labellers_with` for none.

    Raises
    ------
    LabelError
        When one is not there.
    """
    there = labellers_with(directory)
    if not named:
        return there
    by_name = {labeller.name: labeller for labeller in there}
    return tuple(by_name.get(name) or _own_labeller(name) for name in named)


def _own_labeller(named: str) -> Labeller:
    return trained_labeller(named) if Path(named).exists() else shipped_labeller(named)


def shipped_labeller(name: str) -> Labeller:
    """Find a labeller that ships with Tiltyard.

    Raises
    ------
    LabelError
        When none has this name.
    """
    for labeller in shipped_labellers():
        if labeller.name == name:
            return labeller
    raise LabelError(f"There is no labeller {name!r}; there are {', '.join(labeller_names())}.")


def labellers_with(directory: Path) -> tuple[Labeller, ...]:
    """Give the labellers that ship, with an operator's trained ones in the place of their kind.

    Parameters
    ----------
    directory
        Where `tiltyard label train --extend` saves them; it may be absent.

    Raises
    ------
    LabelError
        When a file there is no labeller, or does not tell what one that ships does.
    """
    own = [trained_labeller(file) for file in sorted(directory.glob("*.labeller"))]
    by_name = {labeller.name: labeller for labeller in own}
    return tuple(by_name.get(labeller.name, labeller) for labeller in shipped_labellers())


def trained_labeller(file: Path | str) -> TrainedLabeller:
    """Read a labeller of battles that `tiltyard label train --extend` saved.

    Raises
    ------
    LabelError
        When it is none, or does not tell what the one that ships does: of a class that no column
        is about, every battle would be said to have nothing.
    """
    classifier = LinearClassifier.load(file)
    kind = KINDS.get(classifier.name)
    if kind is None:
        raise LabelError(
            f"{file} tells {classifier.name}, and battles are labelled by {', '.join(KINDS)}: "
            "train it with --extend."
        )
    known = seed_of(kind.name).classes
    if classifier.choice is not Choice.ANY or not {*classifier.classes} <= {*known}:
        raise LabelError(
            f"{file} tells {classifier.choice} of {', '.join(classifier.classes)}, "
            f"and {kind.name} is any of {', '.join(known)}: train it with --extend {kind.name}."
        )
    return TrainedLabeller(kind, classifier)


def reading_vectors(labellers: Sequence[Labeller]) -> dict[VectorSpace, list[TrainedLabeller]]:
    """Find the labellers that read vectors, by whose vectors these are."""
    found: dict[VectorSpace, list[TrainedLabeller]] = {}
    for labeller in labellers:
        if isinstance(labeller, TrainedLabeller) and labeller.space is not None:
            found.setdefault(labeller.space, []).append(labeller)
    return found


def reading_words(labellers: Sequence[Labeller]) -> tuple[Labeller, ...]:
    """Leave out the labellers that read vectors."""
    others = [one for found in reading_vectors(labellers).values() for one in found]
    return tuple(labeller for labeller in labellers if labeller not in others)


def labeller_names() -> list[str]:
    """Name the labellers that ship with Tiltyard."""
    return [labeller.name for labeller in shipped_labellers()]


def find_labeller(named: str) -> "Labeller | LinearClassifier":
    """Find a labeller that ships with Tiltyard by its name, or a trained one by its file.

    Raises
    ------
    LabelError
        When there is neither.
    """
    if named in labeller_names():
        return shipped_labeller(named)
    if not Path(named).exists():
        raise LabelError(
            f"There is no labeller {named!r}: name one of {', '.join(labeller_names())}, "
            "or a file that tiltyard label train made."
        )
    return LinearClassifier.load(named)


def classes_of(labeller: "Labeller | LinearClassifier", read: Reading) -> list[tuple[str, ...]]:
    """Name the classes that a labeller gives to single texts.

    A labeller of battles reads each text as what the person asked, or as side a's answer where its
    columns are about sides. A class is a column that is true, a name in a column, or one in a
    column's list; of a column that is a number or empty, none.
    """
    if isinstance(labeller, LinearClassifier):
        return labeller.classes_of(read)
    about_sides = any(column.endswith(SIDE_A) for column in labeller.columns)
    said = [
        Conversation((), (text,)) if about_sides else Conversation((text,)) for text in read.texts
    ]
    return [_names(labeller, label) for label in labeller.label(Batch(said))]


def _names(labeller: Labeller, label: Label) -> tuple[str, ...]:
    about_a = {name: found for name, found in label.value.items() if not name.endswith("_b")}
    return tuple(
        one
        for column, found in about_a.items()
        for one in _names_in(column.removesuffix(SIDE_A), found, labeller.columns[column])
    )


def _names_in(column: str, found: Any, dtype: ColumnType) -> Sequence[str]:  # noqa: ANN401  # JSON
    if not found:
        return ()
    if dtype == pl.Boolean:
        return (column,)
    if dtype == pl.String:
        return (str(found),)
    return tuple(found) if isinstance(found, list | tuple) else ()


def versions_of(labellers: Sequence[Labeller]) -> Mapping[str, str]:
    """Say which version of each labeller there is."""
    return {labeller.name: labeller.version for labeller in labellers}
