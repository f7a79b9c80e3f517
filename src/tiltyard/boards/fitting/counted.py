"""The votes as a recipe sees them: what is fitted, digested, saved and fitted again."""

import hashlib
import json
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from tiltyard.battles.outcome import Outcome
from tiltyard.battles.pair_table import PairTable, pair_table
from tiltyard.boards.errors import SavedBoardError
from tiltyard.boards.fitting.codes import OUTCOMES, codes
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.ratings.pair_counts import PairCounts

WEIGHTS = ("total_weight", "total_squared_weight")
COUNT_COLUMNS = ("model_a", "model_b", "outcome", "count", *WEIGHTS)
"""Of a table of counts: how many votes, and the sums of their weights and squared weights."""


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """The votes of a slice after all filters and weights.

    Parameters
    ----------
    pairs
        Counts by pair: all that most recipes need.
    votes
        The single votes in a canonical order, for recipes with controls or clusters: `model_a`,
        `model_b`, `outcome`, `weight`, and what the recipe asks for. None for the other recipes.
    """

    pairs: PairTable
    votes: pl.DataFrame | None = None

    @property
    def sha256(self) -> str:
        """Digest of the votes; their order does not change it.

        Of counts: see :func:`digest`. Of single votes: SHA-256 over the names of the columns as
        JSON, then each column: the rows that are null (32 bits each), and the values as 64-bit
        numbers; for text, its distinct values sorted, as JSON, and their positions. All numbers
        are little-endian.
        """
        if self.votes is None:
            return digest(self.pairs)
        sha256 = hashlib.sha256(json.dumps(self.votes.columns).encode())
        for column in self.votes:
            sha256.update(_bytes(column))
        return sha256.hexdigest()

    def to_frame(self) -> pl.DataFrame:
        """Return the votes as a table that :meth:`from_frame` reads back."""
        return counts_frame(self.pairs) if self.votes is None else self.votes

    @classmethod
    def from_frame(cls, frame: pl.DataFrame, recipe: Recipe) -> Self:
        """Read back what :meth:`to_frame` gave for this recipe.

        Raises
        ------
        SavedBoardError
            When columns are missing.
        """
        single = recipe.needs_single_votes
        needed = ("model_a", "model_b", "outcome", "weight") if single else COUNT_COLUMNS
        missing = [name for name in needed if name not in frame.columns]
        if missing:
            raise SavedBoardError(f"The saved votes have no column {', '.join(missing)}.")
        if single:
            return cls(pair_table(frame.with_columns(pl.lit(1).alias("count"))), frame)
        return cls(_pairs_of(frame))


def digest(pairs: PairTable) -> str:
    """Digest the votes as a recipe on pair counts sees them.

    SHA-256 over one line of JSON per pair and table, in the order of the names: the two names and
    the four totals (wins of the first, wins of the second, ties, both-bad) of the votes, of their
    weights and of their squared weights.
    """
    sha256 = hashlib.sha256()
    names = [json.dumps(name) for name in pairs.names]
    lines: dict[int, bytes] = {}  # where every vote weighs one, the three tables are one object
    for counts in (pairs.votes, pairs.weights, pairs.squares):
        if id(counts) not in lines:
            lines[id(counts)] = _lines(counts, names)
        sha256.update(lines[id(counts)])
    return sha256.hexdigest()


def _lines(counts: PairCounts, names: list[str]) -> bytes:
    columns = (counts.first_wins, counts.second_wins, counts.ties, counts.both_bad)
    rows = zip(
        counts.first.tolist(),
        counts.second.tolist(),
        *(column.tolist() for column in columns),
        strict=True,
    )
    return "".join(
        f"[{names[first]}, {names[second]}, {won!r}, {lost!r}, {tied!r}, {bad!r}]\n"
        for first, second, won, lost, tied, bad in rows
    ).encode()


def counts_frame(pairs: PairTable) -> pl.DataFrame:
    """Lay a table of counts out as rows: one per pair and outcome that occurred.

    Votes of models against themselves, which are counted and left out, are rows of their own with
    a weight of zero.
    """
    tables = [_cells(counts) for counts in (pairs.votes, pairs.weights, pairs.squares)]
    votes = pairs.votes
    names = pl.Series(pairs.names, dtype=pl.String)
    outcomes = pl.Series(OUTCOMES, dtype=pl.String)
    row, code = np.nonzero(tables[0])
    columns = (
        names.gather(votes.first[row]),
        names.gather(votes.second[row]),
        outcomes.gather(code),
        pl.Series(tables[0][row, code]).cast(pl.Int64),
        *(pl.Series(table[row, code]) for table in tables[1:]),
    )
    frame = pl.DataFrame(dict(zip(COUNT_COLUMNS, columns, strict=True)))
    selves = [
        (name, name, Outcome.TIE.value, number, 0.0, 0.0)
        for name, number in pairs.self_battles.items()
    ]
    return frame.vstack(pl.DataFrame(selves, frame.schema, orient="row"))


def _cells(counts: PairCounts) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    columns = (counts.first_wins, counts.second_wins, counts.ties, counts.both_bad)
    return np.column_stack(columns)


def _pairs_of(frame: pl.DataFrame) -> PairTable:
    same = frame.filter(pl.col("model_a") == pl.col("model_b"))
    pairs = frame.filter(pl.col("model_a") != pl.col("model_b"))
    names = sorted(set(frame["model_a"]) | set(frame["model_b"]))
    a, b = (codes(pairs[side], names) for side in ("model_a", "model_b"))
    outcome = codes(pairs["outcome"], OUTCOMES)
    votes, weights, squares = (
        PairCounts.from_votes(a, b, outcome, pairs[column], models=len(names))
        for column in ("count", *WEIGHTS)
    )
    lost = same.select("model_a", "count").sort("model_a")
    return PairTable(tuple(names), votes, weights, squares, dict(lost.iter_rows()))


def _bytes(column: pl.Series) -> bytes:
    nulls = column.is_null().arg_true().to_numpy().astype("<u4").tobytes()
    if column.dtype.is_numeric():
        kind = "<f8" if column.dtype.is_float() else "<i8"
        return nulls + column.fill_null(0).to_numpy().astype(kind).tobytes()
    text = column.cast(pl.String)
    words = text.unique().drop_nulls().sort().to_list()
    codes = text.cast(pl.Enum(words)).to_physical().fill_null(0)
    return nulls + json.dumps(words).encode() + codes.to_numpy().astype("<i8").tobytes()
