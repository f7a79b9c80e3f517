"""The battles table: one row per vote, or per group of equal votes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import polars as pl

from tiltyard.battles.choices import choice_columns, read_outcomes
from tiltyard.battles.columns import (
    ALIASES,
    SCHEMA,
    read_count,
    read_name,
    read_other,
    read_time,
    read_weight,
    source_of,
)
from tiltyard.battles.errors import VotesError
from tiltyard.battles.frames import to_polars
from tiltyard.battles.notes import Note
from tiltyard.battles.pair_table import PairTable, pair_table
from tiltyard.ratings.pair_counts import PairCounts


@dataclass(frozen=True, eq=False)
class Battles:
    """Votes as a polars frame whose first columns are those of :data:`columns.SCHEMA`.

    Parameters
    ----------
    frame
        One row per vote. `model_a`, `model_b` and `outcome` are never null; `count` (how many equal
        votes the row stands for) and `weight` (how much each counts) are 1 unless told otherwise;
        the other columns are null where unknown. Further columns follow, as they were read.
    notes
        What was noticed while reading: rows left out, labels of mixed spelling.

    Raises
    ------
    VotesError
        When the columns are not those; use :meth:`from_frame` for a table of another shape.
    """

    frame: pl.DataFrame
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        schema = self.frame.schema
        wrong = [name for name, dtype in SCHEMA.items() if schema.get(name) != dtype]
        if wrong:
            raise VotesError(
                f"This frame is not a battles table (see {', '.join(wrong)}): "
                "make one with Battles.from_frame."
            )

    @classmethod
    def from_frame(
        cls,
        frame: object,
        source: str = "the table",
        *,
        columns: Mapping[str, str] | None = None,
    ) -> Self:
        """Read a table in any published column naming and label spelling.

        Rows on which nobody voted (an empty `choice` or `acceptedIndex`) are left out.

        Parameters
        ----------
        frame
            A polars or pandas frame, or any table that exports Arrow (the PyCapsule interface). It
            needs two columns of model names and one way to say who won.
        source
            What errors call it, such as the name of the file.
        columns
            What the table calls columns of the battles table, where it has names of its own:
            `{"model_a": "left_bot", "outcome": "verdict"}`. The column named takes the place of
            one that has the name already.

        Raises
        ------
        VotesError
            When a column is missing or a cell is not what its column holds.
        """
        table = renamed(to_polars(frame, source), columns or {}, source)
        read = {name: _read(name, table, source) for name in ("model_a", "model_b")}
        read["outcome"], notes = read_outcomes(table, source)
        read |= {name: _read(name, table, source) for name in SCHEMA if name not in read}
        known = table.select(read[name].alias(name) for name in SCHEMA)
        used = {source_of(name, table.columns) for name in SCHEMA}
        used.update(choice_columns(table.columns))
        extra = table.drop(name for name in used if name)
        return cls(known.hstack(extra).drop_nulls("outcome"), notes)

    @classmethod
    def concat(cls, parts: list[Self]) -> Self:
        """Put tables one below the other; columns that only some have are null in the others."""
        if len(parts) == 1:
            return parts[0]
        frames = [part.frame for part in parts]
        notes = tuple(note for part in parts for note in part.notes)
        return cls(pl.concat(frames, how="diagonal_relaxed"), notes)

    def one_row_a_vote(self) -> "Battles":
        """Repeat rows that stand for several votes, as no published schema has a count."""
        counts = self.frame["count"]
        if (counts == 1).all():
            return self
        rows = np.repeat(np.arange(counts.len()), counts.to_numpy())
        return Battles(self.frame[rows].with_columns(count=pl.lit(1, pl.Int64)), self.notes)

    @cached_property
    def pairs(self) -> PairTable:
        """The votes counted by pair: names, counts, weights, and what was left out."""
        return pair_table(self.frame)

    def pair_counts(self) -> tuple[tuple[str, ...], PairCounts]:
        """Count the votes by pair and outcome, each as often as `count` says.

        Returns
        -------
        names : tuple of str
            The models, sorted; their positions are the indices in the counts.
        counts : PairCounts
            Self-battles are not in it.
        """
        return self.pairs.names, self.pairs.votes


def renamed(frame: pl.DataFrame, columns: Mapping[str, str], source: str) -> pl.DataFrame:
    """Give columns the names that the battles table has for them.

    Raises
    ------
    VotesError
        When the battles table or the frame has no such column.
    """
    for name, given in columns.items():
        if name not in SCHEMA:
            raise VotesError(f"The battles table has no column {name}; it has {', '.join(SCHEMA)}.")
        if given not in frame.columns:
            raise VotesError(
                f"{source}: there is no column {given} to read {name} from "
                f"(found: {', '.join(frame.columns) or 'no columns'})."
            )
    taken = {name for name, given in columns.items() if given != name}
    replaced = taken.intersection(frame.columns).difference(columns.values())
    kept = frame.drop(replaced)
    return kept.rename({given: name for name, given in columns.items()})


def _read(name: str, frame: pl.DataFrame, source: str) -> pl.Series:
    """Read one column of the schema, from whatever the frame calls it."""
    found = source_of(name, frame.columns)
    if found is None:
        return _absent(name, frame, source)
    column = frame.get_column(found)
    if name in {"model_a", "model_b"}:
        return read_name(column, source)
    if name == "count":
        return read_count(column, source)
    if name == "weight":
        return read_weight(column, source)
    if name == "voted_at":
        return read_time(column, source)
    return read_other(column, SCHEMA[name], source)


def _absent(name: str, frame: pl.DataFrame, source: str) -> pl.Series:
    if name in {"model_a", "model_b"}:
        raise VotesError(
            f"{source}: there is no column {name}; name it {' or '.join(ALIASES[name])} "
            f"(found: {', '.join(frame.columns) or 'no columns'})."
        )
    value = 1 if name in {"count", "weight"} else None
    return pl.repeat(value, frame.height, dtype=SCHEMA[name], eager=True)
