"""Say with what the ledger knows what published schemas say in columns of their own."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from tiltyard.battles.codecs.arena_100k import CONVERSATION
from tiltyard.battles.codecs.arena_140k import COLUMNS as OF_140K
from tiltyard.battles.codecs.comparia_turns import COLUMNS as OF_COMPARIA
from tiltyard.battles.codecs.metadata import CONVERSATION_METADATA, CRITERIA
from tiltyard.releases.measuring import (
    Measured,
    counted_parts,
    full_conversation,
    measure,
    of_parts,
)
from tiltyard.releases.names import ANONYMOUS

CRITERION = {name: f"hard_{name}" for name in CRITERIA.to_schema()}
WITH_TIMES = {"comparia_turns"}
"""Schemas that say what answers took."""

TIMES = ("tokens", "total_tokens", "duration", "latency")
Told = Mapping[str, Any]
"""What fills a struct: an expression or the same again by field; what is left out is null."""


def shaped(frame: pl.DataFrame, schema: str) -> pl.DataFrame:
    """Add the columns that a schema has beside those of the battles table."""
    add = SHAPES.get(schema)
    return frame if add is None else add(frame)


def _with_33k(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(anony=pl.lit(value=True))


def _with_100k(frame: pl.DataFrame) -> pl.DataFrame:
    a, b = (measure(frame[f"conversation_{side}"]) for side in "ab")
    refused = _label(frame, "refusal_a", pl.Boolean()) | _label(frame, "refusal_b", pl.Boolean())
    tags = pl.Struct({"criteria_v0.1": CRITERIA, **_OLD_TAGS})
    message = pl.struct("content", "num_tokens", "role")
    return frame.with_columns(
        anony=pl.lit(value=True),
        is_code=_label(frame, "code", pl.Boolean()),
        is_refusal=refused,
        conv_metadata=_filled(CONVERSATION_METADATA, _metadata(a, b)),
        category_tag=_filled(tags, _categories(frame)),
        conversation_a=a.conversations(message).cast(CONVERSATION),
        conversation_b=b.conversations(message).cast(CONVERSATION),
    )


def _with_140k(frame: pl.DataFrame) -> pl.DataFrame:
    a, b = (measure(frame[f"conversation_{side}"]) for side in "ab")
    return frame.with_columns(
        evaluation_session_id=pl.col("battle_id"),
        evaluation_order=pl.col("turn"),
        is_code=_label(frame, "code", pl.Boolean()),
        conv_metadata=_filled(CONVERSATION_METADATA, _metadata(a, b)),
        category_tag=_filled(OF_140K["category_tag"], _categories(frame)),
        conversation_a=a.conversations(of_parts()),
        conversation_b=b.conversations(counted_parts()),
        full_conversation=full_conversation(a, b),
    )


def _with_comparia(frame: pl.DataFrame) -> pl.DataFrame:
    language = pl.col("language").cast(pl.String)
    spoken = pl.when(language.is_not_null()).then(pl.concat_list(language))
    ended = pl.max_horizontal(pl.col(f"took_{side}").struct.field("ended_at") for side in "ab")
    waited = (pl.col("voted_at") - ended).dt.total_microseconds() / 1e6
    told = {
        **_times("a"),
        **_times("b"),
        "time_to_vote": pl.when(waited >= 0).then(waited),
        "mode": pl.lit("random"),
        "languages": spoken,
    }
    return frame.with_columns(
        response_id=pl.format("{}-{}", "battle_id", "turn"),
        metadata=_filled(OF_COMPARIA["metadata"], told),
    )


def _times(side: str) -> Told:
    """Say what each answer took, but of no preview: how long one thinks may tell who it is."""
    known = pl.col(f"model_{side}").cast(pl.String) != ANONYMOUS
    took = pl.col(f"took_{side}").struct
    return {f"{name}_{side}": pl.when(known).then(took.field(name)) for name in TIMES}


_OLD_TAGS: dict[str, pl.DataType] = {
    "if_v0.1": pl.Struct({"if": pl.Boolean, "score": pl.Int64}),
    "math_v0.1": pl.Struct({"math": pl.Boolean}),
}

SHAPES: Mapping[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "chatbot_arena_33k": _with_33k,
    "arena_100k": _with_100k,
    "arena_140k": _with_140k,
    "comparia_turns": _with_comparia,
}


def _categories(frame: pl.DataFrame) -> Told:
    truth = pl.Boolean()
    return {
        "criteria_v0.1": {one: _label(frame, ours, truth) for one, ours in CRITERION.items()},
        "if_v0.1": {"if": _label(frame, "instruction_following", truth)},
        "math_v0.1": {"math": _label(frame, "maths", truth)},
        "creative_writing_v0.1": {"creative_writing": _label(frame, "creative_writing", truth)},
    }


def _metadata(a: Measured, b: Measured) -> Told:
    told: dict[str, pl.Expr] = {
        "sum_user_tokens": pl.lit(a.tokens["asked"]),
        "turns": pl.col("turn"),
    }
    for side, one in (("a", a), ("b", b)):
        told[f"sum_assistant_{side}_tokens"] = pl.lit(one.tokens["answered"])
        told[f"context_{side}_tokens"] = pl.lit(one.tokens["context"])
        told |= {f"{name}_{side}": pl.lit(one.marks[name]) for name in one.marks.columns}
    return told


def _label(frame: pl.DataFrame, name: str, dtype: pl.DataType) -> pl.Expr:
    """Take a column of labels; null where no labeller has it."""
    return pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype)


def _filled(dtype: pl.DataType, told: Told) -> pl.Expr:
    if not isinstance(dtype, pl.Struct):
        raise TypeError(dtype)
    return pl.struct(
        _field(field.dtype, told.get(field.name)).alias(field.name) for field in dtype.fields
    )


def _field(dtype: Any, told: Any) -> pl.Expr:  # noqa: ANN401  # an expression or fields
    if told is None:
        return pl.lit(None, dtype)
    return _filled(dtype, told) if isinstance(told, dict) else told.cast(dtype)
