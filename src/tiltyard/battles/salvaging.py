"""Read what can be read of a table of votes, and count what cannot, by reason."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce

import polars as pl

from tiltyard.battles.choices import CHOSEN
from tiltyard.battles.columns import source_of
from tiltyard.battles.errors import CellError, VotesError
from tiltyard.battles.table import Battles, renamed

MOST_WRONG = 200
"""This many different values may be wrong; with more, the column is not what it is taken for."""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """The votes of a table that can be read.

    Attributes
    ----------
    battles
        They.
    skipped
        How many rows could not be read, by a sentence that says why.
    """

    battles: Battles
    skipped: Counter[str] = field(default_factory=Counter)


def salvage(
    frame: pl.DataFrame, source: str, *, columns: Mapping[str, str] | None = None
) -> Salvaged:
    """Read a table as `Battles.from_frame` does, leaving out the rows that it would refuse.

    Parameters
    ----------
    frame, source, columns
        As for `Battles.from_frame`.

    Raises
    ------
    VotesError
        When a column is missing, or more than 200 different values are wrong: then it is not the
        rows that are wrong.
    """
    rest = renamed(frame, columns or {}, source)
    skipped: Counter[str] = Counter()
    while True:
        try:
            return Salvaged(Battles.from_frame(rest, source), skipped)
        except CellError as error:
            if len(skipped) == MOST_WRONG:
                raise VotesError(
                    f"{source}, column {error.column}: more than {MOST_WRONG} different values "
                    f"cannot be read, such as: {error.problem}. Name the right column."
                ) from error
            wrong = _alike(rest, error)
            skipped[f"column {error.column}: {error.problem}"] += int(wrong.sum())
            rest = rest.filter(~wrong)


def _alike(frame: pl.DataFrame, error: CellError) -> pl.Series:
    """Mark the rows in which the same is wrong as in the row that was found."""
    names = error.column.split(", ")
    if names[0] in CHOSEN:  # whether a chosen name is wrong depends on the names of the row
        sides = (source_of(side, frame.columns) or side for side in ("model_a", "model_b"))
        names = [*CHOSEN, *sides]
    same = (frame[name].eq_missing(frame[name][[error.row]]) for name in names)
    return reduce(pl.Series.__and__, same)
