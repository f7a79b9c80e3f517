"""Refusals: answers that say that they will not, or cannot, do what was asked."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType

import polars as pl

from tiltyard.labels.labeller import Batch, ColumnType, Label
from tiltyard.labels.words import for_polars, read_words

OPENING_CHARS = 400
"""Who refuses says so at the beginning; what comes later is about something else."""

WORDS = read_words("refusal")
REFUSAL, NO_REFUSAL = for_polars(WORDS["refusal"]), for_polars(WORDS["none"])


class RefusalLabeller:
    """Whether a side refused at any turn."""

    name = "refusal"
    version = "rules@1"
    columns: Mapping[str, ColumnType] = MappingProxyType(
        dict.fromkeys(("refusal_a", "refusal_b"), pl.Boolean)
    )

    def label(self, batch: Batch) -> list[Label]:
        """Look for a refusal at the beginning of every answer."""
        refused_a = _any([one.answers_a for one in batch])
        refused_b = _any([one.answers_b for one in batch])
        return [
            Label({"refusal_a": a, "refusal_b": b})
            for a, b in zip(refused_a, refused_b, strict=True)
        ]


def are_refusals(answers: Sequence[str]) -> list[bool]:
    """Say which answers begin with a refusal.

    >>> are_refusals(["I'm sorry, but I can't help with that.", "I can't help but smile."])
    [True, False]
    """
    openings = pl.Series(answers, dtype=pl.String).str.slice(0, OPENING_CHARS)
    return openings.str.replace_all(NO_REFUSAL, " ").str.contains(REFUSAL).to_list()


def _any(answers: Sequence[Sequence[str]]) -> list[bool]:
    """Say of each list of answers whether one of them is a refusal."""
    counts = [len(said) for said in answers]
    found = are_refusals([one for said in answers for one in said])
    ends = accumulate(counts)
    return [any(found[end - count : end]) for count, end in zip(counts, ends, strict=True)]
