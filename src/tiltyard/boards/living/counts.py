"""Counts of each slice, kept and added to as votes come."""

from collections.abc import Mapping
from functools import reduce
from operator import and_

import polars as pl

from tiltyard.battles.pair_table import PairTable, pair_table
from tiltyard.boards.conditions import Condition
from tiltyard.boards.living.table import Growth, LivingTable
from tiltyard.boards.slice_file import Slices

KEYS = ("source", "model_a", "model_b", "outcome")


class Masks:
    """Says of the rows of one frame whether conditions hold, each asked once."""

    def __init__(self, rows: pl.DataFrame) -> None:
        self.rows = rows
        self._held: dict[str, pl.Series] = {}

    def of(self, where: tuple[str, ...]) -> pl.Series:
        """Say of each row whether all conditions hold."""
        every = pl.repeat(True, self.rows.height, dtype=pl.Boolean, eager=True)
        return reduce(and_, (self._holds(sql) for sql in where), every)

    def _holds(self, sql: str) -> pl.Series:
        if sql not in self._held:
            self._held[sql] = Condition.parse(sql).holds(self.rows)
        return self._held[sql]


class SliceCounts:
    """How many votes said what about each pair, slice by slice of one arena.

    Counts of fresh votes are added and counts of votes that left are taken away, so that a look at
    the ledger costs as much as there is new, whatever is there already.
    """

    def __init__(self, arena: str) -> None:
        self._arena = arena
        self._where: dict[str, tuple[str, ...]] = {}
        self._counts: dict[str, pl.DataFrame] = {}

    def update(self, table: LivingTable, growth: Growth, slices: Slices) -> set[str]:
        """Bring the counts up to date.

        Parameters
        ----------
        table
            As it is now.
        growth
            What the last look changed, of all arenas.
        slices
            Those there are now; new ones are counted from all rows.

        Returns
        -------
        set of str
            The slices of which any vote is not as it was.
        """
        whole: Masks | None = None
        came, went = (
            Masks(part.filter(pl.col("arena") == self._arena))
            for part in (growth.entered, growth.left)
        )
        touched, before = set(), self._where
        self._where = {one.id: slices.conditions_of(one.id) for one in slices.of_arena(self._arena)}
        for id_, where in self._where.items():
            if before.get(id_) != where:
                whole = whole or Masks(table.rows.filter(pl.col("arena") == self._arena))
                self._counts[id_] = _counted(whole, where)
                touched.add(id_)
                continue
            change = pl.concat([_counted(came, where), _negative(_counted(went, where))])
            if not change.is_empty():
                self._counts[id_] = _summed(pl.concat([self._counts[id_], change]))
                touched.add(id_)
        return touched

    def sources(self, id_: str) -> dict[str, int]:
        """Say how many votes of a slice came from where."""
        by_source = self._counts[id_].group_by("source").agg(pl.col("count").sum())
        return dict(by_source.cast({"source": pl.String}).iter_rows())

    def pairs(self, id_: str, names: Mapping[str, str]) -> PairTable:
        """Count a slice's votes by pair, with other names for models where there are any."""
        sides = (
            pl.col(side).cast(pl.String).replace(names).cast(pl.Categorical)
            for side in ("model_a", "model_b")
        )
        return pair_table(self._counts[id_].with_columns(*sides, weight=pl.lit(1.0)))


def _counted(masks: Masks, where: tuple[str, ...]) -> pl.DataFrame:
    held = masks.rows.select(KEYS).filter(masks.of(where))
    return held.group_by(KEYS).agg(pl.len().cast(pl.Int64).alias("count"))


def _negative(counts: pl.DataFrame) -> pl.DataFrame:
    return counts.with_columns(-pl.col("count"))


def _summed(counts: pl.DataFrame) -> pl.DataFrame:
    """Add counts up; what has come to nothing was never there."""
    return counts.group_by(KEYS).agg(pl.col("count").sum()).filter(pl.col("count") != 0)
