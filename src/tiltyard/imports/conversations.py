"""Lay imported conversations out as turns and answers."""

from typing import NamedTuple

import polars as pl

from tiltyard.battles.conversations import has_conversations, messages

NOTHING_SAID = "[]"


class Said(NamedTuple):
    """What was said in some battles.

    Attributes
    ----------
    turns
        Columns `battle`, `number`, `parts`: one row per message of the person; a battle of which
        nothing is known has one empty turn.
    answers
        Columns `battle`, `turn`, `slot`, `parts`.
    """

    turns: pl.DataFrame
    answers: pl.DataFrame


def said(frame: pl.DataFrame) -> Said:
    """Find the turns and answers of battles.

    What the person wrote stands in both conversations; that of side a is taken, and of turns that
    only side b has, that one. Several answers to one message are put together. System messages are
    the arena's and are left out.

    Parameters
    ----------
    frame
        Of the battles table, with the battles' ids in the column `id`.
    """
    if not has_conversations(frame):
        return Said(_asked(_all_first(frame)), _answered([]))
    told = [_told(frame, side) for side in "ab"]
    asked = [one.filter(pl.col("role") == "user") for one in told]
    turns = pl.concat([*asked, _all_first(frame)], how="diagonal")
    return Said(
        _asked(turns.unique(["id", "turn"], keep="first", maintain_order=True)),
        _answered([one.filter(pl.col("role") == "assistant") for one in told]),
    )


def _all_first(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select("id", pl.lit(1, pl.Int32).alias("turn"), pl.lit("").alias("content"))


def _told(frame: pl.DataFrame, side: str) -> pl.DataFrame:
    """One row per message, with the turn it belongs to: the messages of the person count them."""
    asks = pl.element().struct.field("role") == "user"
    rows = frame.select("id", messages(frame, side).alias("said")).filter(
        pl.col("said").list.len() > 0
    )
    counted = rows.with_columns(
        pl.col("said").list.eval(asks.fill_null(value=False).cum_sum()).alias("turn")
    )
    told = counted.explode("said", "turn").unnest("said")
    return told.with_columns(
        pl.col("turn").cast(pl.Int32).clip(1),
        pl.col("content").fill_null("").str.replace_all("\x00", "\ufffd", literal=True),
        pl.lit(side).alias("slot"),
    )


def _asked(turns: pl.DataFrame) -> pl.DataFrame:
    return turns.select(battle="id", number="turn", parts=_parts()).sort("battle", "number")


def _answered(told: list[pl.DataFrame]) -> pl.DataFrame:
    schema = {"battle": pl.String, "turn": pl.Int32, "slot": pl.String, "parts": pl.String}
    if not told:
        return pl.DataFrame(schema=schema)
    answers = pl.concat(told)
    key = ["id", "turn", "slot"]
    if answers.select(pl.struct(key).is_duplicated().any()).item():
        answers = answers.group_by(key, maintain_order=True).agg(pl.col("content").str.join("\n"))
    return answers.select(pl.col("id").alias("battle"), "turn", "slot", parts=_parts()).sort(
        "battle", "turn", "slot"
    )


def _parts() -> pl.Expr:
    part = pl.struct(pl.lit("text").alias("type"), pl.col("content").alias("text"))
    listed = pl.concat_str(pl.lit("["), part.struct.json_encode(), pl.lit("]"))
    return pl.when(pl.col("content") != "").then(listed).otherwise(pl.lit(NOTHING_SAID))
