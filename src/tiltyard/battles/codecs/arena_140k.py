"""lmarena-ai/arena-human-preference-140k: votes of LMArena, 2025, one row per evaluated turn."""

import polars as pl

from tiltyard.battles.codecs.codec import (
    LMARENA_2025,
    OF_PARTS,
    PART,
    Codec,
    conversations_of_parts,
    labels,
    laid_out,
)
from tiltyard.battles.codecs.metadata import CONVERSATION_METADATA, CRITERIA
from tiltyard.battles.codecs.moments import naive_utc
from tiltyard.battles.table import Battles

MESSAGE = pl.Struct({"role": pl.String, "content": pl.List(PART)})
COUNTED = pl.List(pl.Struct({"role": pl.String, "content": pl.List(PART), "num_tokens": pl.Int32}))
"""The messages of side b; those of side a are published without their tokens."""
FULL = pl.List(pl.Struct({"user": MESSAGE, "model_side_a": MESSAGE, "model_side_b": MESSAGE}))

COLUMNS: dict[str, pl.DataType] = {
    "id": pl.String(),
    "model_a": pl.String(),
    "model_b": pl.String(),
    "winner": pl.String(),
    "evaluation_session_id": pl.String(),
    "evaluation_order": pl.Int32(),
    "conversation_a": OF_PARTS,
    "conversation_b": COUNTED,
    "full_conversation": FULL,
    "conv_metadata": CONVERSATION_METADATA,
    "category_tag": pl.Struct(
        {
            "creative_writing_v0.1": pl.Struct(
                {"creative_writing": pl.Boolean, "score": pl.String}
            ),
            "criteria_v0.1": CRITERIA,
            "if_v0.1": pl.Struct({"if": pl.Boolean, "score": pl.Int32}),
            "math_v0.1": pl.Struct({"math": pl.Boolean}),
        }
    ),
    "language": pl.String(),
    "is_code": pl.Boolean(),
    "timestamp": pl.Datetime("us"),
}


def write(battles: Battles) -> pl.DataFrame:
    """Lay votes out as this set does."""
    frame = battles.frame
    made = {
        "id": frame["battle_id"],
        "winner": labels(battles, LMARENA_2025),
        "timestamp": naive_utc(frame["voted_at"]),
        **conversations_of_parts(battles),
    }
    return laid_out(battles.frame, COLUMNS, made)


CODEC = Codec("arena_140k", frozenset({"id", "evaluation_session_id", "evaluation_order"}), write)
