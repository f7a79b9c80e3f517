"""Look over votes for what often goes wrong in a log, without changing them."""

import unicodedata

import polars as pl

from tiltyard.battles.notes import Note, counted
from tiltyard.battles.table import Battles

SHOWN = 5
MANY_NAMES = 1000
"""Fewer names than this are few, however few the votes."""


def inspect(battles: Battles) -> tuple[Note, ...]:
    """List what a careful reader would ask about: what reading noticed, then what the votes show.

    Kinds beside those of reading: `self_battles`, `duplicated_ids` (the same battle, turn and voter
    more than once), `similar_names` (models whose names differ only in case, spaces or punctuation)
    and `many_names` (most votes bring a new name: the columns may not hold models at all).
    """
    frame = battles.frame
    found = (_self_battles(frame), _duplicated_ids(frame), _many_names(frame))
    return (*battles.notes, *(note for note in found if note), *_similar_names(frame))


def _self_battles(frame: pl.DataFrame) -> Note | None:
    same = pl.col("model_a").cast(pl.String) == pl.col("model_b").cast(pl.String)
    rows = int(frame.select(same.sum()).item())
    if not rows:
        return None
    message = f"{counted(rows, 'row')} set a model against itself; they cannot be ranked."
    return Note("self_battles", message, rows)


def _duplicated_ids(frame: pl.DataFrame) -> Note | None:
    key = ["battle_id", "turn", "voter"]
    known = frame.select(key).filter(pl.col("battle_id").is_not_null())
    rows = known.height - known.n_unique()
    if not rows:
        return None
    twice = known.filter(known.is_duplicated())["battle_id"].unique().sort().head(SHOWN)
    message = (
        f"{counted(rows, 'row')} repeat the battle, turn and voter of another, as in "
        f"{', '.join(twice)}; the filter distinct keeps the first of each."
    )
    return Note("duplicated_ids", message, rows)


def _many_names(frame: pl.DataFrame) -> Note | None:
    names = _names(frame)
    if len(names) < MANY_NAMES or len(names) <= frame.height:
        return None
    message = (
        f"{len(names):,} models in {counted(frame.height, 'row')}: "
        "are these the columns with the names of the models?"
    )
    return Note("many_names", message, frame.height)


def _similar_names(frame: pl.DataFrame) -> tuple[Note, ...]:
    alike: dict[str, list[str]] = {}
    for name in _names(frame):
        alike.setdefault(_bare(name), []).append(name)
    groups = [names for names in alike.values() if len(names) > 1]
    if not groups:
        return ()
    listed = "; ".join(" and ".join(map(repr, names)) for names in groups[:SHOWN])
    some = [name for names in groups for name in names]
    sides = (frame[side].cast(pl.String).is_in(some) for side in ("model_a", "model_b"))
    a, b = sides
    message = f"Names that differ only in case, spaces or punctuation are models apart: {listed}."
    return (Note("similar_names", message, int((a | b).sum())),)


def _names(frame: pl.DataFrame) -> list[str]:
    sides = [frame[side].unique().cast(pl.String) for side in ("model_a", "model_b")]
    return pl.concat(sides).unique().sort().to_list()


def _bare(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum() or letter in ".+") or plain
