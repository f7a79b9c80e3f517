"""Names of people, by the trained pipeline of spaCy that the operator chose, or not at all."""

import os
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from typing import TYPE_CHECKING

from tiltyard.labels.errors import LabelError

if TYPE_CHECKING:
    from spacy.language import Language

Places = list[tuple[int, int]]

PIPELINE = "TILTYARD_NAMES_PIPELINE"
"""The variable that names the pipeline: an installed package, or a directory that holds one."""

PERSON = {"PERSON", "PER"}
UNNEEDED = ["tagger", "morphologizer", "parser", "senter", "attribute_ruler", "lemmatizer"]
READ_CHARS, SHARED_CHARS = 20_000, 200
"""A recogniser needs a megabyte of memory for a thousand words, so texts are read in pieces, which
share some characters: no name is cut in all of them."""
AT_ONCE = 4


def find_names(texts: Sequence[str]) -> list[Places]:
    """Say where in each text a person is named; nowhere, where no pipeline was chosen.

    Raises
    ------
    LabelError
        When the pipeline that was chosen cannot be used.
    """
    recogniser = _recogniser()
    found: list[Places] = [[] for _ in texts]
    if recogniser is None:
        return found
    read = recogniser.pipe(_pieces(texts), as_tuples=True, batch_size=AT_ONCE)
    for piece, (row, start) in read:
        found[row] += [
            (start + one.start_char, start + one.end_char)
            for one in piece.ents
            if one.label_ in PERSON
        ]
    return [_merged(places) for places in found]


def names_recogniser() -> str | None:
    """Name the pipeline that was chosen, with its version; None where none was.

    Raises
    ------
    LabelError
        When it cannot be used.
    """
    recogniser = _recogniser()
    return None if recogniser is None else "{lang}_{name} {version}".format_map(recogniser.meta)


def names_version() -> str:
    """Name the recogniser, as a part of a version; empty where there is none.

    Raises
    ------
    LabelError
        When the pipeline that was chosen cannot be used.
    """
    name = names_recogniser()
    return "" if name is None else f"+{sha256(name.encode()).hexdigest()[:8]}"


def _recogniser() -> "Language | None":
    chosen = os.environ.get(PIPELINE, "").strip()
    return _loaded(chosen) if chosen else None


@cache
def _loaded(chosen: str) -> "Language":
    if find_spec("spacy") is None:
        raise LabelError(
            f"{PIPELINE} names {chosen}, and spaCy is not installed: "
            "pip install 'tiltyard[names]', or leave the variable out."
        )
    import spacy  # noqa: PLC0415  # only where it is asked for

    try:
        pipeline = spacy.load(chosen, exclude=UNNEEDED)
    except (OSError, ValueError) as error:
        raise LabelError(
            f"{PIPELINE} names {chosen}, which is neither an installed pipeline of spaCy nor a "
            "directory that holds one: install it, or name another."
        ) from error
    if PERSON.isdisjoint(pipeline.pipe_labels.get("ner", ())):
        raise LabelError(
            f"{PIPELINE} names {chosen}, which does not recognise people: name a pipeline whose "
            f"ner has the label {' or '.join(sorted(PERSON))}."
        )
    return pipeline


def _pieces(texts: Sequence[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Cut texts into pieces, each with its row and where it begins."""
    for row, text in enumerate(texts):
        for start in range(0, max(len(text) - SHARED_CHARS, 1), READ_CHARS - SHARED_CHARS):
            piece = text[start : start + READ_CHARS]
            # Halves of surrogate pairs, which no library reads, become marks of the same length.
            yield piece.encode("utf-8", "replace").decode(), (row, start)


def _merged(places: Places) -> Places:
    """Put stretches that overlap together: two pieces may have read two parts of a name."""
    merged: Places = []
    for start, end in sorted(places):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
