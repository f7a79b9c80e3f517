"""comparIA/comparia-fr-arena: compar:IA's second format, one row per turn, voted on or not."""

import polars as pl

from tiltyard.battles.codecs.codec import Codec, labels, laid_out
from tiltyard.battles.codecs.comparia_messages import both_sides, conversations
from tiltyard.battles.codecs.moments import naive_utc
from tiltyard.battles.outcome import Outcome
from tiltyard.battles.table import Battles

MESSAGE: dict[str, pl.DataType] = dict.fromkeys(
    ("role", "content", "user_content", "reasoning_content"), pl.String()
)
MESSAGES = pl.List(pl.Struct(MESSAGE))
COLUMNS: dict[str, pl.DataType] = {
    "response_id": pl.String(),
    "choice": pl.String(),
    **both_sides("response_{}", MESSAGES),
    "web_search_results": pl.List(
        pl.Struct({"name": pl.String, "url": pl.String, "content": pl.String})
    ),
    "turn": pl.Int64(),
    "comparison_id": pl.String(),
    "model_a": pl.String(),
    "model_b": pl.String(),
    "timestamp": pl.Datetime("us"),
    **both_sides("full_conversation_{}", MESSAGES),
    "metadata": pl.Struct(
        {
            **both_sides("tokens_{}", pl.Int64()),
            **both_sides("conso_{}", pl.Float64()),
            **both_sides("duration_{}", pl.Float64()),
            **both_sides("latency_{}", pl.Float64()),
            "time_to_vote": pl.Float64,
            "mode": pl.String,
            "custom_models_selection": pl.List(pl.String),
            "categories": pl.List(pl.String),
            "languages": pl.List(pl.String),
            "short_summary": pl.String,
            **both_sides("total_tokens_{}", pl.Int64()),
            **both_sides("total_conso_{}", pl.Float64()),
        }
    ),
}
RAW: dict[str, pl.DataType] = {
    "excluded": pl.Boolean(),
    "extra_metadata": pl.Struct(
        {
            "cohorts": pl.String,
            "error": pl.String,
            "llm_analyzed": pl.Boolean,
            "contains_pii": pl.Boolean,
            "contains_spam": pl.Boolean,
            "archived": pl.Boolean,
            "archived_reason": pl.String,
            "archived_at": pl.String,
        }
    ),
}
"""What the `-raw` edition adds."""

LABELS = {
    Outcome.A: "a_better",
    Outcome.B: "b_better",
    Outcome.TIE: "both_good",
    Outcome.BOTH_BAD: "both_bad",
}


def prepare(frame: pl.DataFrame) -> pl.DataFrame:
    """Take the first language of each conversation as its language."""
    metadata = frame.schema.get("metadata")
    if "language" in frame.columns or not isinstance(metadata, pl.Struct):
        return frame
    if metadata.to_schema().get("languages") != pl.List(pl.String):
        return frame
    first = pl.col("metadata").struct.field("languages").list.first()
    return frame.with_columns(first.alias("language"))


def write(battles: Battles) -> pl.DataFrame:
    """Lay votes out as this set does, as the raw edition where its columns came along."""
    frame = battles.frame
    made = {
        "choice": labels(battles, LABELS),
        "comparison_id": frame["battle_id"],
        "timestamp": naive_utc(frame["voted_at"]),
    }
    if not all(isinstance(frame.schema.get(f"response_{side}"), pl.List) for side in "ab"):
        made |= _responses(frame)
    raw = RAW if any(name in frame.columns for name in RAW) else {}
    return laid_out(frame, COLUMNS | raw, made)


def _responses(frame: pl.DataFrame) -> dict[str, pl.Series]:
    """Give the whole conversations, and of each the last turn: the one that was voted on."""
    made = {}
    for side, said in conversations(frame, MESSAGE).items():
        made[f"full_conversation_{side}"] = said
        made[f"response_{side}"] = _last_turn(said)
    return made


def _last_turn(said: pl.Series) -> pl.Series:
    """Cut conversations down to the last message of the person and what follows it."""
    asked = pl.element().struct.field("role") == "user"
    length = pl.col("said").list.eval(asked.reverse().arg_max() + 1).list.first()
    return said.alias("said").to_frame().select(pl.col("said").list.tail(length)).to_series()


CODEC = Codec(
    "comparia_turns", frozenset({"comparison_id", "choice"}), write, prepare, ("metadata",)
)
