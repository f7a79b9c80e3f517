"""The labellers of single texts, by name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from tiltyard.labels import language
from tiltyard.labels.errors import LabelError
from tiltyard.labels.linear import LinearClassifier


class TextLabeller(Protocol):
    """Say which classes texts have: a pure function, so that the same text has the same label."""

    @property
    def name(self) -> str:
        """What the labels tell."""
        ...

    @property
    def version(self) -> str:
        """Another version may label otherwise; its labels stand beside the older ones."""
        ...

    def classes_of(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """Name the classes of each text."""
        ...


class LanguageLabeller:
    """The language of a text as a code, or `unknown`."""

    name = language.LABELLER
    version = language.VERSION

    def classes_of(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """Name the language of each text."""
        return [(language.detect_language(text).code,) for text in texts]


SHIPPED: dict[str, type[TextLabeller]] = {LanguageLabeller.name: LanguageLabeller}


def find_labeller(named: str) -> TextLabeller:
    """Find a labeller that ships with Tiltyard by its name, or a trained one by its file.

    Raises
    ------
    LabelError
        When there is neither.
    """
    if named in SHIPPED:
        return SHIPPED[named]()
    if not Path(named).exists():
        raise LabelError(
            f"There is no labeller {named!r}: name one of {', '.join(SHIPPED)}, "
            "or a file that tiltyard label train made."
        )
    return LinearClassifier.load(named)
