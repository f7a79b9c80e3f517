"""Lay imported conversations out as turns and answers."""

from collections import Counter
from typing import NamedTuple

import polars as pl
import polars.selectors as cs

from tiltyard.battles.conversations import has_conversations, messages
from tiltyard.imports.message_extras import extras, lacking_of

SLOTS = ("a", "b")
SYSTEM = ("system", "developer")
"""The roles of who tells a model what to be."""
OTHERS = "messages of other roles than the person's and the model's"

MESSAGES = pl.Schema(
    {
        "id": pl.String,
        "turn": pl.Int32,
        "slot": pl.String,
        **dict.fromkeys(("role", "content", "pictures", "reasoning"), pl.String),
    }
)


class Said(NamedTuple):
    """What was said in some battles.

    Attributes
    ----------
    turns
        Columns `battle`, `number`, `parts`: one row per message of the person; a battle of which
        nothing is known has one empty turn.
    answers
        Columns `battle`, `turn`, `slot`, `parts`, `reasoning`.
    systems
        Columns `battle`, `slot`, `system`: what a model was told to be, where that is known.
    lacking
        How many battles have something in their messages that is not kept, by what.
    """

    turns: pl.DataFrame
    answers: pl.DataFrame
    systems: pl.DataFrame
    lacking: Counter[str]


def said(frame: pl.DataFrame) -> Said:
    """Find the turns and answers of battles.

    What the person wrote stands in both conversations; that of side a is taken, and of turns that
    only side b has, that one. Several answers to one message are put together, and so are several
    system messages of a side.

    Parameters
    ----------
    frame
        Of the battles table, with the battles' ids in the column `id`.
    """
    there = has_conversations(frame)
    told = [_told(frame, slot) if there else MESSAGES.to_frame() for slot in SLOTS]
    asked = [one.filter(pl.col("role") == "user") for one in told]
    turns = pl.concat([*asked, _all_first(frame)], how="diagonal")
    return Said(
        _asked(turns.unique(["id", "turn"], keep="first", maintain_order=True)),
        _answered(pl.concat(one.filter(pl.col("role") == "assistant") for one in told)),
        pl.concat(_systems(frame, *both) for both in zip(SLOTS, told, strict=True)),
        _lacking(frame, told) if there else Counter(),
    )


def _all_first(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select("id", pl.lit(1, pl.Int32).alias("turn"), pl.lit("").alias("content"))


def _told(frame: pl.DataFrame, slot: str) -> pl.DataFrame:
    """One row per message, with the turn it belongs to: the messages of the person count them."""
    asks = pl.element().struct.field("role") == "user"
    rows = frame.select("id", messages(frame, slot).alias("said"))
    if (beside := extras(frame, slot)) is not None:
        rows = rows.with_columns(beside.alias("beside"))
    counted = rows.filter(pl.col("said").list.len() > 0).with_columns(
        pl.col("said").list.eval(asks.fill_null(value=False).cum_sum()).alias("turn")
    )
    told = counted.explode(cs.exclude("id")).unnest(cs.exclude("id", "turn"))
    columns = {
        **{name: pl.lit(None, dtype) for name, dtype in MESSAGES.items()},
        **{name: pl.col(name) for name in told.columns},
        "turn": pl.col("turn").cast(pl.Int32).clip(1),
        "slot": pl.lit(slot),
        "content": pl.col("content").fill_null("").str.replace_all("\x00", "\ufffd", literal=True),
    }
    return told.select(columns[name].alias(name) for name in MESSAGES)


def _asked(turns: pl.DataFrame) -> pl.DataFrame:
    return turns.select(battle="id", number="turn", parts=_parts()).sort("battle", "number")


def _answered(answers: pl.DataFrame) -> pl.DataFrame:
    key = ["id", "turn", "slot"]
    if answers.select(pl.struct(key).is_duplicated().any()).item():
        together = {"content": "\n", "pictures": ",", "reasoning": "\n"}
        joined = (pl.col(name).str.join(between) for name, between in together.items())
        answers = answers.group_by(key, maintain_order=True).agg(joined)
    return answers.select(
        pl.col("id").alias("battle"),
        "turn",
        "slot",
        pl.col("reasoning").fill_null("").str.replace_all("\x00", "\ufffd", literal=True),
        parts=_parts(),
    ).sort("battle", "turn", "slot")


def _parts() -> pl.Expr:
    """Write a message as the ledger keeps it: its text, where there is one, and its pictures."""
    part = pl.struct(pl.lit("text").alias("type"), pl.col("content").alias("text"))
    text = pl.when(pl.col("content") != "").then(part.struct.json_encode())
    pictures = pl.when(pl.col("pictures") != "").then("pictures")
    listed = pl.concat_str(text, pictures, separator=",", ignore_nulls=True)
    return pl.concat_str(pl.lit("["), listed, pl.lit("]"))


def _systems(frame: pl.DataFrame, slot: str, told: pl.DataFrame) -> pl.DataFrame:
    """Find what a side's model was told: in messages, a column of the set, or a logged state."""
    among = told.filter(pl.col("role").is_in(SYSTEM) & (pl.col("content") != ""))
    said = among.group_by("id").agg(pl.col("content").str.join("\n").alias("system"))
    found = [said]
    if frame.schema.get(f"system_prompt_{slot}") == pl.String:
        found.append(frame.select("id", system=f"system_prompt_{slot}"))
    if frame.schema.get(f"state_{slot}") == pl.String:
        state = pl.col(f"state_{slot}").str.json_path_match("$.system_message")
        found.append(frame.select("id", system=state))
    known = pl.concat(found).filter(pl.col("system") != "")
    return known.unique("id", keep="first", maintain_order=True).select(
        pl.col("id").alias("battle"),
        pl.lit(slot).alias("slot"),
        pl.col("system").str.replace_all("\x00", "\ufffd", literal=True),
    )


def _lacking(frame: pl.DataFrame, told: list[pl.DataFrame]) -> Counter[str]:
    lost: dict[str, pl.Series] = {}
    known = ("user", "assistant", *SYSTEM)
    for slot, one in zip(SLOTS, told, strict=True):
        others = one.filter(~pl.col("role").is_in(known).fill_null(value=False))["id"].unique()
        of_others = {OTHERS: frame["id"].is_in(others.implode())} if others.len() else {}
        for what, rows in {**lacking_of(frame, slot), **of_others}.items():
            marked = rows.fill_null(value=False)
            lost[what] = lost[what] | marked if what in lost else marked
    return +Counter({what: int(rows.sum()) for what, rows in lost.items()})
