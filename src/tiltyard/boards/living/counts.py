"""Counts of each slice, kept and added to as votes come."""

from collections.abc import Mapping
from functools import cached_property, reduce
from operator import and_

import polars as pl

from tiltyard.battles.pair_table import PairTable, pair_table
from tiltyard.boards.errors import ConditionError
from tiltyard.boards.living.table import Growth, LivingTable
from tiltyard.boards.slices.conditions import Condition
from tiltyard.boards.slices.slice_file import Slices

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


class _Look:
    """Counts the votes of one arena at one look at the table."""

    def __init__(self, table: LivingTable, growth: Growth, arena: str) -> None:
        self._table = table
        self._of_arena = pl.col("arena") == arena
        self._came = Masks(growth.entered.filter(self._of_arena))
        self._went = Masks(growth.left.filter(self._of_arena))

    @cached_property
    def _whole(self) -> Masks:
        return Masks(self._table.rows.filter(self._of_arena))

    def counted(self, where: tuple[str, ...], known: pl.DataFrame | None) -> pl.DataFrame:
        """Add what changed to what is known; count all rows where nothing is.

        Raises
        ------
        ConditionError
            When a vote cannot answer.
        """
        if known is None:
            return _counted(self._whole, where)
        change = pl.concat([_counted(self._came, where), _negative(_counted(self._went, where))])
        return known if change.is_empty() else _summed(pl.concat([known, change]))


class SliceCounts:
    """How many votes said what about each pair, slice by slice of one arena.

    Counts of fresh votes are added and counts of votes that left are taken away, so that a look at
    the ledger costs as much as there is new, whatever is there already.
    """

    def __init__(self, arena: str) -> None:
        self._arena = arena
        self._where: dict[str, tuple[str, ...]] = {}
        self._counts: dict[str, pl.DataFrame] = {}
        self.faults: Mapping[str, ConditionError] = {}
        """The slices that the votes of the last look could not answer; they are not counted."""

    def __contains__(self, id_: str) -> bool:
        """Say whether a slice is counted."""
        return id_ in self._counts

    def update(self, table: LivingTable, growth: Growth, slices: Slices) -> set[str]:
        """Bring the counts up to date, all of them or, where this raises, none.

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
        look = _Look(table, growth, self._arena)
        where = {one.id: slices.conditions_of(one.id) for one in slices.of_arena(self._arena)}
        counts, faults = {}, {}
        for id_, conditions in where.items():
            is_same = self._where.get(id_) == conditions
            if is_same and growth.is_nothing and id_ in self.faults:
                faults[id_] = self.faults[id_]
                continue
            known = self._counts.get(id_) if is_same else None
            try:
                counts[id_] = look.counted(conditions, known)
            except ConditionError as error:
                faults[id_] = error
        touched = {id_ for id_, now in counts.items() if now is not self._counts.get(id_)}
        self._where, self._counts, self.faults = where, counts, faults
        return touched

    def forget(self) -> None:
        """Count everything anew at the next look: the table grew, and these counts did not."""
        self._where, self._counts, self.faults = {}, {}, {}

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
