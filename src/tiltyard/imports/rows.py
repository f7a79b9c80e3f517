"""Imported votes as rows of the ledger's tables."""

import hashlib
from collections.abc import Mapping
from typing import Any

import polars as pl

from tiltyard.imports.conversations import SLOTS, Said
from tiltyard.imports.publishers import labels_of_publishers
from tiltyard.ledger.sources import IMPORTED, IMPORTED_POLICY, UNKNOWN_TIME

NAMED_MODE, BLIND_MODE = "side_by_side", "battle"
MOST_POLICY = 80
Rows = Mapping[str, pl.DataFrame]


def table_rows(
    frame: pl.DataFrame,
    conversation: Said,
    *,
    source: str,
    arena: str,
    definition: str,
    schema: str,
) -> Rows:
    """Make the rows of some battles, by table, each after those that it refers to.

    Parameters
    ----------
    frame
        Of the battles table, with the battles' ids in `id` and pseudonyms in `voter`.
    conversation
        What was said in them.
    source, arena, definition
        What all of them say.
    schema
        That of their file.
    """
    cast = _cast(frame, conversation)
    times = cast.select(pl.col("id").alias("battle"), "at")
    return {
        "battles": _battles(cast, source=source, arena=arena, definition=definition),
        "sides": _sides(cast, conversation.systems),
        "turns": _turns(conversation.turns, times),
        "attempts": _attempts(conversation.answers, times),
        "votes": _votes(cast),
        "reveals": _reveals(cast),
        "labels": labels_of_publishers(frame, schema).sort("battle"),
    }


def _cast(frame: pl.DataFrame, conversation: Said) -> pl.DataFrame:
    """Lay out what was cast, and on which turn: the last; in the order of the battles' ids."""
    cast = frame.select(
        "id",
        pl.col("outcome", "model_a", "model_b", "voter").cast(pl.String).fill_null(""),
        pl.col("voted_at").fill_null(UNKNOWN_TIME).alias("at"),
        _mode(frame),
        *_draw(),
        *_told(frame),
    )
    last = conversation.turns.group_by("battle").agg(pl.col("number").max().alias("turn"))
    return cast.join(last, left_on="id", right_on="battle").sort("id")


def _battles(cast: pl.DataFrame, **of_all: str) -> pl.DataFrame:
    return cast.select(
        "id",
        *(pl.lit(value).alias(name) for name, value in of_all.items()),
        *("mode", "voter", "policy", "pair_probability"),
        created_at="at",
    )


def _turns(turns: pl.DataFrame, times: pl.DataFrame) -> pl.DataFrame:
    timed = turns.join(times, on="battle", maintain_order="left")
    return timed.select("battle", "number", "parts", created_at="at")


def _votes(cast: pl.DataFrame) -> pl.DataFrame:
    return cast.select(
        *("outcome", "voter", "tags", "comment"),
        (pl.lit(IMPORTED) + pl.col("id")).alias("receipt"),
        battle="id",
        turn="turn",
        voted_at="at",
    )


def _reveals(cast: pl.DataFrame) -> pl.DataFrame:
    return cast.select(pl.lit("vote").alias("cause"), battle="id", turn="turn", revealed_at="at")


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


def _told(frame: pl.DataFrame) -> tuple[pl.Expr, pl.Expr]:
    """Take tags and comments, where they are what Tiltyard's own export has."""
    tags, comment = pl.lit("[]"), pl.lit(None, pl.String)
    if frame.schema.get("tags") == pl.List(pl.String):
        listed = pl.struct("tags").struct.json_encode().str.slice(len('{"tags":'))
        tags = pl.when(pl.col("tags").is_not_null()).then(listed.str.head(-1)).otherwise(tags)
    if frame.schema.get("comment") == pl.String:
        comment = pl.col("comment").str.replace_all("\x00", "\ufffd", literal=True)
    return tags.alias("tags"), comment.alias("comment")


def _sides(cast: pl.DataFrame, systems: pl.DataFrame) -> pl.DataFrame:
    sides = pl.concat(_side(cast, slot) for slot in SLOTS)
    model = pl.struct(pl.col("contestant").alias("model"))
    if systems.is_empty():
        told = sides.with_columns(components=model.struct.json_encode())
    else:
        told = sides.join(systems, on=["battle", "slot"], how="left", maintain_order="left")
        both = pl.struct(pl.col("contestant").alias("model"), "system").struct.json_encode()
        known = pl.when(pl.col("system").is_not_null())
        told = told.select(
            pl.exclude("system"), components=known.then(both).otherwise(model.struct.json_encode())
        )
    return told.sort("battle", "slot")


def _side(cast: pl.DataFrame, slot: str) -> pl.DataFrame:
    name = pl.col(f"model_{slot}")
    known = cast.get_column(f"model_{slot}").unique().to_list()
    return cast.select(
        pl.col("id").alias("battle"),
        pl.lit(slot).alias("slot"),
        name.alias("contestant"),
        name.replace_strict({one: imported_version(one) for one in known}).alias("version"),
    )


def _attempts(answers: pl.DataFrame, times: pl.DataFrame) -> pl.DataFrame:
    timed = answers.join(times, on="battle", maintain_order="left")
    return timed.select(
        "battle",
        "turn",
        "slot",
        "parts",
        "reasoning",
        pl.lit(1).alias("number"),
        pl.lit("done").alias("state"),
        pl.lit(0).alias("seed"),
        started_at="at",
        ended_at="at",
    )


def imported_card(name: str) -> dict[str, Any]:
    """Make what the ledger knows of a contestant that others had: its name, and no endpoint."""
    return {"id": name, "name": name, "status": "public", "imported": True}


def imported_version(name: str) -> str:
    """Name the one version of such a contestant."""
    return hashlib.sha256(f"imported {name}".encode()).hexdigest()[:16]
