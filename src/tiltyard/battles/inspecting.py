"""Look over votes for what often goes wrong in a log, without changing them."""

import unicodedata

import numpy as np
import polars as pl

from tiltyard.battles.columns import source_of
from tiltyard.battles.notes import Note, counted
from tiltyard.battles.pair_table import PairTable
from tiltyard.battles.table import Battles

SHOWN = 5
MANY_NAMES = 1000
"""Fewer names than this are few, however few the votes."""

IDENTITY = ("battle_id", "turn", "voter")
"""What tells two votes apart."""


def inspect(battles: Battles) -> tuple[Note, ...]:
    """List what a careful reader would ask about: what reading noticed, then what the votes show.

    Kinds beside those of reading: `self_battles`, `duplicated_ids` (the same battle, turn and voter
    more than once), `similar_names` (models whose names differ only in case, spaces or punctuation)
    and `many_names` (most votes bring a new name: the columns may not hold models at all).
    """
    pairs = battles.pairs
    repeated = repeated_ids(battles.frame.lazy())
    return (*battles.notes, *_self_battles(pairs), *repeated, *odd_names(pairs))


def repeated_ids(scan: pl.LazyFrame) -> tuple[Note, ...]:
    """Note rows that repeat the battle, turn and voter of another, whatever they are called.

    Ids are compared by hashes of 64 bits, in batches: a set of ids may not fit into memory.
    """
    present = scan.collect_schema().names()
    found = {name: source_of(name, present) for name in IDENTITY}
    if found["battle_id"] is None:
        return ()
    ids = scan.select(pl.col(source).alias(name) for name, source in found.items() if source)
    known = ids.filter(pl.col("battle_id").is_not_null())
    hashes = known.select(pl.struct(pl.all()).hash().alias("hash"))
    sizes = hashes.group_by("hash").len().filter(pl.col("len") > 1).collect(engine="streaming")
    if sizes.is_empty():
        return ()
    rows = int(sizes["len"].sum()) - sizes.height
    again = pl.struct(pl.all()).hash().is_in(sizes["hash"].head(SHOWN).implode())
    twice = known.filter(again).select(pl.col("battle_id").cast(pl.String).unique().sort())
    message = (
        f"{counted(rows, 'row')} repeat the battle, turn and voter of another, as in "
        f"{', '.join(twice.head(SHOWN).collect()['battle_id'])}; the filter distinct keeps the "
        "earliest of each."
    )
    return (Note("duplicated_ids", message, rows),)


def odd_names(pairs: PairTable) -> tuple[Note, ...]:
    """Note names that may be no models, or several spellings of one."""
    return (*_many_names(pairs), *_similar_names(pairs))


def _self_battles(pairs: PairTable) -> tuple[Note, ...]:
    rows = sum(pairs.self_battles.values())
    if not rows:
        return ()
    message = f"{counted(rows, 'vote')} set a model against itself; they cannot be ranked."
    return (Note("self_battles", message, rows),)


def _votes(pairs: PairTable) -> int:
    return int(pairs.votes.totals.sum()) + sum(pairs.self_battles.values())


def _many_names(pairs: PairTable) -> tuple[Note, ...]:
    names, votes = len(pairs.names), _votes(pairs)
    if names < MANY_NAMES or names <= votes:
        return ()
    message = (
        f"{names:,} models in {counted(votes, 'vote')}: "
        "are these the columns with the names of the models?"
    )
    return (Note("many_names", message, votes),)


def _similar_names(pairs: PairTable) -> tuple[Note, ...]:
    alike: dict[str, list[str]] = {}
    for name in pairs.names:
        alike.setdefault(_bare(name), []).append(name)
    groups = [names for names in alike.values() if len(names) > 1]
    if not groups:
        return ()
    listed = "; ".join(" and ".join(map(repr, names)) for names in groups[:SHOWN])
    some = {name for names in groups for name in names}
    theirs = np.array([name in some for name in pairs.names])
    counts = pairs.votes
    rows = int(counts.totals[theirs[counts.first] | theirs[counts.second]].sum())
    message = f"Names that differ only in case, spaces or punctuation are models apart: {listed}."
    return (Note("similar_names", message, rows),)


def _bare(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum() or letter in ".+") or plain
