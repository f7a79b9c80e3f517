"""Names of people, where a recogniser is installed: spaCy with any of its trained pipelines."""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any

Places = list[tuple[int, int]]

PERSON = {"PERSON", "PER"}
READ_CHARS = 20_000
"""A recogniser needs a megabyte of memory for a thousand words."""


def find_names(texts: Sequence[str]) -> list[Places]:
    """Say where in each text a person is named; nowhere, where no recogniser is installed."""
    recogniser = _recogniser()
    if recogniser is None:
        return [[] for _ in texts]
    read = recogniser.pipe(text[:READ_CHARS] for text in texts)
    return [[(e.start_char, e.end_char) for e in text.ents if e.label_ in PERSON] for text in read]


def names_version() -> str:
    """Name the recogniser, as a part of a version; empty where there is none."""
    recogniser = _recogniser()
    return "" if recogniser is None else f"+{recogniser.meta['lang']}{recogniser.meta['version']}"


@cache
def _recogniser() -> Any:  # noqa: ANN401  # spaCy is not a dependency
    if find_spec("spacy") is None:
        return None
    import spacy  # noqa: PLC0415  # only where it is installed

    installed = sorted(spacy.util.get_installed_models())
    if not installed:
        return None
    return spacy.load(installed[0], exclude=["tagger", "parser", "lemmatizer", "attribute_ruler"])
