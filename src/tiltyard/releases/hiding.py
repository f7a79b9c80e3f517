"""Ids, times and order of what goes out, so that two releases cannot be joined by them."""

import hashlib
from uuid import UUID

import polars as pl

IDS = (
    "Battles have ids of this release alone and stand in their order; votes have the day they were "
    "cast. What answers took is told to a tenth of a second, and only where their words are "
    "released. Words and exact counts, of style and of tokens, can still tell which rows of two "
    "releases are one battle."
)


def release_id(battle: str, key: bytes) -> str:
    """Give a battle's id in the release with this key.

    >>> release_id("00000000-0000-4000-8000-000000000001", b"k" * 32)
    'f96625f9-1405-4389-5891-c736235063c7'
    """
    return str(UUID(hashlib.blake2b(battle.encode(), key=key, digest_size=16).hexdigest()))


def without_ids_and_times(frame: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """Give battles the ids of a release, and votes the day they were cast."""
    battles = frame["battle_id"]
    known = battles.unique()
    hidden = battles.replace_strict(
        known, [release_id(one, key) for one in known], return_dtype=pl.String
    )
    return on_their_day(frame.with_columns(battle_id=hidden))


def on_their_day(frame: pl.DataFrame) -> pl.DataFrame:
    """Say of votes on which day they were cast, and no more.

    When answers ended goes as well; what they took is told to a tenth of a second, and where their
    words are not told, not at all: a few milliseconds name an answer as well as its words do.
    """
    return frame.with_columns(pl.col("voted_at").dt.truncate("1d"), *map(_roughly, "ab"))


def _roughly(side: str) -> pl.Expr:
    took = pl.col(f"took_{side}").struct.with_fields(
        pl.field("duration").round(1),
        pl.field("latency").round(1),
        pl.lit(None, pl.Datetime("us", "UTC")).alias("ended_at"),
    )
    return pl.when(pl.col(f"conversation_{side}").is_not_null()).then(took)
