"""lmsys/chatbot_arena_conversations: 33,000 conversations of Chatbot Arena, April to June 2023."""

import polars as pl

from tiltyard.battles.codecs.codec import (
    LMARENA,
    PLAIN,
    Codec,
    labels,
    laid_out,
    plain_conversations,
)
from tiltyard.battles.codecs.moments import epoch_seconds
from tiltyard.battles.table import Battles

CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)

COLUMNS: dict[str, pl.DataType] = {
    "question_id": pl.String(),
    "model_a": pl.String(),
    "model_b": pl.String(),
    "winner": pl.String(),
    "judge": pl.String(),
    "conversation_a": PLAIN,
    "conversation_b": PLAIN,
    "turn": pl.Int64(),
    "anony": pl.Boolean(),
    "language": pl.String(),
    "tstamp": pl.Float64(),
    "openai_moderation": pl.Struct(
        {
            "categories": pl.Struct(dict.fromkeys(CATEGORIES, pl.Boolean)),
            "category_scores": pl.Struct(dict.fromkeys(CATEGORIES, pl.Float64)),
            "flagged": pl.Boolean,
        }
    ),
    "toxic_chat_tag": pl.Struct(
        {
            "roberta-large": pl.Struct({"flagged": pl.Boolean, "probability": pl.Float64}),
            "t5-large": pl.Struct({"flagged": pl.Boolean, "score": pl.Float64}),
        }
    ),
}


def write(battles: Battles) -> pl.DataFrame:
    """Lay votes out as this set does."""
    frame = battles.frame
    made = {
        "question_id": frame["battle_id"],
        "winner": labels(battles, LMARENA),
        "judge": frame["voter"],
        "tstamp": epoch_seconds(frame["voted_at"]),
        **plain_conversations(battles),
    }
    return laid_out(battles.frame, COLUMNS, made)


CODEC = Codec("chatbot_arena_33k", frozenset({"question_id", "judge", "toxic_chat_tag"}), write)
