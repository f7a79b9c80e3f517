"""What of a vote goes out with the public vote ledger: what boards look at, and no more."""

from collections.abc import Collection, Mapping

import polars as pl

from tiltyard.battles.columns import SCHEMA
from tiltyard.battles.table import Battles
from tiltyard.boards.slices.conditions import Condition, hold_all
from tiltyard.labels.duplicates import BATTLES

Wheres = Collection[tuple[str, ...]]
"""What must hold of the votes of boards."""

SOURCE = "source"
PRIVATE = ("battle_id", "voter")
"""No board looks at them, and whoever has a release could find its people by them."""

OTHER = "another battle"
"""What stands for the id of a battle that asked the same before."""

UNITS = {"day": "1d", "hour": "1h", "minute": "1m", "second": "1s", "microsecond": "1us"}
"""How exactly the ledger may say when a vote was cast."""


def counted(battles: Battles, wheres: Wheres) -> pl.DataFrame:
    """Keep the votes that at least one board counts: imported ones are in few."""
    held = pl.repeat(False, battles.frame.height, dtype=pl.Boolean, eager=True)
    for where in wheres:
        held |= _held(battles.frame, where)
    return battles.frame.filter(held)


def public_columns(
    frame: pl.DataFrame, wheres: Wheres, styles: Collection[str], names: Mapping[str, str]
) -> pl.DataFrame:
    """Keep the columns that boards look at, with contestants called as people may know them.

    Parameters
    ----------
    styles
        Which columns controls look at.
    names
        Of contestants, by their own ids.
    """
    asked = (Condition.parse(sql).columns for where in wheres for sql in where)
    others = {SOURCE, *styles}.union(*asked) - SCHEMA.keys()
    public = [name for name in SCHEMA if name not in PRIVATE]
    called = (
        pl.col(side).cast(pl.String).replace(names).cast(pl.Categorical)
        for side in ("model_a", "model_b")
    )
    told = (pl.when(pl.col(one).is_not_null()).then(pl.lit(OTHER)).alias(one) for one in BATTLES)
    return frame.with_columns(*called, *told).select(*public, *sorted(others))


def coarse_times(frame: pl.DataFrame, wheres: Wheres) -> tuple[str, pl.DataFrame]:
    """Say of votes when they were cast no more exactly than boards ask, and in no telling order.

    Returns
    -------
    unit : str
        Of :data:`UNITS`: days, where every board has the same votes then.
    frame : pl.DataFrame
        The votes, in the order of their values.
    """
    timed = {sql for where in wheres for sql in where if _is_timed(sql)}
    tried = ((unit, _truncated(frame, every)) for unit, every in UNITS.items())
    unit, coarse = next(
        (unit, coarse)
        for unit, coarse in tried
        if all(_held(coarse, (sql,)).equals(_held(frame, (sql,))) for sql in timed)
    )
    return unit, coarse.sort("arena", "voted_at", *coarse.drop("arena", "voted_at").columns)


def _truncated(frame: pl.DataFrame, every: str) -> pl.DataFrame:
    return frame.with_columns(pl.col("voted_at").dt.truncate(every))


def _is_timed(sql: str) -> bool:
    return "voted_at" in Condition.parse(sql).columns


def _held(frame: pl.DataFrame, where: tuple[str, ...]) -> pl.Series:
    return hold_all(frame, [Condition.parse(sql) for sql in where])
