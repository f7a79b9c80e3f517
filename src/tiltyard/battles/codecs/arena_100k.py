"""lmarena-ai/arena-human-preference-100k: votes of Chatbot Arena, June to August 2024."""

import polars as pl

from tiltyard.battles.codecs.codec import LMARENA, Codec, labels, laid_out, plain_conversations
from tiltyard.battles.codecs.metadata import CONVERSATION_METADATA, CRITERIA
from tiltyard.battles.codecs.moments import epoch_seconds
from tiltyard.battles.table import Battles

CONVERSATION = pl.List(pl.Struct({"content": pl.String, "num_tokens": pl.Int64, "role": pl.String}))

COLUMNS: dict[str, pl.DataType] = {
    "question_id": pl.String(),
    "model_a": pl.String(),
    "model_b": pl.String(),
    "winner": pl.String(),
    "conversation_a": CONVERSATION,
    "conversation_b": CONVERSATION,
    "turn": pl.Int64(),
    "anony": pl.Boolean(),
    "language": pl.String(),
    "tstamp": pl.Float64(),
    "conv_metadata": CONVERSATION_METADATA,
    "is_code": pl.Boolean(),
    "is_refusal": pl.Boolean(),
    "dedup_tag": pl.Struct({"high_freq": pl.Boolean, "sampled": pl.Boolean}),
    "category_tag": pl.Struct(
        {
            "criteria_v0.1": CRITERIA,
            "if_v0.1": pl.Struct({"if": pl.Boolean, "score": pl.Int64}),
            "math_v0.1": pl.Struct({"math": pl.Boolean}),
        }
    ),
    "judge_hash": pl.String(),
}


def write(battles: Battles) -> pl.DataFrame:
    """Lay votes out as this set does."""
    frame = battles.frame
    made = {
        "question_id": frame["battle_id"],
        "winner": labels(battles, LMARENA),
        "tstamp": epoch_seconds(frame["voted_at"]),
        "judge_hash": frame["voter"],
        **plain_conversations(battles),
    }
    return laid_out(battles.frame, COLUMNS, made)


CODEC = Codec("arena_100k", frozenset({"question_id", "judge_hash"}), write)
