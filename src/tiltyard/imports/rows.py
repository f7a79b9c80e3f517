"""Imported votes as rows of the ledger's tables."""

import hashlib
from collections.abc import Mapping
from typing import Any

import polars as pl

from tiltyard.imports.conversations import said
from tiltyard.ledger.sources import IMPORTED_POLICY, UNKNOWN_TIME

NAMED_MODE, BLIND_MODE = "side_by_side", "battle"
SLOTS = ("a", "b")
MOST_POLICY = 80
Rows = Mapping[str, pl.DataFrame]


def table_rows(frame: pl.DataFrame, *, source: str, arena: str, definition: str) -> Rows:
    """Make the rows of some battles, by table, each after those that it refers to.

    Parameters
    ----------
    frame
        Of the battles table, with the battles' ids in `id` and pseudonyms in `voter`.
    source, arena, definition
        What all of them say.
    """
    at = pl.col("voted_at").fill_null(UNKNOWN_TIME)
    votes = frame.select(
        "id",
        pl.col("outcome", "model_a", "model_b", "voter").cast(pl.String).fill_null(""),
        at.alias("at"),
        _mode(frame),
        *_draw(),
    )
    conversation = said(frame)
    last = conversation.turns.group_by("battle").agg(pl.col("number").max().alias("turn"))
    votes = votes.join(last, left_on="id", right_on="battle").sort("id")
    times = votes.select(pl.col("id").alias("battle"), "at")
    turns = conversation.turns.join(times, on="battle", maintain_order="left")
    answers = conversation.answers.join(times, on="battle", maintain_order="left")
    text = {"source": source, "arena": arena, "definition": definition}
    return {
        "battles": votes.select(
            "id",
            *(pl.lit(value).alias(name) for name, value in text.items()),
            *("mode", "voter", "policy", "pair_probability"),
            created_at="at",
        ),
        "sides": pl.concat(_side(votes, slot) for slot in SLOTS).sort("battle", "slot"),
        "turns": turns.select("battle", "number", "parts", created_at="at"),
        "attempts": _attempts(answers),
        "votes": votes.select(
            "outcome",
            "voter",
            pl.lit("[]").alias("tags"),
            (pl.lit("import:") + pl.col("id")).alias("receipt"),
            battle="id",
            turn="turn",
            voted_at="at",
        ),
        "reveals": votes.select(
            pl.lit("vote").alias("cause"), battle="id", turn="turn", revealed_at="at"
        ),
    }


def _mode(frame: pl.DataFrame) -> pl.Expr:
    """Tell blind votes from those with the names on show, where the set does."""
    if "anony" not in frame.columns:
        return pl.lit(BLIND_MODE).alias("mode")
    blind = pl.col("anony").cast(pl.Boolean, strict=False).fill_null(value=True)
    return pl.when(blind).then(pl.lit(BLIND_MODE)).otherwise(pl.lit(NAMED_MODE)).alias("mode")


def _draw() -> tuple[pl.Expr, pl.Expr]:
    """How pairs were drawn, where the set says how likely they were."""
    probability = pl.col("pair_probability")
    told = probability.is_between(0, 1, closed="right").fill_null(value=False)
    policy = pl.col("policy").cast(pl.String).fill_null("unnamed").str.head(MOST_POLICY)
    return (
        pl.when(told).then(policy).otherwise(pl.lit(IMPORTED_POLICY)).alias("policy"),
        pl.when(told).then(probability).otherwise(1.0).alias("pair_probability"),
    )


def _side(votes: pl.DataFrame, slot: str) -> pl.DataFrame:
    name = pl.col(f"model_{slot}")
    known = votes.get_column(f"model_{slot}").unique().to_list()
    part = pl.struct(name.alias("model")).struct.json_encode()
    return votes.select(
        pl.col("id").alias("battle"),
        pl.lit(slot).alias("slot"),
        name.alias("contestant"),
        name.replace_strict({one: imported_version(one) for one in known}).alias("version"),
        part.alias("components"),
    )


def _attempts(answers: pl.DataFrame) -> pl.DataFrame:
    return answers.select(
        "battle",
        "turn",
        "slot",
        "parts",
        pl.lit(1).alias("number"),
        pl.lit("done").alias("state"),
        pl.lit(0).alias("seed"),
        pl.lit("").alias("reasoning"),
        started_at="at",
        ended_at="at",
    )


def imported_card(name: str) -> dict[str, Any]:
    """Make what the ledger knows of a contestant that others had: its name, and no endpoint."""
    return {"id": name, "name": name, "status": "public", "imported": True}


def imported_version(name: str) -> str:
    """Name the one version of such a contestant."""
    return hashlib.sha256(f"imported {name}".encode()).hexdigest()[:16]
