"""ministere-culture/comparia-votes: compar:IA's first format, one row per voted conversation.

It has no both-bad votes: `both_equal` holds ties of all kinds.
"""

import polars as pl

from tiltyard.battles.codecs.codec import Codec, laid_out
from tiltyard.battles.codecs.comparia_messages import (
    CONVERSATION,
    MESSAGE,
    QUALITIES,
    both_sides,
    conversations,
)
from tiltyard.battles.codecs.moments import naive_utc
from tiltyard.battles.outcome import Outcome
from tiltyard.battles.table import Battles

COLUMNS: dict[str, pl.DataType] = {
    "id": pl.Int64(),
    "timestamp": pl.Datetime("us"),
    "model_a_name": pl.String(),
    "model_b_name": pl.String(),
    "model_pair_name": pl.List(pl.String),
    "chosen_model_name": pl.String(),
    "opening_msg": pl.String(),
    "both_equal": pl.Boolean(),
    **both_sides("conversation_{}", CONVERSATION),
    "conv_turns": pl.Int64(),
    **both_sides("system_prompt_{}", pl.String()),
    "selected_category": pl.String(),
    "is_unedited_prompt": pl.Boolean(),
    "conversation_pair_id": pl.String(),
    "session_hash": pl.String(),
    "visitor_id": pl.String(),
    **both_sides("conv_comments_{}", pl.String()),
    **{
        name: dtype
        for quality in QUALITIES
        for name, dtype in both_sides(f"conv_{quality}_{{}}", pl.Boolean()).items()
    },
}


def prepare(frame: pl.DataFrame) -> pl.DataFrame:
    """Say on which turn the vote was cast: after the last."""
    if "conv_turns" in frame.columns and "turn" not in frame.columns:
        return frame.with_columns(pl.col("conv_turns").alias("turn"))
    return frame


def write(battles: Battles) -> pl.DataFrame:
    """Lay votes out as this set does."""
    frame = battles.frame
    a, b = (frame[side].cast(pl.String) for side in ("model_a", "model_b"))
    won = {side: frame["outcome"] == side for side in (Outcome.A, Outcome.B)}
    made = {
        "timestamp": naive_utc(frame["voted_at"]),
        "model_a_name": a,
        "model_b_name": b,
        "model_pair_name": frame["model_pair_name"]
        if "model_pair_name" in frame.columns
        else pl.select(pl.concat_list(a, b).list.sort()).to_series(),
        "chosen_model_name": pl.select(
            pl.when(won[Outcome.A]).then(a).when(won[Outcome.B]).then(b)
        ).to_series(),
        "both_equal": ~(won[Outcome.A] | won[Outcome.B]),
        "conv_turns": frame["turn"],
        "conversation_pair_id": frame["battle_id"],
        "visitor_id": frame["voter"],
        **{f"conversation_{side}": said for side, said in conversations(frame, MESSAGE).items()},
    }
    return laid_out(battles.frame, COLUMNS, made)


CODEC = Codec(
    "comparia_votes",
    frozenset({"chosen_model_name", "both_equal"}),
    write,
    prepare,
    ("conv_turns",),
)
